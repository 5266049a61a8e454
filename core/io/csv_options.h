// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/declaration.h"
#include "core/analysis/parameters.h"

namespace lineament::io {

enum class TextEncoding { utf8, utf16_little, utf16_big, windows1252 };

// How a delimited text file is to be read. What is left empty is found out from the file.
struct CsvOptions {
  std::optional<char> delimiter;  // ' ' stands for runs of blanks and tabs
  std::optional<char> quote;      // '\0': no quotes
  std::optional<char> decimal;    // '.' or ','
  std::optional<bool> header;
  std::optional<bool> units_row;  // whether units stand in the row under the header
  std::optional<char> comment;    // '\0': no comments
  std::optional<TextEncoding> encoding;
  std::vector<std::string> missing = defaultMissing();  // words that stand for a missing value
  std::size_t skip_rows = 0;                            // lines before anything is looked at

  // How much text a task parses at once, if not what suits the table's width. The table does not
  // depend on it.
  std::optional<std::size_t> block_bytes;

  static std::vector<std::string> defaultMissing();
  static CsvOptions from(const Parameters& parameters);
};

// The options as people set them.
const Declaration& csvOptionsDeclaration();

}  // namespace lineament::io
