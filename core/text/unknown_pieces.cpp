// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/unknown_pieces.h"

namespace lineament::text {

bool appendBytes(const Vocabulary& vocabulary, std::string_view word, Range range,
                 std::vector<Token>& tokens) {
  const std::size_t before = tokens.size();
  for (std::uint32_t at = range.begin; at < range.end; ++at) {
    const auto id = vocabulary.byte(static_cast<unsigned char>(word[at]));
    if (!id) {
      tokens.resize(before);
      return false;
    }
    tokens.push_back({*id, at, at + 1});
  }
  return true;
}

void appendUnknown(const Vocabulary& vocabulary, const UnknownSettings& settings,
                   std::string_view word, Range range, std::vector<Token>& tokens) {
  if (settings.byte_fallback && appendBytes(vocabulary, word, range, tokens)) return;
  if (!settings.unknown) return;
  if (settings.fuse && !tokens.empty() && tokens.back().id == *settings.unknown &&
      tokens.back().end == range.begin) {
    tokens.back().end = range.end;
  } else {
    tokens.push_back({*settings.unknown, range.begin, range.end});
  }
}

}  // namespace lineament::text
