// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include "app/report/report.h"
#include "core/base/context.h"

namespace lineament::app {

// One self-contained page: style and figures are in it, nothing is fetched, nothing runs. Light or
// dark as the reader's system is, and with a style of its own on paper. It is well-formed XML, too.
// Needs an application for its fonts, and may run on any thread. Throws Cancelled.
QByteArray htmlReport(const Report& report, const Context& context);

}  // namespace lineament::app
