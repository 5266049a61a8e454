// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"
#include "core/data/figure_spec.h"
#include "views/common/view.h"

namespace lineament::app {

// The view that `spec` names, showing `data` with the spec's options. Throws Error for a view there
// is none of, or that does not show this kind of data.
std::unique_ptr<views::View> renderFigure(const FigureSpec& spec, const Data& data);

// The same with the output that `spec.data` names; Error "figure.no_data" when there is none.
std::unique_ptr<views::View> renderFigure(const FigureSpec& spec, const Outputs& outputs);

}  // namespace lineament::app
