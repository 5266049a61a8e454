// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/added_tokens.h"

#include "core/text/letters.h"

namespace lineament::text {

namespace {

bool wordLetterBefore(std::string_view text, std::uint32_t at) {
  if (at == 0) return false;
  while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xC0) == 0x80) {
  }
  return isWordLetter(letterAt(text, at).code);
}

bool wordLetterAt(std::string_view text, std::uint32_t at) {
  return at < text.size() && isWordLetter(letterAt(text, at).code);
}

// Where the white space before `at` begins, not before `least`.
std::uint32_t spacesBefore(std::string_view text, std::uint32_t at, std::uint32_t least) {
  while (at > least) {
    std::uint32_t begin = at - 1;
    while (begin > least && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    if (!isSpace(letterAt(text, begin).code)) break;
    at = begin;
  }
  return at;
}

std::uint32_t spacesBehind(std::string_view text, std::uint32_t at) {
  while (at < text.size()) {
    const Letter letter = letterAt(text, at);
    if (!isSpace(letter.code)) break;
    at += letter.bytes;
  }
  return at;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::vector<PrefixTrie::Entry> entries;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    entries.push_back({tokens_[i].content, static_cast<std::int32_t>(i)});
  }
  contents_ = PrefixTrie(std::move(entries));
}

std::vector<AddedTokens::Part> AddedTokens::partsOf(std::string_view text) const {
  std::vector<Part> parts;
  const auto size = static_cast<std::uint32_t>(text.size());
  std::uint32_t done = 0;
  for (std::uint32_t at = 0; !empty() && at < size;) {
    const PrefixTrie::Match match = contents_.longest(text.substr(at));
    if (match.bytes == 0) {
      ++at;
      continue;
    }
    const AddedToken& token = tokens_[static_cast<std::size_t>(match.value)];
    Range range{at, at + match.bytes};
    at = range.end;
    if (token.single_word &&
        (wordLetterBefore(text, range.begin) || wordLetterAt(text, range.end))) {
      continue;
    }
    // White space that the token before has taken is gone, and so is one found within it.
    if (range.begin < done) continue;
    if (token.strip_left) range.begin = spacesBefore(text, range.begin, done);
    if (token.strip_right) range.end = spacesBehind(text, range.end);
    if (range.begin > done) parts.push_back({{done, range.begin}, -1});
    parts.push_back({range, token.id});
    done = range.end;
  }
  if (done < size) parts.push_back({{done, size}, -1});
  return parts;
}

}  // namespace lineament::text
