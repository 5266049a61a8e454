// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/text/word_model.h"

namespace lineament::text {

struct ScoredMergeSettings {
  std::optional<std::int32_t> unknown;
  // Whether a letter that is no piece becomes its bytes.
  bool byte_fallback = true;
  // Whether it does so before merging, so that it is part of no longer piece.
  bool fallback_first = false;
};

// Byte-pair merging by the scores of the merged pieces, as SentencePiece and llama2.c do it: of
// all neighbours whose bytes together are a piece, those with the best score become one.
std::unique_ptr<WordModel> makeScoredMerges(std::shared_ptr<const Vocabulary> vocabulary,
                                            ScoredMergeSettings settings);

}  // namespace lineament::text
