// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_reference.h"

#include <cmath>

#include "core/sequence/diagonal_chunks.h"

namespace lineament::sequence {

namespace {

// S = diag(exp g_t) S + k_t' v_t
void write(const DiagonalTrack& track, std::size_t t, std::vector<double>& state) {
  const std::size_t columns = track.columns();
  for (std::size_t c = 0; c < track.keys; ++c) {
    const double factor = std::exp(track.decays[t * track.keys + c]);
    const double key = track.key_rows[t * track.keys + c];
    for (std::size_t e = 0; e < columns; ++e) {
      double& entry = state[c * columns + e];
      entry = factor * entry + key * track.value_rows[t * columns + e];
    }
  }
}

// q_t S, and eps on the normaliser behind it.
std::vector<double> read(const DiagonalTrack& track, std::size_t t,
                         const std::vector<double>& state) {
  const std::size_t columns = track.columns();
  std::vector<double> row(columns);
  for (std::size_t c = 0; c < track.keys; ++c) {
    for (std::size_t e = 0; e < columns; ++e) {
      row[e] += track.queries[t * track.keys + c] * state[c * columns + e];
    }
  }
  if (track.normalise) row.back() += static_cast<double>(kNormaliserEps);
  return row;
}

}  // namespace

DiagonalTrack::DiagonalTrack(std::size_t tokens_in, std::size_t keys_in, std::size_t values_in,
                             bool normalise_in)
    : tokens(tokens_in),
      keys(keys_in),
      values(values_in),
      normalise(normalise_in),
      queries(tokens * keys),
      key_rows(tokens * keys),
      decays(tokens * keys),
      value_rows(tokens * columns()) {
  for (std::size_t t = 0; normalise && t < tokens; ++t) value_rows[t * columns() + values] = 1;
}

std::vector<double> runTrack(const DiagonalTrack& track, std::vector<double>& state) {
  std::vector<double> outputs(track.tokens * track.values);
  for (std::size_t t = 0; t < track.tokens; ++t) {
    write(track, t, state);
    const std::vector<double> row = read(track, t, state);
    for (std::size_t e = 0; e < track.values; ++e) {
      outputs[t * track.values + e] = track.normalise ? row[e] / row.back() : row[e];
    }
  }
  return outputs;
}

// dS starts as the gradient of the final state; for t = T .. 1:
//   dS += q_t' do_t,  dk_t = dS v_t',  dv_t = k_t dS,  dS = diag(exp g_t) dS
// dq_t = do_t S_t' needs the states instead, so it is found going forward. By the decays:
//   dg_t = sum_{i >= t} (q_i * dq_i - k_i * dk_i) + rowsum(S_T * dS_T)
DiagonalTrackGradients runTrackBackward(const DiagonalTrack& track, std::vector<double> initial,
                                        const std::vector<double>& above,
                                        std::vector<double> final_gradient) {
  const std::size_t keys = track.keys, values = track.values, columns = track.columns();
  DiagonalTrackGradients found{std::vector<double>(track.tokens * keys),
                               std::vector<double>(track.tokens * keys),
                               std::vector<double>(track.tokens * columns),
                               std::vector<double>(track.tokens * keys),
                               {}};
  // Gradients by q_t S and, behind them, by the normaliser: with o = n / d, dn = do / d and
  // dd = -(do . n) / d^2.
  std::vector<double> rows(track.tokens * columns);
  std::vector<double>& state = initial;
  for (std::size_t t = 0; t < track.tokens; ++t) {
    write(track, t, state);
    const std::vector<double> row = read(track, t, state);
    const double divisor = track.normalise ? row.back() : 1;
    for (std::size_t e = 0; e < values; ++e) {
      rows[t * columns + e] = above[t * values + e] / divisor;
      if (track.normalise) {
        rows[t * columns + values] -= above[t * values + e] * row[e] / (divisor * divisor);
      }
    }
    for (std::size_t c = 0; c < keys; ++c) {
      for (std::size_t e = 0; e < columns; ++e) {
        found.queries[t * keys + c] += rows[t * columns + e] * state[c * columns + e];
      }
    }
  }
  std::vector<double> later(keys);
  for (std::size_t i = 0; i < keys * columns; ++i)
    later[i / columns] += state[i] * final_gradient[i];
  std::vector<double>& ahead = final_gradient;
  for (std::size_t t = track.tokens; t-- > 0;) {
    for (std::size_t c = 0; c < keys; ++c) {
      const std::size_t at = t * keys + c;
      const double factor = std::exp(track.decays[at]);
      for (std::size_t e = 0; e < columns; ++e) {
        double& gradient = ahead[c * columns + e];
        gradient += track.queries[at] * rows[t * columns + e];
        found.key_rows[at] += gradient * track.value_rows[t * columns + e];
        found.value_rows[t * columns + e] += track.key_rows[at] * gradient;
        gradient *= factor;
      }
      later[c] += track.queries[at] * found.queries[at] - track.key_rows[at] * found.key_rows[at];
      found.decays[at] = later[c];
    }
  }
  found.initial = std::move(ahead);
  return found;
}

}  // namespace lineament::sequence
