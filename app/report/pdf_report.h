// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QPageSize>

#include "app/report/report.h"
#include "core/base/context.h"

namespace lineament::app {

// The report as a PDF document: text stays text with its fonts embedded, figures are vectors at
// their physical size (174 mm). `size` is A4 or Letter. Needs an application for its fonts, and may
// run on any thread. Throws Cancelled.
QByteArray pdfReport(const Report& report, QPageSize::PageSizeId size, const Context& context);

}  // namespace lineament::app
