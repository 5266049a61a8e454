// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/text/unknown_pieces.h"
#include "core/text/word_model.h"

namespace lineament::text {

// In what sums are kept, which decides between paths that are nearly equal: SentencePiece takes
// single precision, tokenizer.json's implementation double.
enum class SumsIn { single, twofold };

// The pieces whose scores (log probabilities) sum to most (Kudo 2018, Subword regularization;
// Viterbi's search). A letter that is no piece counts 10 less than the worst piece. Pieces of the
// user score better than any others of their length; unused and control pieces match nothing.
std::unique_ptr<WordModel> makeUnigram(std::shared_ptr<const Vocabulary> vocabulary,
                                       UnknownSettings unknown, SumsIn sums);

}  // namespace lineament::text
