// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/attention_stack.h"
#include "core/data/table.h"

namespace lineament {

// The measures of a stack as a table: a row for each layer and head, named in the first columns.
Table measureTable(const AttentionStack& stack);

}  // namespace lineament
