// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "core/analysis/run.h"
#include "core/base/gpu.h"

namespace lineament::app {

// A run's record and log as a page for people (CommonMark).
QString runText(const QString& title, const RunRecord& record);

// The lines of the log that warn.
QStringList warningsOf(const RunRecord& record);

// What the program is and runs on: version, compiler, vector instructions, threads, GPU.
QString aboutText(const GpuState& gpu);

// "CPU 2 threads · no GPU", for the status bar.
QString machineText(const GpuState& gpu);

}  // namespace lineament::app
