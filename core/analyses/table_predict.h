// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "table.predict": what a model says about the rows of a table.
std::unique_ptr<Analysis> makeTablePredict();

}  // namespace lineament
