// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/sequence/mechanism.h"
#include "core/sequence/sea_layout.h"

namespace lineament::sequence {

// The layers of SEA's small network in double precision, as sea.h numbers them.

// A layer norm of one row: x = normal * gain + shift.
struct NormedRow {
  std::vector<double> normal, out;
  double inverse_deviation = 0;

  NormedRow(std::vector<double> row, const View<const double>& gain,
            const View<const double>& shift);
  // The gradient by the row from that by `out`; adds those by gain and shift where wanted.
  std::vector<double> pull(const std::vector<double>& above, const View<const double>& gain,
                           const View<double>& gain_gradient,
                           const View<double>& shift_gradient) const;
};

// Step 2 and the gates of one token and head, from [c_t, v_t].
class SeaEncoder {
 public:
  SeaEncoder(const Call<double>& call, std::vector<double> context);

  const std::vector<double>& hidden() const { return hidden_; }
  double gate(std::int64_t which) const { return gates_[static_cast<std::size_t>(which)]; }

  // The gradient by the context from those by the gates.
  std::vector<double> pull(const BackwardCall<double>& back, double first_gate,
                           double second_gate) const;

 private:
  const Call<double>& call_;
  std::vector<double> context_;
  NormedRow normed_;
  std::vector<double> hidden_, gates_;
};

// Step 3 for all rows of one batch entry. Rows of the state come first.
class SeaImage {
 public:
  SeaImage(const Call<double>& call, std::int64_t batch);

  // Sets a token's two channels of a head.
  void decode(std::int64_t token, std::int64_t head, const std::vector<double>& hidden);
  // Once every row is set: the map [token, head, cell].
  std::vector<double> map();
  // The last rows of both stages.
  void store(State<double>& made) const;

 private:
  double& at(std::vector<double>& stage, std::int64_t row, std::int64_t channel,
             std::int64_t column) const;
  void convolve(std::vector<double>& from, std::size_t weights, std::size_t bias, std::int64_t row,
                std::vector<double>& to) const;

  const Call<double>& call_;
  SeaLayout layout_;
  std::int64_t batch_;
  std::vector<double> image_, middle_;  // [history + token, channel, column]
};

}  // namespace lineament::sequence
