// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// Whether a file starts as UTF-8 text without control characters beside those that texts have: ends
// of lines and pages, tabulators, escapes. The head may end inside a letter.
bool isText(const Probe& probe);

// Text files as notes: Markdown (.md) formatted, other text plain. UTF-8, up to 256 MiB; a byte
// order mark is left out. Tables in delimited text are the CSV reader's. Errors "text.encoding"
// with the byte, "text.size".
std::unique_ptr<Reader> makeTextReader();

}  // namespace lineament::io
