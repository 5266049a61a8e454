// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/unknown_pieces.h"
#include "core/text/word_model.h"

namespace lineament::text {

struct RankedMergeSettings {
  UnknownSettings unknown;
  std::string continuing_prefix;  // before all letters of a word but the first
  std::string ending_suffix;      // behind the last one
  bool ignore_merges = false;     // whether a word that is a piece is taken whole
};

// A merge as files have it: its two pieces.
using MergeList = std::vector<std::pair<std::string, std::string>>;

// Byte-pair encoding by ranks, the earlier merges of the list first (Sennrich, Haddow and Birch
// 2016). Throws Error "tokenizer.malformed" naming a merge of `file` of which a part or the result
// is no piece.
std::unique_ptr<WordModel> makeRankedMerges(std::string_view file,
                                            std::shared_ptr<const Vocabulary> vocabulary,
                                            const MergeList& merges, RankedMergeSettings settings);

}  // namespace lineament::text
