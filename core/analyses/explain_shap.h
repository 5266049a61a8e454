// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "explain.shap": which feature pushed each prediction up or down.
std::unique_ptr<Analysis> makeExplainShap();

}  // namespace lineament
