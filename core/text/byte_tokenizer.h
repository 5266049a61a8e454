// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/text/tokenizer.h"

namespace lineament::text {

// A text's bytes are its tokens: 256 ids, none of them special.
std::unique_ptr<Tokenizer> makeByteTokenizer();

}  // namespace lineament::text
