// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/window_program.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>

#include "core/base/error.h"

namespace lineament::app {

namespace {

constexpr ErrorText kNoDisplay{"bench.display", "Measure the window", "there is no display", "",
                               "Run it in a desktop session, or under xvfb-run"};
constexpr ErrorText kFailed{"bench.window", "Measure the window", "{reason}", "",
                            "Start the program by itself to see what is wrong"};

QProcessEnvironment environmentIn(const QTemporaryDir& folder) {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const char* place :
       {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}) {
    environment.insert(place, folder.filePath(place));
  }
  return environment;
}

}  // namespace

QByteArray outputOfWindow(const QStringList& words, int patience_ms) {
  if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")) {
    throw Error(kNoDisplay);
  }
  const QTemporaryDir folder;
  QProcess program;
  program.setProgram(QCoreApplication::applicationFilePath());
  program.setArguments(words);
  program.setProcessEnvironment(environmentIn(folder));
  program.start();
  const bool ended = program.waitForFinished(patience_ms);
  if (ended && program.exitStatus() == QProcess::NormalExit && program.exitCode() == 0) {
    return program.readAllStandardOutput();
  }
  program.kill();
  program.waitForFinished();
  const QString said = QString::fromUtf8(program.readAllStandardError()).trimmed();
  const QString reason = ended && program.exitStatus() == QProcess::CrashExit
                             ? QStringLiteral("it crashed")
                         : said.isEmpty() ? QStringLiteral("it did not end")
                                          : said.section('\n', -1);
  throw Error(kFailed, {{"reason", reason.toStdString()}});
}

}  // namespace lineament::app
