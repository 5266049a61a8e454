// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/aligned_text.h"

#include <algorithm>

#include "core/io/utf8.h"

namespace lineament::text {

AlignedText::AlignedText(std::string_view part, std::uint32_t begin)
    : text_(part), origins_(part.size()), begin_(begin), starts_text_(begin == 0) {
  for (Range& origin : origins_) {
    origin = {begin, begin + 1};
    ++begin;
  }
}

Range AlignedText::origin(Range range) const {
  if (range.begin < range.end) {
    const std::uint32_t begin = origins_[range.begin].begin;
    return {begin, std::max(begin, origins_[range.end - 1].end)};
  }
  const std::uint32_t at = range.begin > 0 ? origins_[range.begin - 1].end
                           : !empty()      ? origins_.front().begin
                                           : begin_;
  return {at, at};
}

AlignedText AlignedText::emptied() const {
  AlignedText made;
  made.begin_ = begin_;
  made.starts_text_ = starts_text_;
  made.text_.reserve(text_.size());
  made.origins_.reserve(text_.size());
  return made;
}

void AlignedText::append(std::string_view bytes, Range origin) {
  text_ += bytes;
  origins_.insert(origins_.end(), bytes.size(), origin);
}

void AlignedText::append(const AlignedText& other, Range range) {
  text_.append(other.text_, range.begin, range.size());
  origins_.insert(origins_.end(), other.origins_.begin() + range.begin,
                  other.origins_.begin() + range.end);
}

AlignedText AlignedText::part(Range range) const {
  AlignedText made;
  made.begin_ = origin({range.begin, range.begin}).begin;
  made.starts_text_ = starts_text_ && range.begin == 0;
  made.append(*this, range);
  return made;
}

AlignedText validUtf8(AlignedText text) {
  if (io::isUtf8(text.text())) return text;
  AlignedText made = text.emptied();
  for (std::uint32_t at = 0; at < text.size();) {
    const auto good = static_cast<std::uint32_t>(io::validUtf8Prefix(text.view({at, text.size()})));
    made.append(text, {at, at + good});
    at += good;
    if (at == text.size()) break;
    made.append("\xEF\xBF\xBD", text.origin({at, at + 1}));
    ++at;
  }
  return made;
}

Letter letterAt(std::string_view text, std::uint32_t at) {
  const auto byte = [&](std::uint32_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const std::uint32_t lead = byte(0);
  const std::uint32_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size() - at) return {bytes == 1 ? lead : 0xFFFD, 1};
  std::uint32_t code = lead & (0x7F >> bytes);
  for (std::uint32_t i = 1; i < bytes; ++i) code = code << 6 | (byte(i) & 0x3F);
  return {code, bytes};
}

}  // namespace lineament::text
