// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

namespace lineament::app {

// The legend of a map has been changed (`map`: its options): other figures that show the same
// classes follow. Sheets of the same data take the changes over; curves that the same run has made,
// one for each class (option "classes": what the run called them), get the names and colours that
// the classes have now. What is as it should be already is no change.
void followLegend(project::Project& project, project::Id data, const nlohmann::json& map,
                  const project::ChangeOptions& change);

}  // namespace lineament::app
