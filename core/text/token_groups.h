// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lineament::text {

enum class TextUnit { word, sentence };

// Runs of tokens that stand for one unit of the text.
struct TokenGroups {
  std::vector<std::uint64_t> starts;  // the first token of each; ascending, from 0
  std::vector<std::string> texts;     // of each: its tokens' texts put together, spaces around cut
};

// Groups tokens by the words or sentences of the text they make, with the default boundaries of
// Unicode (UAX 29): a token opens a group unless its first letter and the last one of the token
// before stand in the same unit. "don" "'t" is one word, "," a group of its own. Special tokens
// ("[CLS]", "<s>") and, among words, tokens of white space stand alone. `tokens` are texts as
// people read them: " world", or, where any begins with "##" (WordPiece), "play" "##ing".
TokenGroups groupTokens(const std::vector<std::string>& tokens, TextUnit unit);

}  // namespace lineament::text
