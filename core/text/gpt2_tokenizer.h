// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/text/ranked_merges.h"
#include "core/text/special_names.h"
#include "core/text/tokenizer.h"

namespace lineament::text {

// Of GPT-2's vocab.json (piece to id) and merges.txt (two pieces a line, the first merge first,
// Radford and others 2019). RoBERTa's, told by its tokenizer_config.json or by <s>, <pad> and </s>
// at the head of its vocabulary, encodes with <s> and </s>. Another tokenizer class is an Error
// "tokenizer.unsupported".
std::unique_ptr<Tokenizer> makeGpt2Tokenizer(std::string_view vocabulary, std::string_view merges,
                                             const SpecialNames& names);

// The parts of a byte-level tokenizer of this vocabulary that knows no special tokens yet.
// Texts are cut into words at the matches of each of `expressions` in turn.
PipelineParts byteLevelParts(std::string_view file, std::shared_ptr<const Vocabulary> vocabulary,
                             const MergeList& merges, bool ignore_merges,
                             const std::vector<const char*>& expressions);

// Tokens of the vocabulary that are found in a text: all its control pieces.
std::vector<AddedToken> controlTokens(const Vocabulary& vocabulary);

}  // namespace lineament::text
