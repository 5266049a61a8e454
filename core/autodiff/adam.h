// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/autodiff/parameters.h"

namespace lineament::autodiff {

struct AdamSettings {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  // Whether epsilon is added to sqrt(v) before the correction of v: the "epsilon hat" of the
  // paper's section 2, which some libraries call epsilon.
  bool uncorrected_epsilon = false;
};

// Step number `step`, from 1, of Adam below on one set of numbers; `m` and `v` start as zeros.
template <class T>
void adamStep(const AdamSettings& settings, std::size_t step, std::span<T> values,
              std::span<const T> gradients, std::span<T> m, std::span<T> v,
              double weight_decay = 0);

// Adam (Kingma and Ba, 2015, algorithm 1) with decoupled weight decay where a group has one (AdamW;
// Loshchilov and Hutter, 2019, algorithm 2). Per parameter, with rate = learning rate * the group's
// factor:
//   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
//   w = w - rate * decay * w - rate * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
template <class T>
class Adam {
 public:
  // The parameters have to outlive it, and none may be added later.
  Adam(Parameters<T>& parameters, AdamSettings settings);

  void step();  // from the gradients as they are; does not clear them
  void setLearningRate(double rate) { settings_.learning_rate = rate; }
  std::size_t steps() const { return steps_; }

 private:
  Parameters<T>& parameters_;
  AdamSettings settings_;
  std::vector<std::vector<T>> first_, second_;  // moments
  std::size_t steps_ = 0;
};

// The Euclidean norm of all gradients together.
template <class T>
double gradientNorm(Parameters<T>& parameters);

// Scales all gradients down together where their norm is above `limit`; gives the norm before.
template <class T>
double clipGradients(Parameters<T>& parameters, double limit);

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace lineament::autodiff
