// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text/aligned_text.h"
#include "core/text/prefix_trie.h"

namespace lineament::text {

// A token that is found in a text before the text is cut, as tokenizer.json lists them.
struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool single_word = false;  // only where no letter of a word is beside it
  bool strip_left = false;   // with the white space before it
  bool strip_right = false;  // and behind it
  bool normalized = false;   // looked for in the normalised text
  bool special = false;
};

// Finds them, the leftmost first, the longest of those that begin at the same place.
class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);

  bool empty() const { return tokens_.empty(); }

  struct Part {
    Range range;
    std::int32_t id = -1;  // -1: text between them
  };
  std::vector<Part> partsOf(std::string_view text) const;

 private:
  std::vector<AddedToken> tokens_;
  PrefixTrie contents_;
};

}  // namespace lineament::text
