// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/bench/bench.h"
#include "app/bench/window_program.h"
#include "core/base/json.h"

namespace lineament::app {

namespace {

constexpr int kPatienceMs = 600'000;

}  // namespace

// The bar: no turn of the window's event loop over 50 ms. The window goes through the whole flow in
// a process of its own (frames_flow.h).
std::vector<Measurement> benchFrames(const BenchSettings& settings) {
  settings.context.checkpoint(0, "Using the window");
  const QByteArray said = outputOfWindow({"--measure-frames"}, kPatienceMs);
  std::vector<Measurement> all;
  for (const auto& phase : nlohmann::json::parse(said.toStdString())) {
    const std::string name = "frames." + phase.at("name").get<std::string>();
    auto waits = phase.at("waits").get<std::vector<double>>();
    all.push_back({name + ".wait_p50", quantile(waits, 0.5), "ms"});
    all.push_back({name + ".wait_p95", quantile(waits, 0.95), "ms"});
    all.push_back({name + ".wait_max", quantile(waits, 1), "ms"});
    const auto reached = phase.at("reached").get<double>();
    if (reached > 0) all.push_back({name + ".first_picture", reached, "ms"});
    int place = 0;
    for (const auto& turn : phase.at("longest")) {
      Measurement longest{fmt::format("{}.longest_{}", name, ++place),
                          turn.at("milliseconds").get<double>(), "ms"};
      longest.note =
          fmt::format("{:.1f} of it on the processor; {}", turn.at("processor").get<double>(),
                      turn.at("doing").get<std::string>());
      all.push_back(std::move(longest));
    }
  }
  return all;
}

}  // namespace lineament::app
