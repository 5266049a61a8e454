// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `text.tokenize`: the pieces that a network's tokenizer cuts a text into.
std::unique_ptr<Analysis> makeTextTokenize();

}  // namespace lineament
