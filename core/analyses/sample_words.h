// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "sample.words": a text of invented words said twice, on which networks grow induction heads.
std::unique_ptr<Analysis> makeSampleWords();

}  // namespace lineament
