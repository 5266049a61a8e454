// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// SEA (Lee et al. 2024, "SEA: Sparse linear attention with estimated attention mask"), its causal
// form: linear attention summarises what came before, a small network decodes from the summary a
// compressed attention map, its largest cells over all heads become a mask, and softmax attention
// reads only the keys under it. With Dk, Dv widths of a head, M cells, W = M / 4, token t counted
// from the first one of all, n = t + 1:
//   1 f(x) = relu(Dk^(-1/4) R x) + 1e-3, R the projection;
//     c_t = sum_{j<=t} f(q_t).f(k_j) [e_j, v_j] / f(q_t).(1e-6 + sum_{j<=t} f(k_j)), e the learned
//     table of positions
//   2 h_t = gelu(norm([c_t, v_t] encoder + bias)), of each head with shared weights
//   3 rows of an image with two channels a head, width W: norm(h_t decoder + bias); two 3 x 3
//     convolutions over all channels, rows t, t - 2, t - 4 and columns w, w +- 2, each followed by
//     relu; mixed to one channel a head; columns repeated 4 times, one column of the mix's bias put
//     on either side, averaged back to M columns; norm, softmax over the M cells: the map
//   4 of the H M cells of row t the round(H k M / n) largest stay (at least one, at most all; the
//     first of equals): heads compete
//   5 key j of a row is under cell floor((j + 1/2) M / n - 1e-4)
//   6 p_t = softmax of scale q_t.k_j over the keys of a head under its cells that stay; no key, no
//     output
//   7 (a, b) = sigmoid(h_t gate + bias): o_t = b a sum_j p_tj v_j + (1 - b) mean_{j<=t} v_j
// No gradient passes the choice of cells, so decoder, convolutions and their norms get none from
// the output; the network that draws the map learns from a teacher's attention.
//
// Inputs q, k [batch, token, head, key], v [batch, token, head, value], eye [token, value] (the
// tokens' own rows of the table), and the weights of the layers above (see `describe`); hidden is
// 2 Dv and cell 256 in the published models, projection's features Dk ln Dk / 8. Options: `k` keys
// a head to keep on average (64), `scale` (0: 1 / sqrt(Dk)). State: S, z of the summary [batch,
// head, feature, 2 value] and [batch, head, feature]; sum [batch, head, value] of all values; image
// and features, the last four rows before and after the first convolution [4, batch, head, split,
// column]; cache [token, batch, head, key + value].
//
// Floor a token and head: flops of the summary 8 F Dv, of the network 2 (3 Dv hidden + 2 hidden W +
// 72 H W), of the sparse part 2 k (Dk + Dv). Beside inputs and outputs memory is 4 B T (6 H W)
// bytes: the image before and after the first convolution.
const Mechanism& seaAttention();

// Steps 4 and 5 by themselves, for pictures and tests: how many cells stay, and a key's cell.
std::int64_t seaBudget(std::int64_t heads, double keys_kept, std::int64_t cells,
                       std::int64_t visible);
std::int64_t seaCell(std::int64_t key, std::int64_t visible, std::int64_t cells);

// What SEA chose for one batch entry: the map [token, head, cell] and which cells stay.
struct SeaEstimate {
  std::vector<double> map;
  std::vector<bool> stays;
};
SeaEstimate seaEstimate(const Call<double>& call, std::int64_t batch);

}  // namespace lineament::sequence
