// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `text.generate`: what a network writes behind a text.
std::unique_ptr<Analysis> makeTextGenerate();

}  // namespace lineament
