// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <complex>
#include <vector>

#include "mechanism_checks.h"

namespace lineament::sequence::test {

// What is known of the delta rules alone; inputs q, k, v, beta stand first.

// The implied attention against scale tril(Q K^T * D) (I + tril(diag(beta) K K^T * D, -1))^-1
// diag(beta) with D[t, s] the decay between two tokens, for every head; `log_decays` may be null.
void checkDeltaAttention(const Problem& problem, const std::vector<double>* log_decays);

// State tracking that eigenvalues down to -1 make possible, exactly and without training (Grazzi et
// al. 2024): the parity of bits, a rotation by two reflections, addition modulo 5 in two layers.
void checkParity(const Mechanism& mechanism);
void checkRotation(const Mechanism& mechanism);
void checkAdditionModulo(const Mechanism& mechanism);

// Every key becomes nearly the first one of its head, every beta the given one.
void makeParallel(Problem& problem, double beta);

// A key of zeros leaves the state alone.
void checkZeroKeys(const Mechanism& mechanism, const Sizes& sizes);

// beta |k|^2 over 2 is reported with the number of tokens, once a head, by both forms.
void checkWarning(const Problem& problem);

// An input as a function of token, head and column.
using Formula = double (*)(double token, double head, double column);
inline constexpr Formula kQueryFormula = [](double t, double h, double d) {
  return std::sin(1 + 0.7 * t + 1.3 * d + 0.4 * h);
};
inline constexpr Formula kKeyFormula = [](double t, double h, double d) {  // rows made unit
  return std::cos(0.5 * t + 0.9 * d + 0.2 * h);
};
inline constexpr Formula kValueFormula = [](double t, double h, double e) {
  return std::sin(0.3 * t - 0.5 * e + h);
};
inline constexpr Formula kGateFormula = [](double t, double h, double d) {
  return -0.2 * (1 + std::fmod(t + h + d, 3));
};

// The last token's outputs of 20, with 2 heads, keys of 4 and values of 3, against numbers that
// another implementation computed in single precision. Inputs are given in the mechanism's order;
// those drawn as unit rows are scaled to length 1.
void checkPublished(const Mechanism& mechanism, const std::vector<Formula>& inputs,
                    const std::vector<double>& expected);

std::vector<std::complex<double>> transitionAt(const Problem& problem, std::int64_t batch,
                                               std::int64_t head, std::int64_t token);

}  // namespace lineament::sequence::test
