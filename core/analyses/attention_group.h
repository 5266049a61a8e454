// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `attention.group`: attention between words or sentences instead of tokens.
std::unique_ptr<Analysis> makeAttentionGroup();

}  // namespace lineament
