// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace lineament::sequence {

// Normalised linear attention over features of one head, token by token in double precision: the
// definition that the reference forms of feature-map mechanisms share (Katharopoulos et al. 2020,
// "Transformers are RNNs", equations 16 to 20):
//   S_t = S_{t-1} + f(k_t)' v_t,  z_t = z_{t-1} + f(k_t),
//   o_t = f(q_t) S_t / (f(q_t) . z_t + epsilon)
struct FeatureRecurrence {
  std::int64_t tokens = 0, features = 0, values = 0;
  double epsilon = 0;
  std::vector<double> queries, keys;  // f(q), f(k) [tokens, features]
  std::vector<double> value_rows;     // v [tokens, values]
  std::vector<double> matrix;         // S before the first token [features, values]
  std::vector<double> normaliser;     // z before the first token [features]

  // All zeros.
  FeatureRecurrence(std::int64_t tokens, std::int64_t features, std::int64_t values,
                    double epsilon);

  // Output [tokens, values]; leaves the state after the last token in `matrix`, `normaliser`.
  std::vector<double> run();

  // The gradient by queries, keys, values and the state before, from those by the output and, in
  // `final`, by the state after. Leaves the state after, too.
  struct Gradient {
    std::vector<double> queries, keys, value_rows, matrix, normaliser;
  };
  Gradient backward(const std::vector<double>& output_gradient, const std::vector<double>& matrix,
                    const std::vector<double>& normaliser);
};

}  // namespace lineament::sequence
