// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/random.h"

namespace lineament::app {

namespace {

constexpr int kWarmUps = 2;
constexpr int kResamples = 2000;
constexpr std::uint64_t kBootstrapSeed = 1;

// Percentile bootstrap of the median (Efron 1979).
void setInterval(Measurement::Peer& peer, const std::vector<double>& ratios) {
  Random random(kBootstrapSeed);
  std::vector<double> medians;
  for (int i = 0; i < kResamples; ++i) {
    std::vector<double> sample;
    for (std::size_t k = 0; k < ratios.size(); ++k) {
      sample.push_back(ratios[random.below(ratios.size())]);
    }
    medians.push_back(median(std::move(sample)));
  }
  std::sort(medians.begin(), medians.end());
  peer.ratio = median(ratios);
  peer.ratio_low = medians[kResamples / 40];
  peer.ratio_high = medians[kResamples - 1 - kResamples / 40];
}

}  // namespace

nlohmann::json toJson(const Measurement& m) {
  nlohmann::json json{{"name", m.name}, {"value", m.value}, {"unit", m.unit}};
  json["floor_share"] = m.floor_share ? nlohmann::json(*m.floor_share) : nlohmann::json();
  if (m.peer) {
    json["peer"] = m.peer->name;
    json["peer_version"] = m.peer->version;
    json["peer_value"] = m.peer->value;
    json["ratio"] = m.peer->ratio;
    json["ratio_interval"] = {m.peer->ratio_low, m.peer->ratio_high};
  }
  if (m.bar) json["bar"] = *m.bar;
  if (!m.note.empty()) json["note"] = m.note;
  return json;
}

std::string textLine(const Measurement& m) {
  std::string line = fmt::format("{:<46} {:>10.4g} {}", m.name, m.value, m.unit);
  if (m.floor_share) line += fmt::format("   {:.0f} % of the floor", 100 * *m.floor_share);
  if (m.peer) {
    line += fmt::format("   {} {}: {:.4g} {}, {:.2f} times ours ({:.2f} to {:.2f})", m.peer->name,
                        m.peer->version, m.peer->value, m.unit, m.peer->ratio, m.peer->ratio_low,
                        m.peer->ratio_high);
  }
  if (m.bar) {
    line += fmt::format("   bar {:g} {}: {}", *m.bar, m.unit, m.value <= *m.bar ? "met" : "MISSED");
  }
  if (!m.note.empty()) line += "   " + m.note;
  return line + "\n";
}

double median(std::vector<double> values) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  const double place = std::ceil(share * static_cast<double>(values.size())) - 1;
  return values[static_cast<std::size_t>(std::max(place, 0.0))];
}

double secondsOf(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void comparePairs(Measurement& measurement, Measurement::Peer peer, int pairs,
                  const std::function<double()>& ours, const std::function<double()>& theirs) {
  std::vector<double> own, other, ratios;
  for (int i = -kWarmUps; i < pairs; ++i) {
    const double a = ours();
    const double b = theirs();
    if (i < 0) continue;
    own.push_back(a);
    other.push_back(b);
    ratios.push_back(b / a);
  }
  setInterval(peer, ratios);
  peer.value = median(other);
  measurement.value = median(own);
  measurement.peer = std::move(peer);
}

}  // namespace lineament::app
