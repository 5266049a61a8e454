// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

std::unique_ptr<Analysis> makeSequenceRun();

}  // namespace lineament
