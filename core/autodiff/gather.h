// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// Rows of a table [N, ...] by number, in the order asked for: [count, ...]. An embedding is this on
// a parameter. Error "autodiff.index" at run time for a number outside the table.
template <class T>
Value<T> gatherRows(Value<T> table, Indices rows);

}  // namespace lineament::autodiff
