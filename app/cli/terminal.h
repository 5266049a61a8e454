// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/context.h"
#include "core/base/error.h"
#include "core/base/json.h"

namespace lineament::app::cli {

// Exit statuses that scripts may rely on.
enum class ExitStatus { done = 0, failed = 1, usage = 2, cancelled = 3 };

// What the command line says and where: results to standard output; errors, warnings and the
// progress bar to standard error, the bar only where that is a terminal.
class Terminal {
 public:
  Terminal();
  ~Terminal();

  bool json() const { return json_; }
  void setJson(bool json) { json_ = json; }

  void print(std::string_view text);  // as it is; callers end their lines
  void printJson(const nlohmann::json& document);
  void warn(std::string_view line);
  void report(const Error& error);
  void reportCancelled();

  // Safe to call from any thread; draws at most ten times a second.
  Context::Progress progress();
  Context::Log log();  // warnings only
  void clearProgress();

  // Throws Error "cli.output" when standard output could not be written to the end.
  void flush();

 private:
  void draw(double fraction, std::string_view doing);

  bool json_ = false;
  bool bar_ = false;  // standard error is a terminal
  bool drawn_ = false;
  std::string doing_;
  std::chrono::steady_clock::time_point last_{};
  std::mutex mutex_;
};

// The error as one object: key, the four parts, and the line made of them.
nlohmann::json toJson(const Error& error);

}  // namespace lineament::app::cli
