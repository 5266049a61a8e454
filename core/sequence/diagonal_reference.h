// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace lineament::sequence {

// The diagonal recurrence of one head in double precision, token by token: the definition that
// diagonal_chunks.h computes fast. Rows are tokens in the order of the recurrence.
struct DiagonalTrack {
  std::size_t tokens = 0, keys = 0, values = 0;
  bool normalise = false;
  std::vector<double> queries, key_rows;  // [tokens, keys], the queries with their scale
  std::vector<double> decays;             // [tokens, keys], logs
  // [tokens, columns]: the values, and a 1 behind them where it normalises.
  std::vector<double> value_rows;

  DiagonalTrack(std::size_t tokens, std::size_t keys, std::size_t values, bool normalise);
  std::size_t columns() const { return values + (normalise ? 1 : 0); }
};

// Outputs [tokens, values]; `state` [keys, columns] goes from the one before the first token to
// that after the last one.
std::vector<double> runTrack(const DiagonalTrack& track, std::vector<double>& state);

struct DiagonalTrackGradients {
  std::vector<double> queries, key_rows, value_rows, decays;  // as in the track
  std::vector<double> initial;                                // [keys, columns]
};

// From the gradients by the outputs and by the final state.
DiagonalTrackGradients runTrackBackward(const DiagonalTrack& track, std::vector<double> initial,
                                        const std::vector<double>& above,
                                        std::vector<double> final_gradient);

}  // namespace lineament::sequence
