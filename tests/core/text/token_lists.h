// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/text/tokenizer.h"

namespace lineament::text::testing {

inline std::vector<std::int32_t> idsOf(const std::vector<Token>& tokens) {
  std::vector<std::int32_t> ids;
  for (const Token& token : tokens) ids.push_back(token.id);
  return ids;
}

// The tokens' own bytes of the text, "|" between them; "" for one that was added.
inline std::string cutOf(std::string_view text, const std::vector<Token>& tokens) {
  std::string made;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) made += '|';
    made += text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
  }
  return made;
}

}  // namespace lineament::text::testing
