// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/attention_stack.h"

namespace lineament {

// What the matrices of a layer of many diagonal recurrences are made of, a recurrence for each
// channel (Mamba's selective scan; Ali, Zimerman and Wolf 2024, "The hidden attention of Mamba
// models"). Channel c has
//   A_c[t, s] = sum_n C[t, n] exp(rate[c, n] (steps s+1 .. t of c added up)) step[s, c] B[s, n], s
//   <= t
// and the layer's one matrix is the mean of |A_c| over its channels.
struct ScanFactors {
  std::size_t tokens = 0, channels = 0, states = 0;
  SharedArray<float> steps;   // [token, channel], at least 0
  SharedArray<float> rates;   // [channel, state], at most 0
  SharedArray<float> writes;  // B [token, state]
  SharedArray<float> reads;   // C [token, state]

  bool fits() const;
};

// Any window of them, a ScanFactors for each layer, all of one size of text. Decays over many
// tokens are exponentials of differences of the added-up steps, kept in double precision. A cell
// costs channels * states; memory: the factors, and an eighth of the steps again.
class ScanAttention : public AttentionSource {
 public:
  explicit ScanAttention(std::vector<ScanFactors> layers);

  void cells(std::size_t layer, std::size_t head, const AttentionWindow& window,
             std::span<float> weights, const Context& context) const override;
  const std::vector<ScanFactors>& layers() const { return layers_; }

 private:
  std::vector<ScanFactors> layers_;
  // The steps added up before every kScanSpan-th token, [layer][token / kScanSpan, channel].
  std::vector<std::vector<double>> sums_;
};

// The whole matrix from the definition, in double precision: [token, token].
std::vector<double> scanAttentionReference(const ScanFactors& factors);

}  // namespace lineament
