// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "core/text/word_model.h"

namespace lineament::text {

struct WordPieceSettings {
  std::int32_t unknown = 0;
  std::string continuing_prefix = "##";  // of pieces that do not begin a word
  std::size_t longest = 100;             // letters; longer words are unknown
};

// Of what is left of a word the longest piece, until nothing is; where there is none, the whole
// word is unknown (Wu and others 2016; Devlin and others 2019).
std::unique_ptr<WordModel> makeWordPiece(std::shared_ptr<const Vocabulary> vocabulary,
                                         WordPieceSettings settings);

// Every word is a piece or unknown; without an unknown piece it is left out.
std::unique_ptr<WordModel> makeWordLevel(std::shared_ptr<const Vocabulary> vocabulary,
                                         std::optional<std::int32_t> unknown);

}  // namespace lineament::text
