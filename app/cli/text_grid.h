// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lineament::app::cli {

// Rows of words in aligned columns, for a terminal.
class TextGrid {
 public:
  enum class Align { left, right };

  void add(std::vector<std::string> row);
  void alignRight(std::size_t column);
  bool empty() const { return rows_.empty(); }
  std::string text() const;  // two spaces between columns, one line per row

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<Align> align_;
};

// Letters of a UTF-8 text, for its width on a terminal; control characters count as one.
std::size_t letters(std::string_view text);

}  // namespace lineament::app::cli
