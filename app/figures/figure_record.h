// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/run.h"
#include "core/data/figure_spec.h"
#include "views/common/figure_export.h"

namespace lineament::app {

// What the file of a figure says of the run it came from.
views::FigureRecord figureRecord(const FigureSpec& spec, const RunRecord& run,
                                 const QString& project = {});

}  // namespace lineament::app
