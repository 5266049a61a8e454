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
#include "core/sequence/feature_state.h"
#include "core/sequence/mechanism.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One head's S and z between a state, whose rows are dense, and tiles.
HWY_INLINE void unpackState(const FeatureState& layout, const State<float>& state,
                            std::int64_t batch, std::int64_t head, float* matrix,
                            float* normaliser) {
  const float* from = state.values.data() + layout.matrixOffset(batch, head);
  const auto stride =
      static_cast<std::int64_t>(tileStride(static_cast<std::size_t>(layout.values)));
  for (std::int64_t f = 0; f < layout.features; ++f) {
    std::copy_n(from + f * layout.values, layout.values, matrix + f * stride);
  }
  std::copy_n(state.values.data() + layout.normaliserOffset(batch, head), layout.features,
              normaliser);
}
HWY_INLINE void packState(const FeatureState& layout, const float* matrix, const float* normaliser,
                          std::int64_t batch, std::int64_t head, State<float>& state) {
  float* to = state.values.data() + layout.matrixOffset(batch, head);
  const auto stride =
      static_cast<std::int64_t>(tileStride(static_cast<std::size_t>(layout.values)));
  for (std::int64_t f = 0; f < layout.features; ++f) {
    std::copy_n(matrix + f * stride, layout.values, to + f * layout.values);
  }
  std::copy_n(normaliser, layout.features,
              state.values.data() + layout.normaliserOffset(batch, head));
}

// One head of a call. Tiles have rows of tileStride(width) numbers, and their padding is 0. A
// normalised head keeps two numbers a row: the denominator of its output and the shift of its
// scores.
struct HeadRows {
  const Call<float>& call;
  const BackwardCall<float>* back;  // null in the forward pass
  std::int64_t batch, head;
  std::int64_t next = 0;  // how far the rows that will be loaded after these lie from them

  // Rows of a head lie too far apart for the processor to see a pattern: without a word ahead each
  // of them waits for memory.
  void load(std::size_t input, std::int64_t first, std::size_t count, std::size_t width,
            float* to) const {
    const StoredView& from = call.inputs[input];
    const std::size_t bytes = from.storage == Storage::f32 ? sizeof(float) : sizeof(std::uint16_t);
    prefetch<0>(static_cast<const std::byte*>(from.data), from.stride, bytes, first + next, width);
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

  // Tokens [first, first + next) of a tensor, for reading (0) or writing (1).
  template <int kWrite>
  void prefetch(const std::byte* data, const Strides& stride, std::size_t bytes, std::int64_t first,
                std::size_t width) const {
    const std::int64_t end = std::min(first + std::abs(next), call.sizes.tokens());
    for (std::int64_t t = std::max<std::int64_t>(0, first); t < end; ++t) {
      const std::ptrdiff_t row = batch * stride[0] + t * stride[1] + head * stride[2];
      const std::byte* at = data + row * static_cast<std::ptrdiff_t>(bytes);
      for (std::size_t i = 0; i < width * bytes; i += 64) __builtin_prefetch(at + i, kWrite);
    }
  }
  template <int kWrite, class T>
  void prefetch(const View<T>& view, std::int64_t first, std::size_t width) const {
    prefetch<kWrite>(reinterpret_cast<const std::byte*>(view.data), view.stride, sizeof(T), first,
                     width);
  }
  void prefetchOutput(std::int64_t first, std::size_t width) const {
    const std::size_t bytes =
        call.output.storage == Storage::f32 ? sizeof(float) : sizeof(std::uint16_t);
    prefetch<1>(static_cast<const std::byte*>(call.output.data), call.output.stride, bytes, first,
                width);
  }

  // rows = dO / sum, ones = -dO . o / sum: the gradient by the weight of value v is row . v + one.
  void loadAbove(std::int64_t first, std::size_t count, std::size_t width, float* rows, float* ones,
                 float* shifts) const {
    const std::size_t stride = tileStride(width);
    prefetch<0>(back->output_gradient, first + next, width);
    prefetch<0>(back->output, first + next, width);
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

  // The state's part of a walk; a part that is not given is left as it is.
  void loadState(const FeatureState& layout, float* matrix, float* normaliser) const {
    if (call.initial) unpackState(layout, *call.initial, batch, head, matrix, normaliser);
  }
  void loadFinalGradient(const FeatureState& layout, float* matrix, float* normaliser) const {
    if (back->final_gradient) {
      unpackState(layout, *back->final_gradient, batch, head, matrix, normaliser);
    }
  }
  void storeInitialGradient(const FeatureState& layout, const float* matrix,
                            const float* normaliser) const {
    if (back->initial_gradient) {
      packState(layout, matrix, normaliser, batch, head, *back->initial_gradient);
    }
  }

  // Adds rows to an input's gradient, where it is wanted.
  void add(std::size_t input, std::int64_t first, std::size_t count, std::size_t width,
           const float* rows) const {
    const View<float>& to = back->input_gradients[input];
    if (!to) return;
    const std::size_t stride = tileStride(width);
    for (std::size_t i = 0; i < count; ++i) {
      addRow(rows + i * stride, width, to.row(batch, first + static_cast<std::int64_t>(i), head));
    }
  }
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
