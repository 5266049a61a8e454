// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/catalogue.h"

namespace lineament {

// Every analysis of the program, made once.
const Catalogue& allAnalyses();

}  // namespace lineament
