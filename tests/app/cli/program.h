// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QProcessEnvironment>
#include <QStringList>

#include "core/base/json.h"

namespace lineament::app::cli {

// What the real executable did with these words.
struct Ended {
  int status = -1;  // -1: it was ended by a signal, or never started
  QByteArray out;
  QByteArray error;

  nlohmann::json json() const { return nlohmann::json::parse(out.toStdString(), nullptr, false); }
  // One line, and not an empty one.
  bool oneLineOfError() const { return error.count('\n') == 1 && error.size() > 20; }
};

inline QProcessEnvironment withoutDisplay() {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
    environment.remove(QString::fromLatin1(name));
  }
  return environment;
}

// Without a display, so that a command which asks for one fails.
inline Ended ran(const QStringList& words) {
  QProcess program;
  program.setProcessEnvironment(withoutDisplay());
  program.start(QStringLiteral(LINEAMENT_PROGRAM), words);
  if (!program.waitForFinished(120'000)) return {};
  const bool exited = program.exitStatus() == QProcess::NormalExit;
  return {exited ? program.exitCode() : -1, program.readAllStandardOutput(),
          program.readAllStandardError()};
}

}  // namespace lineament::app::cli
