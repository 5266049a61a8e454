// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/io/csv_options.h"
#include "core/io/delimited_field.h"

namespace lineament::io {

// The dialect of a sample: for each delimiter and quote that may be meant, the sample is split into
// records, and the dialect wins under which most records have the same number of fields and most
// fields are clean words, numbers or dates (van den Burg, Nazabal and Sutton 2019, "Wrangling messy
// CSV files by detecting row and type patterns"). What `options` choose is taken as given.
Dialect detectDialect(std::string_view sample, bool whole, const CsvOptions& options);

}  // namespace lineament::io
