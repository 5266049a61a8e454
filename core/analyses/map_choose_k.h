// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "map.choose-k": measures of clusters for each of several numbers of classes.
std::unique_ptr<Analysis> makeMapChooseK();

}  // namespace lineament
