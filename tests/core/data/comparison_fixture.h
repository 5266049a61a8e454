// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <numbers>

#include "core/data/comparison.h"

namespace lineament::testing {

// Three mechanisms over `tokens` tokens whose numbers are known: mechanism m has a trace of
// 10 m + token, a memory of 2^-lag, and the two eigenvalues of a rotation by m x 60 degrees.
inline Comparison::Plot tracePlot(std::size_t tokens) {
  Comparison::Plot plot{Comparison::Over::tokens, {"Trace", {"Token"}, {"Level"}, {}, {}}, {}};
  for (std::size_t m = 0; m < 3; ++m) {
    std::vector<double> x, y;
    std::vector<std::uint64_t> rows;
    for (std::size_t t = 0; t < tokens; ++t) {
      x.push_back(static_cast<double>(t + 1));
      y.push_back(static_cast<double>(10 * m + t));
      rows.push_back(t);
    }
    plot.series.curves.push_back({"m" + std::to_string(m), x, y, Series::Style::line, rows});
  }
  plot.owners = std::vector<std::uint64_t>{0, 1, 2};
  return plot;
}

inline Comparison::Plot memoryPlot(std::size_t tokens) {
  Comparison::Plot plot{
      Comparison::Over::lag, {"Memory", {"Tokens ago"}, {"Share", "", true}, {}, {}}, {}};
  std::vector<double> x, y;
  for (std::size_t lag = 0; lag < tokens; ++lag) {
    x.push_back(static_cast<double>(lag));
    y.push_back(std::pow(2.0, -static_cast<double>(lag)));
  }
  plot.series.curves.push_back({"m0", x, y, Series::Style::line, {}});
  plot.owners = std::vector<std::uint64_t>{0};
  return plot;
}

inline Comparison::Plot rotationPlot(std::size_t tokens) {
  Comparison::Plot plot{
      Comparison::Over::plane, {"Eigenvalues", {"Real"}, {"Imaginary"}, {}, {}}, {}};
  for (std::size_t m = 0; m < 3; ++m) {
    const double angle = static_cast<double>(m) * std::numbers::pi / 3;
    std::vector<double> x, y;
    std::vector<std::uint64_t> rows;
    for (std::size_t t = 0; t < tokens; ++t) {
      for (const double sign : {1.0, -1.0}) {
        x.push_back(std::cos(angle));
        y.push_back(sign * std::sin(angle));
        rows.push_back(t);
      }
    }
    plot.series.curves.push_back({"m" + std::to_string(m), x, y, Series::Style::points, rows});
  }
  plot.owners = std::vector<std::uint64_t>{0, 1, 2};
  return plot;
}

inline Comparison threeMechanisms(std::size_t tokens) {
  Comparison comparison;
  comparison.attention.layers = {"m0", "m1", "m2"};
  comparison.attention.heads = {"head 1"};
  comparison.attention.queries = comparison.attention.keys = tokens;
  comparison.attention.causal = true;
  std::vector<float> weights;
  for (std::size_t m = 0; m < 3; ++m) {
    for (std::size_t q = 0; q < tokens; ++q) {
      for (std::size_t k = 0; k < tokens; ++k) {
        weights.push_back(k > q ? 0 : static_cast<float>(std::pow(0.4 * double(m), q - k)));
      }
    }
  }
  comparison.attention.weights = std::move(weights);
  if (tokens > 0) {
    comparison.plots = {tracePlot(tokens), memoryPlot(tokens), rotationPlot(tokens)};
  }
  TextBuilder names;
  for (const std::string& name : comparison.mechanisms()) names.add(name);
  std::vector<Column> columns;
  columns.emplace_back("mechanism", names.finish());
  columns.emplace_back("output_error_vs_softmax", std::vector<double>{0, 0.5, 2.25});
  columns.emplace_back("mean_lifetime", std::vector<double>{3, 4, std::nan("")},
                       SharedArray<std::uint8_t>{}, "tokens");
  comparison.measures = Table(std::move(columns));
  return comparison;
}

}  // namespace lineament::testing
