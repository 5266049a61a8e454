// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lineament::text {

// Bytes [begin, end) of a text.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  std::uint32_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

// A text on its way to the vocabulary, in which every byte knows the bytes of the original text
// that it came from. What was added stands for the empty range where it was put.
class AlignedText {
 public:
  AlignedText() = default;
  // A part of the original that begins at its byte `begin`.
  AlignedText(std::string_view part, std::uint32_t begin);

  const std::string& text() const { return text_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  bool empty() const { return text_.empty(); }
  // Whether it begins where the original text does.
  bool startsText() const { return starts_text_; }

  // The original bytes of [begin, end); for an empty range the place where it lies.
  Range origin(Range range) const;
  std::string_view view(Range range) const {
    return std::string_view(text_).substr(range.begin, range.size());
  }

  // An empty text to which the changed one is appended part by part.
  AlignedText emptied() const;
  void append(std::string_view bytes, Range origin);   // all of `bytes` stand for `origin`
  void append(const AlignedText& other, Range range);  // with their origins
  // What was appended last stands for the original up to `end`, too.
  void stretchTo(std::uint32_t end) { origins_.back().end = end; }
  AlignedText part(Range range) const;

 private:
  std::string text_;
  std::vector<Range> origins_;  // one per byte
  std::uint32_t begin_ = 0;     // of the original part
  bool starts_text_ = true;
};

// The same text in which every byte that is no UTF-8 is U+FFFD.
AlignedText validUtf8(AlignedText text);

// The code point there and how many bytes it has. Of what is no UTF-8 some code point; never more
// bytes than there are.
struct Letter {
  std::uint32_t code = 0;
  std::uint32_t bytes = 0;
};
Letter letterAt(std::string_view text, std::uint32_t at);

}  // namespace lineament::text
