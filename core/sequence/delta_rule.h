// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <span>
#include <vector>

#include "core/sequence/delta_reference.h"
#include "core/sequence/mechanism.h"
#include "core/sequence/operands.h"

namespace lineament::sequence {

// DeltaNet and gated DeltaNet, which differ in one scalar decay; see deltanet.h and
// gated_deltanet.h. Inputs q, k, v, beta and, where gated, g.
class DeltaRule : public Mechanism {
 public:
  DeltaRule(Description about, bool gated) : about_(std::move(about)), gated_(gated) {}

  const Description& description() const override { return about_; }
  std::vector<StatePart> state(const Sizes& sizes, const Options& options,
                               std::int64_t tokens) const override;
  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;
  std::size_t keptElements(const Sizes& sizes, const Options& options) const override;
  std::vector<std::complex<double>> transition(const Call<double>& call, std::int64_t batch,
                                               std::int64_t head,
                                               std::int64_t token) const override;
  double flops(const Sizes& sizes, const Options& options) const override;

 private:
  Description about_;
  bool gated_;
};

// The operands that the mechanisms of the family describe alike.
std::vector<OperandSpec> deltaOperands();

// exp(g) (1 - beta |k|^2) along the key, exp(g) across it.
std::vector<std::complex<double>> deltaEigenvalues(std::span<const double> key, double beta,
                                                   double log_decay);

// How many of the tokens have beta |k|^2 over 2.
std::int64_t countOvershoots(std::span<const DeltaToken> tokens, std::int64_t keys);

// Says to how many tokens of which heads a key and a beta came whose transition has an eigenvalue
// under -1, so that the state may grow without bound. counts[batch * heads + head].
void warnOfOvershoots(const Context& context, std::int64_t heads,
                      const std::vector<std::int64_t>& counts);

}  // namespace lineament::sequence
