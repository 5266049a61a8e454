// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/delimited_field.h"

namespace lineament::io {

// The first rows of a text, in full, for finding out what it is.
struct SampleField {
  std::string word;  // quotes undone
  bool quoted = false;
};

struct SampleRecord {
  std::vector<SampleField> fields;
  std::size_t begin = 0;                  // in the sample
  std::size_t end = 0;                    // behind its line end
  std::optional<std::size_t> open_quote;  // in the sample; nothing closes it there
};

// At most `most` records, idle lines left out. Unless the sample is the `whole` text, its last
// record may be cut off and is left out too.
std::vector<SampleRecord> sampleRecords(std::string_view sample, bool whole, const Dialect& dialect,
                                        std::size_t most);

// The fields that most records have; of several such numbers the largest.
std::size_t usualFields(const std::vector<SampleRecord>& records, std::size_t first = 0);

}  // namespace lineament::io
