// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lineament::language {

namespace {

double logSum(std::span<const float> logits, double highest) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - highest);
  return highest + std::log(sum);
}

}  // namespace

std::vector<double> logProbabilities(std::span<const float> logits) {
  std::vector<double> logs(logits.begin(), logits.end());
  if (logs.empty()) return logs;
  const double sum = logSum(logits, *std::ranges::max_element(logs));
  for (double& log : logs) log -= sum;
  return logs;
}

std::int32_t sample(std::span<const float> logits, const SamplingSettings& settings,
                    Random& random) {
  if (settings.temperature <= 0) {
    return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
  }
  std::vector<std::int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::int32_t a, std::int32_t b) {
    return logits[static_cast<std::size_t>(a)] > logits[static_cast<std::size_t>(b)];
  });
  if (settings.top_k > 0 && settings.top_k < order.size()) order.resize(settings.top_k);
  std::vector<double> shares;
  const double highest = static_cast<double>(logits[static_cast<std::size_t>(order.front())]);
  for (const std::int32_t token : order) {
    const auto logit = static_cast<double>(logits[static_cast<std::size_t>(token)]);
    shares.push_back(std::exp((logit - highest) / settings.temperature));
  }
  double all = std::accumulate(shares.begin(), shares.end(), 0.0), kept = 0;
  std::size_t count = 0;
  while (count < shares.size() && (count == 0 || kept < settings.top_p * all)) {
    kept += shares[count++];
  }
  double left = random.uniform() * kept;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    left -= shares[i];
    if (left < 0) return order[i];
  }
  return order[count - 1];
}

Prediction predictionOf(std::span<const float> logits, std::int32_t token) {
  const auto top = std::ranges::max_element(logits);
  const auto highest = static_cast<double>(*top);
  const double sum = logSum(logits, highest);
  const float own = logits[static_cast<std::size_t>(token)];
  Prediction made;
  made.log_probability = static_cast<double>(own) - sum;
  made.likeliest = static_cast<std::int32_t>(top - logits.begin());
  made.likeliest_probability = std::exp(highest - sum);
  for (const float logit : logits) {
    if (logit > own) ++made.rank;
    const double log = static_cast<double>(logit) - sum;
    made.entropy -= std::exp(log) * log;
  }
  return made;
}

}  // namespace lineament::language
