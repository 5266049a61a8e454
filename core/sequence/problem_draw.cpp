// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/sequence/problem.h"

namespace lineament::sequence {

namespace {

double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// One number, where it does not depend on its neighbours.
double drawn(Draw draw, Random& random) {
  constexpr double kGateScale = 16;  // GLA's tau
  constexpr double kLargestRate = 16, kLeastStep = 1e-3, kLargestStep = 0.1;
  switch (draw) {
    case Draw::log_gate:
      return -softplus(-random.normal()) / kGateScale;
    case Draw::log_decay:
      return -random.uniform(1, kLargestRate) / kGateScale * softplus(random.normal());
    case Draw::sigmoid:
      return sigmoid(random.normal());
    case Draw::twice_sigmoid:
      return 2 * sigmoid(random.normal());
    case Draw::step:
      return std::exp(random.uniform(std::log(kLeastStep), std::log(kLargestStep)));
    default:
      return random.normal();
  }
}

void scaleRows(std::vector<double>& values, std::size_t width) {
  for (std::size_t begin = 0; begin < values.size(); begin += width) {
    double squares = 0;
    for (std::size_t i = 0; i < width; ++i) squares += values[begin + i] * values[begin + i];
    for (std::size_t i = 0; i < width; ++i) values[begin + i] /= std::sqrt(squares);
  }
}

// One stream for each role or, of the others, each name.
Random streamOf(const OperandSpec& spec, const Random& random) {
  using Role = OperandSpec::Role;
  if (spec.role == Role::query || spec.role == Role::key || spec.role == Role::value) {
    return random.split(static_cast<std::uint64_t>(spec.role));
  }
  return random.split(spec.name);
}

std::vector<double> drawInput(const OperandSpec& spec, const Sizes& sizes, Random random) {
  std::vector<double> values(static_cast<std::size_t>(elementsOf(spec.dims, sizes)));
  const std::int64_t last = spec.dims.empty() ? 1 : sizes[spec.dims.back()];
  const auto width = static_cast<std::size_t>(std::max<std::int64_t>(1, last));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = spec.draw == Draw::negative_range ? -1.0 - static_cast<double>(i % width)
                                                  : drawn(spec.draw, random);
  }
  if (spec.draw == Draw::unit_rows) scaleRows(values, width);
  if (spec.draw == Draw::small_normal) {
    for (double& value : values) value /= std::sqrt(static_cast<double>(width));
  }
  return values;
}

}  // namespace

Problem drawProblem(const Mechanism& mechanism, const Sizes& sizes, const Options& options,
                    std::uint64_t seed) {
  Problem problem{&mechanism, sizes, options, {}, {}, {}};
  const Random random(seed);
  for (const OperandSpec& spec : mechanism.description().inputs) {
    problem.inputs.push_back(drawInput(spec, sizes, streamOf(spec, random)));
  }
  return problem;
}

}  // namespace lineament::sequence
