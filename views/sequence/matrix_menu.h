// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "core/base/json.h"

class QMenu;

namespace lineament::views {

// Adds what can be chosen about attention matrices ("show", "normalise"), ticked as `options` have
// it now; `choose` gets what a person picks.
void addMatrixActions(QMenu& menu, const nlohmann::json& options,
                      const std::function<void(const nlohmann::json&)>& choose);

}  // namespace lineament::views
