// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/delta_reference.h"

#include <algorithm>
#include <cmath>

namespace lineament::sequence {

namespace {

// row = key S
void readState(const double* key, const double* state, DeltaWidths widths, double* row) {
  std::fill_n(row, widths.values, 0.0);
  for (std::int64_t d = 0; d < widths.keys; ++d) {
    for (std::int64_t e = 0; e < widths.values; ++e)
      row[e] += key[d] * state[d * widths.values + e];
  }
}

// Decays the state and leaves the error of the token.
void decayAndCompare(const DeltaToken& token, DeltaWidths widths, double* state, double* error) {
  const double keep = std::exp(token.log_decay);
  for (std::int64_t i = 0; i < widths.keys * widths.values; ++i) state[i] *= keep;
  readState(token.key, state, widths, error);
  for (std::int64_t e = 0; e < widths.values; ++e) error[e] = token.value[e] - error[e];
}

void write(const DeltaToken& token, DeltaWidths widths, const double* error, double* state) {
  for (std::int64_t d = 0; d < widths.keys; ++d) {
    for (std::int64_t e = 0; e < widths.values; ++e) {
      state[d * widths.values + e] += token.beta * token.key[d] * error[e];
    }
  }
}

double dot(const double* a, const double* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void add(double* to, double amount) {
  if (to) *to += amount;
}

// The gradients of one token's read, with `state` the one after its write.
void readBackward(const DeltaToken& token, DeltaWidths widths, const double* state,
                  const double* above, const DeltaTokenSlopes& slopes, double* state_gradient) {
  for (std::int64_t d = 0; d < widths.keys; ++d) {
    const double along = dot(above, state + d * widths.values, widths.values);
    add(slopes.weight, token.query[d] * along);
    if (slopes.query) slopes.query[d] += token.weight * along;
    for (std::int64_t e = 0; e < widths.values; ++e) {
      state_gradient[d * widths.values + e] += token.weight * token.query[d] * above[e];
    }
  }
}

// The gradients of one token's write and decay: `decayed` is the state between the two, and
// `gradient` moves from after the write to before the decay.
void writeBackward(const DeltaToken& token, DeltaWidths widths, const double* decayed,
                   const double* error, const DeltaTokenSlopes& slopes, double* gradient) {
  const double keep = std::exp(token.log_decay);
  std::vector<double> along(static_cast<std::size_t>(widths.values));
  readState(token.key, gradient, widths, along.data());
  add(slopes.beta, dot(along.data(), error, widths.values));
  for (std::int64_t e = 0; e < widths.values; ++e) {
    if (slopes.value) slopes.value[e] += token.beta * along[static_cast<std::size_t>(e)];
  }
  double decay = 0;
  for (std::int64_t d = 0; d < widths.keys; ++d) {
    double* row = gradient + d * widths.values;
    const double* state = decayed + d * widths.values;
    if (slopes.key) {
      slopes.key[d] +=
          token.beta * (dot(error, row, widths.values) - dot(along.data(), state, widths.values));
    }
    for (std::int64_t e = 0; e < widths.values; ++e) {
      row[e] -= token.beta * token.key[d] * along[static_cast<std::size_t>(e)];
      decay += row[e] * state[e];
      row[e] *= keep;
    }
  }
  add(slopes.log_decay, decay);
}

}  // namespace

void deltaReference(std::span<const DeltaToken> tokens, DeltaWidths widths, double* state) {
  std::vector<double> row(static_cast<std::size_t>(widths.values));
  for (const DeltaToken& token : tokens) {
    decayAndCompare(token, widths, state, row.data());
    write(token, widths, row.data(), state);
    readState(token.query, state, widths, row.data());
    for (std::int64_t e = 0; e < widths.values; ++e) {
      token.output[e] += token.weight * row[static_cast<std::size_t>(e)];
    }
  }
}

void deltaReferenceBackward(std::span<const DeltaToken> tokens, DeltaWidths widths,
                            const double* state, std::span<const double* const> output_gradients,
                            std::span<const DeltaTokenSlopes> slopes, double* state_gradient) {
  const auto size = static_cast<std::size_t>(widths.keys * widths.values);
  const auto width = static_cast<std::size_t>(widths.values);
  std::vector<double> decayed(tokens.size() * size), errors(tokens.size() * width);
  std::vector<double> current(state, state + size);
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    decayAndCompare(tokens[t], widths, current.data(), errors.data() + t * width);
    std::copy(current.begin(), current.end(),
              decayed.begin() + static_cast<std::ptrdiff_t>(t * size));
    write(tokens[t], widths, errors.data() + t * width, current.data());
  }
  for (std::size_t t = tokens.size(); t-- > 0;) {
    const double* before = decayed.data() + t * size;
    const double* error = errors.data() + t * width;
    std::copy_n(before, size, current.data());
    write(tokens[t], widths, error, current.data());
    readBackward(tokens[t], widths, current.data(), output_gradients[t], slopes[t], state_gradient);
    writeBackward(tokens[t], widths, before, error, slopes[t], state_gradient);
  }
}

}  // namespace lineament::sequence
