// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/report/report.h"
#include "core/analysis/catalogue.h"
#include "core/base/context.h"
#include "core/project/project.h"

namespace lineament::app {

// The report of a project: the pages a person laid out where there are some, else all sources and
// runs in order; and always, at the end, the record of every run, so that it can be done again.
// Data are loaded on the way; a source that is missing or has changed is said so in its place.
// Throws Cancelled. Draws nothing, so it may run off the window's thread.
Report composeReport(const project::Project& project, const Catalogue& catalogue,
                     const Context& context);

}  // namespace lineament::app
