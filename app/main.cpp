// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <clocale>
#include <memory>
#include <string>
#include <vector>

#include "app/bench/attention_flow.h"
#include "app/bench/frames_flow.h"
#include "app/bench/startup_watch.h"
#include "app/cli/command_line.h"
#include "app/window/run_window.h"
#include "core/base/blas.h"

int main(int argc, char** argv) {
  using namespace lineament;
  keepBlasSingleThreaded();
  const std::vector<std::string> words(argv + 1, argv + argc);
  const app::cli::Call call = app::cli::runCommandLine(words);
  if (!call.window) return call.status;

  // VTK's OpenGL loader needs GLX where Qt would otherwise choose EGL.
  if (!qEnvironmentVariableIsSet("QT_XCB_GL_INTEGRATION")) {
    qputenv("QT_XCB_GL_INTEGRATION", "xcb_glx");
  }
  if (call.measure_frames) return app::measureFrames(argc, argv);
  if (!call.measure_attention.empty()) {
    return app::measureAttention(call.measure_attention, argc, argv);
  }
  QApplication application(argc, argv);
  std::setlocale(LC_NUMERIC, "C");  // the application has set the system's
  std::unique_ptr<app::StartupWatch> watch;
  if (call.measure_startup_from) {
    watch = std::make_unique<app::StartupWatch>(*call.measure_startup_from);
  }
  QStringList files;
  for (const std::string& file : call.files) files << QString::fromStdString(file);
  return app::runWindow(application, files);
}
