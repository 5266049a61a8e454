// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "core/analysis/analysis.h"
#include "core/data/figure_spec.h"
#include "views/common/figure.h"

namespace lineament::app {

// Other data that a figure shows with its own, by their ids in the project.
using Companions = std::map<std::int64_t, Data>;

// Those that the spec's options ask for, vector layers in the figure's coordinate system. What
// cannot be loaded is left out: the figure says so in its caption. Throws Cancelled, and Error as
// renderFigure does.
Companions companionsOf(const FigureSpec& spec, const Data& data,
                        const std::function<Data(std::int64_t)>& load, const Context& context);

// The figure that `spec` names, of `data`, with the spec's options, ready to be drawn. Makes no
// widget, so it may run on any thread. Throws Cancelled, and Error for a view there is none of or
// that does not show this kind of data.
std::unique_ptr<views::Figure> renderFigure(const FigureSpec& spec, const Data& data,
                                            const Context& context = {},
                                            const Companions& companions = {});

// The same with the output that `spec.data` names; Error "figure.no_data" when there is none.
std::unique_ptr<views::Figure> renderFigure(const FigureSpec& spec, const Outputs& outputs,
                                            const Context& context = {});

}  // namespace lineament::app
