// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/feature_recurrence.h"

namespace lineament::sequence {

namespace {

std::size_t count(std::int64_t a, std::int64_t b = 1) {
  return static_cast<std::size_t>(a * b);
}

}  // namespace

FeatureRecurrence::FeatureRecurrence(std::int64_t tokens_, std::int64_t features_,
                                     std::int64_t values_, double epsilon_)
    : tokens(tokens_),
      features(features_),
      values(values_),
      epsilon(epsilon_),
      queries(count(tokens, features)),
      keys(count(tokens, features)),
      value_rows(count(tokens, values)),
      matrix(count(features, values)),
      normaliser(count(features)) {}

std::vector<double> FeatureRecurrence::run() {
  std::vector<double> output(count(tokens, values));
  for (std::int64_t t = 0; t < tokens; ++t) {
    const double* query = queries.data() + t * features;
    const double* key = keys.data() + t * features;
    const double* value = value_rows.data() + t * values;
    double* out = output.data() + t * values;
    double sum = epsilon;
    for (std::int64_t f = 0; f < features; ++f) {
      double* row = matrix.data() + f * values;
      double& z = normaliser[count(f)];
      z += key[f];
      sum += query[f] * z;
      for (std::int64_t e = 0; e < values; ++e) {
        row[e] += key[f] * value[e];
        out[e] += query[f] * row[e];
      }
    }
    for (std::int64_t e = 0; e < values; ++e) out[e] /= sum;
  }
  return output;
}

// With a = dO / sum and b = -dO . o / sum, the gradient by the weight of value j in output i is
// a_i . v_j + b_i, as if values had one more column of ones.
FeatureRecurrence::Gradient FeatureRecurrence::backward(
    const std::vector<double>& output_gradient, const std::vector<double>& final_matrix,
    const std::vector<double>& final_normaliser) {
  Gradient gradient{std::vector<double>(queries.size()), std::vector<double>(keys.size()),
                    std::vector<double>(value_rows.size()), final_matrix, final_normaliser};
  std::vector<double> above(output_gradient), ones(count(tokens));
  for (std::int64_t t = 0; t < tokens; ++t) {
    const double* query = queries.data() + t * features;
    double sum = epsilon;
    std::vector<double> out(count(values));
    for (std::int64_t f = 0; f < features; ++f) {
      double* row = matrix.data() + f * values;
      double& z = normaliser[count(f)];
      z += keys[count(t, features) + count(f)];
      sum += query[f] * z;
      for (std::int64_t e = 0; e < values; ++e) {
        row[e] += keys[count(t, features) + count(f)] * value_rows[count(t, values) + count(e)];
        out[count(e)] += query[f] * row[e];
      }
    }
    double* a = above.data() + t * values;
    double& b = ones[count(t)];
    for (std::int64_t e = 0; e < values; ++e) {
      a[e] /= sum;
      b -= a[e] * out[count(e)] / sum;
    }
    for (std::int64_t f = 0; f < features; ++f) {
      double& slope = gradient.queries[count(t, features) + count(f)];
      slope = b * normaliser[count(f)];
      for (std::int64_t e = 0; e < values; ++e) slope += a[e] * matrix[count(f, values) + count(e)];
    }
  }
  for (std::int64_t t = tokens; t-- > 0;) {
    const double* a = above.data() + t * values;
    for (std::int64_t f = 0; f < features; ++f) {
      const double query = queries[count(t, features) + count(f)];
      const double key = keys[count(t, features) + count(f)];
      double* row = gradient.matrix.data() + f * values;
      double& z = gradient.normaliser[count(f)];
      z += query * ones[count(t)];
      double slope = z;
      for (std::int64_t e = 0; e < values; ++e) {
        row[e] += query * a[e];
        slope += row[e] * value_rows[count(t, values) + count(e)];
        gradient.value_rows[count(t, values) + count(e)] += key * row[e];
      }
      gradient.keys[count(t, features) + count(f)] = slope;
    }
  }
  return gradient;
}

}  // namespace lineament::sequence
