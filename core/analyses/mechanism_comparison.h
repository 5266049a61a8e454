// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/data/comparison.h"
#include "core/sequence/inspection.h"

namespace lineament {

// Gathers what is seen of mechanisms that are given the same tokens, one after the other: of the
// first batch and head, except for the outputs' errors, which are over all of them.
class MechanismComparison {
 public:
  // What is drawn, in this order.
  enum class What {
    state_norm,
    effective_rank,
    output_error,  // of each token, against softmax attention
    decay,
    write_strength,
    step_size,
    lifetime,  // of each token
    memory,    // mean share by lag
    survival,  // share of the tokens that live longer than a lag
    eigenvalues
  };

  // `softmax` is the output of softmax attention for the same tokens; a token lives on while its
  // share is at `threshold` or above.
  MechanismComparison(std::vector<double> softmax, std::int64_t tokens, double threshold);

  // A checked problem of that many tokens. Throws Cancelled.
  void add(const sequence::Problem& problem, const Context& context);

  const Comparison::Plot& plot(What what) const { return plots_[static_cast<std::size_t>(what)]; }
  // Real parts of the eigenvalues against the token.
  const Series& realParts() const { return real_parts_; }

  // All of it, without the plots that stayed empty.
  Comparison comparison(bool causal) const;

 private:
  struct Measures {
    std::vector<double> error, cosine, entropy, lifetime, negative, state_numbers, state_norm, rank;
  };

  Comparison::Plot& plot(What what) { return plots_[static_cast<std::size_t>(what)]; }
  void addCurve(What what, std::vector<double> x, std::vector<double> y,
                const std::string& suffix = {});
  void addOutput(const std::vector<double>& output);
  void addAttention(const std::vector<double>& attention);
  void addState(const sequence::StateTrace& trace);
  void addGates(const sequence::Problem& problem);
  void addEigenvalues(const sequence::Problem& problem);
  Table measuresTable() const;

  std::vector<double> softmax_;
  std::int64_t tokens_;
  double threshold_;
  std::vector<std::string> names_;
  std::vector<std::vector<double>> attention_;
  std::array<Comparison::Plot, static_cast<std::size_t>(What::eigenvalues) + 1> plots_;
  Series real_parts_;
  Measures measures_;
};

}  // namespace lineament
