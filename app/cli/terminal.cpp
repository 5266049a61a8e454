// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace lineament::app::cli {

namespace {

constexpr ErrorText kOutput{"cli.output", "Write the result to standard output", "{reason}", "",
                            "Free space on the drive it goes to, or send it elsewhere"};

constexpr int kBarCells = 24;
constexpr auto kBarInterval = std::chrono::milliseconds(100);

// An error stays one line whatever a file's name or content brought into it.
std::string oneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

void toStandardError(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

// Text from files may not be UTF-8; JSON has to be.
std::string dumped(const nlohmann::json& document, int indent) {
  return document.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

nlohmann::json toJson(const Error& error) {
  return {{"key", error.key()},     {"asked", error.asked()},   {"found", error.found()},
          {"where", error.where()}, {"remedy", error.remedy()}, {"error", error.what()}};
}

Terminal::Terminal() : bar_(::isatty(STDERR_FILENO) == 1) {}

Terminal::~Terminal() {
  clearProgress();
}

void Terminal::print(std::string_view text) {
  clearProgress();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Terminal::printJson(const nlohmann::json& document) {
  print(dumped(document, 2) + "\n");
}

void Terminal::warn(std::string_view line) {
  clearProgress();
  toStandardError("Warning: " + oneLine(line) + "\n");
}

void Terminal::report(const Error& error) {
  clearProgress();
  toStandardError((json_ ? dumped(toJson(error), -1) : oneLine(error.what())) + "\n");
}

void Terminal::reportCancelled() {
  clearProgress();
  toStandardError(json_ ? "{\"key\":\"cancelled\",\"error\":\"Cancelled; nothing was written.\"}\n"
                        : "Cancelled; nothing was written.\n");
}

Context::Progress Terminal::progress() {
  if (!bar_) return {};
  return [this](double fraction, std::string_view doing) { draw(fraction, doing); };
}

Context::Log Terminal::log() {
  return [this](Context::Severity severity, std::string_view line) {
    if (severity == Context::Severity::warning) warn(line);
  };
}

void Terminal::draw(double fraction, std::string_view doing) {
  const std::lock_guard lock(mutex_);
  if (!doing.empty()) doing_ = doing;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kBarInterval) return;
  last_ = now;
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kBarCells);
  std::string bar;
  for (int cell = 0; cell < kBarCells; ++cell) bar += cell < filled ? "█" : "░";
  toStandardError(fmt::format("\r\033[K{} {:3.0f}% {}", bar, 100 * fraction, oneLine(doing_)));
  drawn_ = true;
}

void Terminal::clearProgress() {
  const std::lock_guard lock(mutex_);
  if (!drawn_) return;
  toStandardError("\r\033[K");
  drawn_ = false;
}

void Terminal::flush() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw Error(kOutput, {{"reason", std::generic_category().message(errno)}});
}

}  // namespace lineament::app::cli
