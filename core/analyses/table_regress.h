// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "table.regress": a numeric column from the other columns of a table.
std::unique_ptr<Analysis> makeTableRegress();

}  // namespace lineament
