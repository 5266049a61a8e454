// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/pipeline.h"

namespace lineament::text {

// SentencePiece's precompiled character map: u32 size of a trie in bytes, the trie as a double
// array of 32-bit units (Aoe 1989, as Darts writes it), then NUL-terminated texts that its values
// give the beginnings of.
class Charsmap {
 public:
  // Throws Error "tokenizer.malformed" where its sizes are not those of the bytes.
  Charsmap(std::string_view file, std::string bytes);

  struct Match {
    std::uint32_t bytes = 0;  // 0: no rule begins so
    std::string_view instead;
  };
  // The longest rule for the start of the text.
  Match longest(std::string_view text) const;
  Match shortest(std::string_view text) const;

 private:
  template <class Found>
  void walk(std::string_view text, const Found& found) const;
  std::vector<std::uint32_t> units_;
  std::string texts_;
};

// tokenizer.json's Precompiled: the map's rules for whole user-perceived characters of under six
// bytes, else for their letters, each alone.
Normalizer mappedLetters(std::string_view file, std::string charsmap);

}  // namespace lineament::text
