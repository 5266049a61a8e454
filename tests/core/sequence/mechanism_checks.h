// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTest>
#include <string>
#include <vector>

#include "core/sequence/problem.h"
#include "core/sequence/registry.h"

namespace lineament::sequence::test {

// rms(x - reference) / rms(reference); of nothing 0, and never small where x has a NaN. A reference
// smaller than `floor` counts as large as that: a gradient that is 0 but for rounding.
template <class T>
double relativeError(const std::vector<T>& x, const std::vector<double>& reference,
                     double floor = 0);

// The largest difference over the largest absolute reference.
template <class T>
double largestError(const std::vector<T>& x, const std::vector<double>& reference);

// Everything that is asked of every mechanism. A mechanism's test derives from this class, names
// its id, and adds what is known about it alone: published numbers, formulas.
class MechanismChecks : public QObject {
  Q_OBJECT

 public:
  explicit MechanismChecks(std::string_view id) : mechanism_(requireMechanism(id)) {}

 protected:
  // Odd sizes, no multiple of a vector, a chunk or a tile. Override where they have to fit
  // together.
  virtual Sizes sizes(std::int64_t tokens) const;
  // Sets of options that take different ways through the code.
  virtual std::vector<Options> optionSets() const { return {defaults()}; }
  // Makes drawn inputs harder or easier; called for each drawn problem.
  virtual void adjust(Problem&) const {}
  // Where a token has several values (one for each memory), makes them the same, so that an
  // attention matrix can be theirs.
  virtual void oneValuePerToken(Problem&) const {}
  // Hard cases for the fast forms: strong and weak decays, keys of zero, ...
  virtual std::vector<Problem> extremes() const;
  // Sizes for finite differences: each number is moved twice.
  virtual Sizes smallSizes(std::int64_t tokens) const;
  // What the implied attention weighs, in the layout of the operand of role `value`: that operand,
  // unless the mechanism transforms it first.
  virtual std::vector<double> weighedValues(const Problem&) const;
  // Whether the output of `token` may depend on token `other`.
  virtual bool reads(const Options&, std::int64_t token, std::int64_t other) const {
    return !mechanism_.description().causal || other <= token;
  }
  // Lengths that a sequence may be cut into and streamed; none where it cannot be.
  virtual std::vector<std::int64_t> pieces(const Options&) const {
    if (!mechanism_.description().causal) return {};
    return {1, 0, 16, 30, 43};
  }
  // Whether gradients pass through a part of the state.
  virtual bool trains(std::string_view) const { return true; }
  virtual double extremeTolerance() const { return mechanism().description().tolerance_f32; }

  const Mechanism& mechanism() const { return mechanism_; }
  Options defaults() const { return Options(mechanism_.description().options); }
  Problem draw(const Sizes& sizes, const Options& options, std::uint64_t seed) const;
  // The same problem with a state that a run of another one left behind, where there is any.
  Problem continued(Problem problem, std::int64_t tokens_before) const;
  // Token by token against the definition.
  void compareSteps(const Problem& problem) const;

 private Q_SLOTS:
  void initTestCase();  // LINEAMENT_SIMD chooses the vector instructions
  void describesItself();
  void fastAgreesWithReference();
  void fastAgreesOnWideHeads();
  void narrowStorage();
  void stepsAgreeWithReference();
  void stepsOfManySequences();
  void streamingIsOneRun();
  void packedSequencesAreSeparate();
  void gradientsAgainstFiniteDifferences();
  void fastBackwardAgreesWithReference();
  void impliedAttentionIsTheOutput();
  void laterTokensDoNotMatter();
  void threadsGiveTheSameBytes();
  void hardCases();
  void namesBadNumbers();

 private:
  // Random weights of the final state, so that its gradient is part of the check.
  std::vector<State<double>> stateWeights(const Problem& problem, std::uint64_t seed) const;

  const Mechanism& mechanism_;
};

}  // namespace lineament::sequence::test
