// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/text_grid.h"

#include <algorithm>

namespace lineament::app::cli {

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void TextGrid::add(std::vector<std::string> row) {
  // Names out of files must not be able to steer the terminal.
  for (std::string& cell : row) {
    for (char& c : cell) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
  }
  if (row.size() > align_.size()) align_.resize(row.size(), Align::left);
  rows_.push_back(std::move(row));
}

void TextGrid::alignRight(std::size_t column) {
  if (column >= align_.size()) align_.resize(column + 1, Align::left);
  align_[column] = Align::right;
}

std::string TextGrid::text() const {
  std::vector<std::size_t> widths(align_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], letters(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - letters(row[i]), ' ');
      if (i > 0) line += "  ";
      line += align_[i] == Align::right ? space + row[i] : row[i] + space;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace lineament::app::cli
