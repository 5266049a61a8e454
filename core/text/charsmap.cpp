// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/charsmap.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <cstring>

#include "core/io/utf8.h"
#include "core/text/tokenizer_errors.h"

namespace lineament::text {

namespace {

constexpr std::size_t kLongestCluster = 6;  // bytes; longer ones are taken letter by letter

// A unit of the double array, as Darts lays it out.
std::uint32_t offsetOf(std::uint32_t unit) {
  return (unit >> 10) << ((unit & (1u << 9)) >> 6);
}
std::uint32_t labelOf(std::uint32_t unit) {
  return unit & ((1u << 31) | 0xFF);
}
bool hasValue(std::uint32_t unit) {
  return (unit >> 8 & 1) != 0;
}
std::uint32_t valueOf(std::uint32_t unit) {
  return unit & ((1u << 31) - 1);
}

// Where user-perceived characters end (Unicode standard annex 29).
std::vector<std::uint32_t> clusterEnds(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  UText* opened =
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status);
  UBreakIterator* breaks = ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status);
  std::vector<std::uint32_t> ends;
  if (U_SUCCESS(status)) ubrk_setUText(breaks, opened, &status);
  if (U_SUCCESS(status)) {
    ubrk_first(breaks);
    for (std::int32_t at = ubrk_next(breaks); at != UBRK_DONE; at = ubrk_next(breaks)) {
      ends.push_back(static_cast<std::uint32_t>(at));
    }
  }
  ubrk_close(breaks);
  utext_close(opened);
  return ends;
}

// What the first rule that matches says, the shortest as the tokenizers library takes it.
bool appendMapped(const Charsmap& map, const AlignedText& text, Range range, AlignedText& made) {
  const Charsmap::Match match = map.shortest(text.view(range));
  if (match.bytes == 0) return false;
  made.append(match.instead, text.origin(range));
  return true;
}

}  // namespace

Charsmap::Charsmap(std::string_view file, std::string bytes) {
  std::uint32_t size = 0;
  if (bytes.size() >= sizeof size) std::memcpy(&size, bytes.data(), sizeof size);
  if (size == 0 || size % 4 != 0 || size > bytes.size() - sizeof size) {
    throwMalformed(file, "its trie's size is not that of the bytes", "precompiled_charsmap");
  }
  units_.resize(size / 4);
  std::memcpy(units_.data(), bytes.data() + sizeof size, size);
  texts_ = bytes.substr(sizeof size + size);
}

template <class Found>
void Charsmap::walk(std::string_view text, const Found& found) const {
  if (units_.empty()) return;
  std::uint32_t node = offsetOf(units_[0]);
  for (std::uint32_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    node ^= byte;
    if (node >= units_.size() || labelOf(units_[node]) != byte) return;
    const bool leaf = hasValue(units_[node]);
    node ^= offsetOf(units_[node]);
    if (node >= units_.size()) return;
    const std::uint32_t begin = valueOf(units_[node]);
    if (!leaf || begin >= texts_.size()) continue;
    const std::size_t end = std::min(texts_.find('\0', begin), texts_.size());
    if (!found(Match{at + 1, std::string_view(texts_).substr(begin, end - begin)})) return;
  }
}

Charsmap::Match Charsmap::longest(std::string_view text) const {
  Match best;
  walk(text, [&](const Match& match) {
    best = match;
    return true;
  });
  return best;
}

Charsmap::Match Charsmap::shortest(std::string_view text) const {
  Match best;
  walk(text, [&](const Match& match) {
    best = match;
    return false;
  });
  return best;
}

Normalizer mappedLetters(std::string_view file, std::string charsmap) {
  if (charsmap.empty()) return [](AlignedText text) { return text; };
  return [map = Charsmap(file, std::move(charsmap))](const AlignedText& text) {
    AlignedText made = text.emptied();
    std::uint32_t begin = 0;
    for (const std::uint32_t end : clusterEnds(text.text())) {
      const Range cluster{begin, end};
      begin = end;
      if (cluster.size() < kLongestCluster && appendMapped(map, text, cluster, made)) continue;
      for (std::uint32_t at = cluster.begin; at < end;) {
        const Range letter{at, at + letterAt(text.text(), at).bytes};
        if (!appendMapped(map, text, letter, made)) made.append(text, letter);
        at = letter.end;
      }
    }
    return validUtf8(std::move(made));
  };
}

}  // namespace lineament::text
