// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

std::vector<std::complex<double>> transitionAt(const Problem& problem, std::int64_t batch,
                                               std::int64_t head, std::int64_t token);

}  // namespace lineament::sequence::test
