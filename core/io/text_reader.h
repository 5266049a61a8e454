// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// Text files as notes: Markdown (.md) formatted, other text plain. UTF-8, up to 256 MiB; a byte
// order mark is left out. Tables in delimited text are the CSV reader's. Errors "text.encoding"
// with the byte, "text.size".
std::unique_ptr<Reader> makeTextReader();

}  // namespace lineament::io
