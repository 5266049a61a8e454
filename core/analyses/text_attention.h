// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `text.attention`: what a network attends to in a text, layer by layer and head by head.
std::unique_ptr<Analysis> makeTextAttention();

}  // namespace lineament
