// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/reduction.h"
#include "core/autodiff/tape.h"
#include "core/base/random.h"

// Compares the tape's gradients with central differences in double precision.

namespace lineament::autodiff::test {

using Build = std::function<Value<double>(Tape<double>&, const std::vector<Value<double>>&)>;

struct Range {
  double low = -1.5;
  double high = 1.5;
};

inline std::vector<double> randomNumbers(std::size_t count, Random& random, Range range = {}) {
  std::vector<double> numbers(count);
  for (double& number : numbers) number = random.uniform(range.low, range.high);
  return numbers;
}

// A scalar that weights every element of `y` differently, so that no gradient can hide in a sum.
inline Value<double> weightedSum(Tape<double>& tape, Value<double> y, Random& random) {
  const std::vector<double> weights = randomNumbers(y.shape().elements(), random, {0.5, 1.5});
  return sum(y * tape.constant(y.shape(), weights));
}

// True where the gradients by all inputs agree to 1e-6 of the input's largest one. `prepare` is
// called before each forward run (a step number, indices).
inline bool gradientsAgree(const std::vector<Shape>& shapes, const Build& build, Range range = {},
                           std::uint64_t seed = 1,
                           const std::function<void(Tape<double>&)>& prepare = {}) {
  Random random(seed);
  Tape<double> tape;
  std::vector<Value<double>> inputs;
  for (const Shape& shape : shapes) {
    inputs.push_back(tape.input(shape, "x", Tape<double>::Gradient::yes));
    tape.bind(inputs.back(), randomNumbers(shape.elements(), random, range));
  }
  const Value<double> loss = weightedSum(tape, build(tape, inputs), random);
  const auto lossNow = [&] {
    if (prepare) prepare(tape);
    tape.forward();
    return tape.scalar(loss);
  };
  lossNow();
  tape.backward(loss);
  std::vector<std::vector<double>> gradients;
  for (const Value<double>& input : inputs) gradients.push_back(tape.readGradient(input));
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    double largest = 1e-3;
    for (const double g : gradients[k]) largest = std::max(largest, std::abs(g));
    const std::span<double> x = tape.storage(inputs[k]);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double kept = x[i], h = 1e-5 * std::max(1.0, std::abs(kept));
      x[i] = kept + h;
      const double above = lossNow();
      x[i] = kept - h;
      const double below = lossNow();
      x[i] = kept;
      const double numeric = (above - below) / (2 * h);
      if (!(std::abs(numeric - gradients[k][i]) <= 1e-6 * largest)) {
        qWarning("input %zu element %zu: %.12g by differences, %.12g by the tape", k, i, numeric,
                 gradients[k][i]);
        return false;
      }
    }
  }
  return true;
}

// The values of an operation on given inputs.
inline std::vector<double> valuesOf(const std::vector<std::pair<Shape, std::vector<double>>>& given,
                                    const Build& build) {
  Tape<double> tape;
  std::vector<Value<double>> inputs;
  for (const auto& [shape, numbers] : given) inputs.push_back(tape.constant(shape, numbers));
  const Value<double> y = build(tape, inputs);
  tape.forward();
  return tape.read(y);
}

inline bool close(const std::vector<double>& found, const std::vector<double>& expected,
                  double tolerance = 1e-12) {
  if (found.size() != expected.size()) return false;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!(std::abs(found[i] - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])))) {
      qWarning("element %zu: found %.15g, expected %.15g", i, found[i], expected[i]);
      return false;
    }
  }
  return true;
}

template <class Work>
std::string errorKey(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.key();
  }
  return "no error";
}

}  // namespace lineament::autodiff::test
