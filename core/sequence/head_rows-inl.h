// SPDX-License-Identifier: GPL-3.0-or-later
// What the fast forms of one head read and write, by rows of tokens, in the vector instructions of
// the including target.
#if defined(LINEAMENT_SEQUENCE_HEAD_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_HEAD_ROWS_INL_H
#undef LINEAMENT_SEQUENCE_HEAD_ROWS_INL_H
#else
#define LINEAMENT_SEQUENCE_HEAD_ROWS_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/sequence/elementwise-inl.h"
#include "core/sequence/mechanism.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// a . b of whole tile rows, whose padding is 0 in one of them.
HWY_INLINE float rowDot(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b,
                        std::size_t count) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// One head of a call. Tiles have rows of tileStride(width) numbers, and their padding is 0. A
// normalised head keeps two numbers a row: the denominator of its output and the shift of its
// scores.
struct HeadRows {
  const Call<float>& call;
  const BackwardCall<float>* back;  // null in the forward pass
  std::int64_t batch, head;

  void load(std::size_t input, std::int64_t first, std::size_t count, std::size_t width,
            float* to) const {
    loadTile(call.inputs[input], batch, first, static_cast<std::int64_t>(count), head,
             static_cast<std::int64_t>(width), to, static_cast<std::int64_t>(tileStride(width)));
  }

  void store(std::int64_t first, std::size_t count, std::size_t width, const float* rows) const {
    storeTile(call.output, batch, first, static_cast<std::int64_t>(count), head,
              static_cast<std::int64_t>(width), rows, static_cast<std::int64_t>(tileStride(width)));
  }

  std::size_t keptRow(std::int64_t token) const {
    return static_cast<std::size_t>(
        2 * ((batch * call.sizes.heads() + head) * call.sizes.tokens() + token));
  }
  void keep(std::int64_t first, std::size_t count, const float* sums, const float* shifts) const {
    if (call.kept.empty()) return;
    float* to = &call.kept[keptRow(first)];
    for (std::size_t i = 0; i < count; ++i) {
      to[2 * i] = sums[i];
      to[2 * i + 1] = shifts[i];
    }
  }

  // rows = dO / sum, ones = -dO . o / sum: the gradient by the weight of value v is row . v + one.
  void loadAbove(std::int64_t first, std::size_t count, std::size_t width, float* rows, float* ones,
                 float* shifts) const {
    const std::size_t stride = tileStride(width);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t token = first + static_cast<std::int64_t>(i);
      const float* kept = &call.kept[keptRow(token)];
      const float* above = back->output_gradient.row(batch, token, head);
      const float* out = back->output.row(batch, token, head);
      float* row = rows + i * stride;
      float along = 0;
      for (std::size_t e = 0; e < width; ++e) along += above[e] * out[e];
      std::copy_n(above, width, row);
      scaleAll(row, stride, 1 / kept[0]);
      ones[i] = -along / kept[0];
      shifts[i] = kept[1];
    }
  }

  // Adds rows to an input's gradient, where it is wanted.
  void add(std::size_t input, std::int64_t first, std::size_t count, std::size_t width,
           const float* rows) const {
    const View<float>& to = back->input_gradients[input];
    if (!to) return;
    const std::size_t stride = tileStride(width);
    for (std::size_t i = 0; i < count; ++i) {
      float* row = to.row(batch, first + static_cast<std::int64_t>(i), head);
      for (std::size_t e = 0; e < width; ++e) row[e] += rows[i * stride + e];
    }
  }
};

// A matrix of a state between its own memory, whose rows are dense, and a tile.
HWY_INLINE void unpackRows(const float* dense, std::size_t rows, std::size_t columns, float* tile) {
  for (std::size_t i = 0; i < rows; ++i) {
    std::copy_n(dense + i * columns, columns, tile + i * tileStride(columns));
  }
}
HWY_INLINE void packRows(const float* tile, std::size_t rows, std::size_t columns, float* dense) {
  for (std::size_t i = 0; i < rows; ++i) {
    std::copy_n(tile + i * tileStride(columns), columns, dense + i * columns);
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
