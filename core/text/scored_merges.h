// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/text/unknown_pieces.h"
#include "core/text/word_model.h"

namespace lineament::text {

struct ScoredMergeSettings {
  UnknownSettings unknown;
  // Whether unknown letters are set apart before merging, so that no longer piece has them.
  bool unknown_first = false;
  // Whether a text that says "<s>" or "<0x41>" can become that piece.
  bool any_kind = false;
};

// Byte-pair merging by the scores of the merged pieces, as SentencePiece and llama2.c do it: of
// all neighbours whose bytes together are a piece, those with the best score become one. Pieces of
// the user are matched first and stay; unused ones help to find longer ones and are taken apart
// again (Kudo and Richardson 2018, SentencePiece, bpe_model.cc).
std::unique_ptr<WordModel> makeScoredMerges(std::shared_ptr<const Vocabulary> vocabulary,
                                            ScoredMergeSettings settings);

}  // namespace lineament::text
