// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/data/table.h"

namespace lineament::io {

// A whole .npy file of a table as a structured array: real and integer columns in 8 bytes, text in
// UCS-4, dates as datetime64. NumPy has no missing values: those of dates become NaT, those of
// other columns keep whatever lies under the mask.
std::vector<std::byte> npyOfTable(const Table& table);

// A whole .npy file of words, one-dimensional; of one word without dimensions.
std::vector<std::byte> npyOfWords(const std::vector<std::string>& words);
std::vector<std::byte> npyOfWord(const std::string& word);

}  // namespace lineament::io
