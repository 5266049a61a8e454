// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"

namespace lineament::text {

// Finds the pieces of one word, or of the whole text where a tokenizer knows no words.
class WordModel {
 public:
  virtual ~WordModel() = default;
  // Appends them with the bytes of `word` that they cover.
  virtual void cut(std::string_view word, std::vector<Token>& tokens) const = 0;
};

}  // namespace lineament::text
