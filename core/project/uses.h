// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include "core/project/document.h"

namespace lineament::project {

// Who in a project speaks of whom.

// Throws Error "project.used" (usage) when a run other than `except` has one of these as an input.
void refuseUsed(const Database& database, const std::set<Id>& items, Id except = 0);

// Removes the figures of these sources or results, and the places of all of them in the report.
void removeShown(Edit& edit, const std::set<Id>& items);

}  // namespace lineament::project
