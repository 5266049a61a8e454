// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/analysis/declaration.h"

namespace lineament {

// An analysis's page for people at a terminal: what it does, its inputs, parameters with defaults
// and ranges, outputs and metrics.
std::string helpText(const Declaration& declaration);

// The part of it that tells the parameters; of a reader's declaration, its options.
std::string parametersText(const Declaration& declaration);

// The same as a CommonMark page for the manual.
std::string documentationPage(const Declaration& declaration);

}  // namespace lineament
