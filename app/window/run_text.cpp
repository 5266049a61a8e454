// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/run_text.h"

#include <QCoreApplication>

#include "app/report/numbers.h"
#include "app/window/project_tree.h"
#include "app/window/settings.h"
#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/base/version.h"

namespace lineament::app {
namespace {

QString tr(const char* words) {
  return QCoreApplication::translate("RunText", words);
}
QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

void addFact(QStringList& lines, const QString& name, const QString& value) {
  if (!value.isEmpty())
    lines << QString("- **%1** `%2`").arg(name, QString(value).replace('`', '\''));
}

}  // namespace

QString runText(const QString& title, const RunRecord& record) {
  QStringList lines{"# " + title, {}};
  if (!record.error.empty()) lines << "> " + text(record.error) << QString();
  addFact(lines, tr("Analysis"), QString("%1, %2").arg(text(record.analysis)).arg(record.version));
  addFact(lines, tr("Outcome"), text(record.outcome));
  addFact(lines, tr("Duration"), secondsText(record.seconds));
  addFact(lines, tr("Started"), text(record.started));
  addFact(lines, tr("Device"), QString("%1, %2").arg(text(record.device), text(record.simd)));
  addFact(lines, tr("Threads"), QString::number(record.threads));
  addFact(lines, tr("Seed"), QString::number(record.seed));
  addFact(lines, tr("Program"), text(record.program));
  for (const RunRecord::InputRecord& input : record.inputs) {
    addFact(lines, tr("Input %1").arg(text(input.name)), text(input.path));
    for (const auto& [key, value] : input.read.items()) {
      if (value == "auto") continue;
      addFact(lines, tr("Read with %1").arg(text(key)),
              text(value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
  lines << QString() << "## " + tr("Parameters") << QString();
  for (const auto& [key, value] : record.parameters.items()) {
    addFact(lines, text(key), text(value.is_string() ? value.get<std::string>() : value.dump()));
  }
  if (!record.metrics.empty()) lines << QString() << "## " + tr("Metrics") << QString();
  for (const auto& [key, value] : record.metrics) {
    addFact(lines, text(key), QString::number(value, 'g', 6));
  }
  if (!record.log.empty()) lines << QString() << "## " + tr("Log") << QString();
  for (const RunRecord::LogLine& line : record.log) {
    const bool warning = line.severity == Context::Severity::warning;
    lines << QString("- %1%2").arg(warning ? tr("Warning: ") : QString(), text(line.line));
  }
  return lines.join('\n');
}

QStringList warningsOf(const RunRecord& record) {
  QStringList warnings;
  for (const RunRecord::LogLine& line : record.log) {
    if (line.severity == Context::Severity::warning) warnings << text(line.line);
  }
  return warnings;
}

QString machineText(const GpuState& gpu) {
  const int chosen = Settings().threads();
  const int threads = chosen > 0 ? chosen : hardwareThreads();
  const QString processor =
      QCoreApplication::translate("RunText", "CPU %n threads", nullptr, threads);
  return QString("%1 · %2").arg(processor, gpu.available ? text(gpu.name) : tr("no GPU"));
}

QString aboutText(const GpuState& gpu) {
  QStringList lines{
      "# Lineament", {}, tr("A workbench for linear models and linear-time sequence models."), {}};
  addFact(lines, tr("Version"), text(versionText()));
  addFact(lines, tr("Compiler"), text(compilerText()));
  addFact(lines, tr("Processor"), text(cpuName()));
  addFact(lines, tr("Vector instructions"), text(simdTarget()));
  addFact(lines, tr("Threads"), QString::number(hardwareThreads()));
  addFact(lines, tr("CUDA"), gpu.available ? text(gpu.name) : text(gpu.reason));
  lines << QString()
        << tr("Free software under the GNU General Public License, version 3 or later.");
  return lines.join('\n');
}

}  // namespace lineament::app
