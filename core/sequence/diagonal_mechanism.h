// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/diagonal_chunks.h"
#include "core/sequence/diagonal_reference.h"
#include "core/sequence/feature_map.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// What makes one mechanism of diagonal_chunks.h's recurrence different from another.
struct DiagonalRule {
  Decay decay = Decay::none;
  FeatureMap map = FeatureMap::identity;  // of queries and keys
  double scale = 1;                       // of the queries, behind the map
  bool normalise = false;
};

// A causal mechanism with that recurrence: inputs q, k [batch, token, head, key], v [batch, token,
// head, value] and, where it decays, the log decays g, which may be left out where they are
// constant: [head], [batch, token, head] or [batch, token, head, key]. State: S [batch, head, key,
// value] and, where it normalises, z [batch, head, key].
class DiagonalMechanism : public Mechanism {
 public:
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

 protected:
  explicit DiagonalMechanism(Description about) : about_(std::move(about)) {}

  virtual DiagonalRule rule(const Sizes& sizes, const Options& options) const = 0;
  // The log decay of a head where it is constant and not given.
  virtual double rate(const Sizes&, const Options&, std::int64_t) const { return 0; }

 private:
  template <class T>
  double rateOf(const Call<T>& call, std::int64_t head) const;
  DiagonalShape shapeOf(const Call<float>& call) const;
  DiagonalTrack track(const Call<double>& call, std::int64_t batch, std::int64_t head) const;

  Description about_;
};

// The inputs q, k, v and their usual axes.
std::vector<OperandSpec> attentionInputs();
// An input g [head] in place of the rates of the papers.
OperandSpec constantDecayInput();

}  // namespace lineament::sequence
