// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "app/report/report.h"
#include "core/base/context.h"

namespace lineament::app {

enum class Paper { a4, letter };

// Throws Error (usage) "report.ending" unless the path ends in .pdf or .html.
void checkReportPath(const std::filesystem::path& path);

// Writes a PDF or an HTML page, by the ending: in full, or not at all. Needs an application for its
// fonts, and may run on any thread. Throws Cancelled, and Error where the file cannot be written.
void writeReport(const Report& report, const std::filesystem::path& path, Paper paper,
                 const Context& context);

}  // namespace lineament::app
