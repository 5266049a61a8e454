// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/io/delimited_field.h"

namespace lineament::io {

// Where the fields and the lines of a text end, as far as single letters tell: what stands in
// quotes or in a comment is not known here, only where such signs are. Found 64 letters at a time
// by comparing all of them at once (after Langdale and Lemire 2019, "Parsing gigabytes of JSON per
// second", section 3.1).
class TextStructure {
 public:
  // A line end has to stand behind `text`, then kTextPadding readable bytes; it closes the last
  // line. The text is shorter than 4 GiB.
  void find(std::string_view text, const Dialect& dialect);
  void clear();

  // Offsets of all delimiters and line ends, in order.
  std::span<const std::uint32_t> ends() const { return {ends_.data(), end_count_}; }

  // For each line how many of the ends come before its own line end.
  const std::vector<std::uint32_t>& lineEnds() const { return line_ends_; }

  // Offsets of quotes and comment signs.
  const std::vector<std::uint32_t>& marks() const { return marks_; }

 private:
  std::vector<std::uint32_t> ends_;  // with room to write ahead
  std::size_t end_count_ = 0;
  std::vector<std::uint32_t> line_ends_;
  std::vector<std::uint32_t> marks_;
};

}  // namespace lineament::io
