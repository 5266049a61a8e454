// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/bench/attention_flow.h"
#include "app/bench/bench.h"
#include "app/bench/window_program.h"
#include "core/base/json.h"

namespace lineament::app {

namespace {

constexpr int kPatienceMs = 600'000;
constexpr double kAwayBar = 50;  // ms that the window's event loop may be away

Measurement fromJson(const std::string& prefix, const nlohmann::json& number) {
  Measurement made{prefix + number.at("name").get<std::string>(), number.at("value").get<double>(),
                   number.at("unit").get<std::string>()};
  if (number.contains("bar")) made.bar = number.at("bar").get<double>();
  return made;
}

}  // namespace

// Each size in a window of its own (attention_flow.h), so that the memory of one is not that of
// another.
std::vector<Measurement> benchAttention(const BenchSettings& settings) {
  std::vector<Measurement> all;
  int place = 0;
  for (const std::string_view size : kAttentionSizes) {
    settings.context.checkpoint(place++ / static_cast<double>(kAttentionSizes.size()),
                                fmt::format("Looking at attention: {}", size));
    const QByteArray said = outputOfWindow(
        {"--measure-attention", QString::fromLatin1(size.data(), qsizetype(size.size()))},
        kPatienceMs);
    const nlohmann::json found = nlohmann::json::parse(said.toStdString());
    const std::string prefix = fmt::format("attention.{}.", size);
    for (const auto& number : found.at("numbers")) all.push_back(fromJson(prefix, number));
    for (const auto& phase : found.at("phases")) {
      const auto waits = phase.at("waits").get<std::vector<double>>();
      if (waits.empty()) continue;
      Measurement away{prefix + phase.at("name").get<std::string>() + ".wait_max",
                       quantile(waits, 1), "ms"};
      away.bar = kAwayBar;
      if (!phase.at("longest").empty()) {
        const auto& turn = phase.at("longest").front();
        away.note =
            fmt::format("longest turn {:.1f}, {:.1f} of it on the processor; {}",
                        turn.at("milliseconds").get<double>(), turn.at("processor").get<double>(),
                        turn.at("doing").get<std::string>());
      }
      all.push_back(std::move(away));
    }
  }
  return all;
}

}  // namespace lineament::app
