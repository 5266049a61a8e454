// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/error.h"
#include "core/sequence/diagonal_chunks.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/diagonal_forward.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/diagonal_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

constexpr std::int64_t kChunk = 16;
constexpr std::size_t kScoreStride = tileStride(kChunk);
constexpr std::int64_t kStopEvery = 4096;  // tokens

class ForwardHead {
 public:
  ForwardHead(const DiagonalShape& shape, const DiagonalHead& head)
      : shape_(shape),
        head_(head),
        keys_(sizeOf(shape.keys)),
        values_(sizeOf(shape.values)),
        key_stride_(tileStride(keys_)),
        value_stride_(tileStride(values_)),
        rows_{work_.tile(kChunk, keys_), work_.tile(kChunk, keys_), work_.tile(kChunk, values_),
              static_cast<std::ptrdiff_t>(key_stride_), static_cast<std::ptrdiff_t>(value_stride_)},
        scores_(work_.tile(kChunk, kChunk)),
        outputs_(work_.tile(kChunk, values_)),
        state_{work_.numbers(Strips::numbers(keys_, values_)).data(), keys_, values_},
        sums_(work_.numbers(key_stride_).data()),
        decays_(work_, shape, kChunk, false) {}

  void run(DiagonalState<const float> initial, DiagonalState<float> final, std::span<float> kept,
           const Context& context) {
    begin(initial);
    std::int64_t limit = kChunk;
    for (std::int64_t first = 0; first < shape_.tokens;) {
      if (first % kStopEvery == 0 && context.stopRequested()) throw Cancelled{};
      if (first % kSegment == 0 && !kept.empty()) {
        const std::size_t size = keptNumbers(keys_, values_);
        float* to = kept.data() + sizeOf(first / kSegment) * size;
        std::copy_n(sums_, key_stride_, std::copy_n(state_.data, size - key_stride_, to));
      }
      const std::int64_t next_kept = (first / kSegment + 1) * kSegment;
      const auto used = static_cast<std::int64_t>(
          chunk(first, sizeOf(std::min({limit, shape_.tokens - first, next_kept - first}))));
      first += used;
      // Where decays cut chunks short, fewer tokens are read in vain.
      limit = std::min(kChunk, 2 * used);
    }
    if (final.matrix != nullptr) state_.copyTo(final.matrix);
    if (final.sums != nullptr) std::copy_n(sums_, keys_, final.sums);
  }

 private:
  void begin(DiagonalState<const float> initial) {
    if (initial.matrix == nullptr) return;
    state_.copyFrom(initial.matrix);
    if (initial.sums != nullptr) std::copy_n(initial.sums, keys_, sums_);
    if (shape_.tokens == 0) return;
    float* factors = work_.numbers(key_stride_).data();
    firstDecays(shape_, head_, factors);
    for (std::size_t c = 0; c < keys_; ++c) sums_[c] *= factors[c];
    for (std::size_t s = 0; s < state_.count(); ++s) {
      for (std::size_t c = 0; c < keys_; ++c) {
        scaleAll(state_.strip(s) + c * kStrip, kStrip, factors[c]);
      }
    }
  }

  // Takes the chunk at `first`, at most `most` tokens; returns how many it has.
  std::size_t chunk(std::int64_t first, std::size_t most) {
    const std::size_t count = decays_.begin(head_, first, most);
    const auto whole_count = static_cast<std::int64_t>(count);
    head_.load(first, whole_count, rows_);
    const std::int64_t ahead = first + whole_count;
    head_.prefetch(ahead, std::min<std::int64_t>(kChunk, shape_.tokens - ahead));
    decays_.weigh(count, rows_.queries, rows_.keys);
    rowProducts<true>(count, count, key_stride_, rows_.queries, key_stride_, rows_.keys,
                      key_stride_, scores_, kScoreStride);
    clearAbove(scores_, count, kScoreStride);
    for (std::size_t s = 0; s < state_.count(); ++s) strip(s, count);
    if (shape_.normalise) normalise(count);
    head_.store(first, whole_count, outputs_, rows_.value_stride);
    return count;
  }

  // O = P V + qt S and S = gam (S + kt' V) for the columns of one strip.
  HWY_INLINE void strip(std::size_t index, std::size_t count) {
    float* state = state_.strip(index);
    const std::size_t width = state_.width(index);
    const float* values = rows_.values + index * kStrip;
    float* outputs = outputs_ + index * kStrip;
    forProductBlocks(count, width, [&](auto block, std::size_t i, std::size_t j) {
      block.clear();
      block.multiply(std::min(i + block.kCount, count), scores_ + i * kScoreStride, kScoreStride, 1,
                     values + j, rows_.value_stride);
      block.multiply(keys_, rows_.queries + i * key_stride_, rows_.key_stride, 1, state + j,
                     kStrip);
      block.store(outputs + i * value_stride_ + j, rows_.value_stride);
    });
    const float* whole = decays_.whole();
    forProductBlocks(keys_, width, [&](auto block, std::size_t i, std::size_t j) {
      float* to = state + i * kStrip + j;
      block.load(to, kStrip);
      block.multiply(count, rows_.keys + i, 1, rows_.key_stride, values + j, rows_.value_stride);
      if (whole != nullptr) block.scaleRows(whole + i);
      block.store(to, kStrip);
    });
  }

  // Divides by P 1 + qt z + eps, and z = gam (z + kt' 1).
  HWY_INLINE void normalise(std::size_t count) {
    const hn::ScalableTag<float> d;
    for (std::size_t i = 0; i < count; ++i) {
      auto sum = hn::Zero(d);
      for (std::size_t c = 0; c < kScoreStride; c += hn::Lanes(d)) {
        sum = hn::Add(sum, hn::Load(d, scores_ + i * kScoreStride + c));
      }
      for (std::size_t c = 0; c < key_stride_; c += hn::Lanes(d)) {
        sum = hn::MulAdd(hn::Load(d, rows_.queries + i * key_stride_ + c), hn::Load(d, sums_ + c),
                         sum);
      }
      scaleAll(outputs_ + i * value_stride_, value_stride_,
               1 / (hn::GetLane(hn::SumOfLanes(d, sum)) + kNormaliserEps));
    }
    for (std::size_t c = 0; c < key_stride_; c += hn::Lanes(d)) {
      auto sum = hn::Load(d, sums_ + c);
      for (std::size_t i = 0; i < count; ++i) {
        sum = hn::Add(sum, hn::Load(d, rows_.keys + i * key_stride_ + c));
      }
      if (decays_.whole() != nullptr) sum = hn::Mul(sum, hn::Load(d, decays_.whole() + c));
      hn::Store(sum, d, sums_ + c);
    }
  }

  const DiagonalShape& shape_;
  const DiagonalHead& head_;
  Workspace work_;
  std::size_t keys_, values_, key_stride_, value_stride_;
  DiagonalRows rows_;
  float *scores_, *outputs_;
  Strips state_;
  float* sums_;
  ChunkDecays decays_;
};

void forwardHead(const DiagonalShape& shape, const DiagonalHead& head,
                 DiagonalState<const float> initial, DiagonalState<float> final,
                 std::span<float> kept, const Context& context) {
  ForwardHead(shape, head).run(initial, final, kept, context);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(forwardHead);

void diagonalForward(const DiagonalShape& shape, const DiagonalHead& head,
                     DiagonalState<const float> initial, DiagonalState<float> final,
                     std::span<float> kept, const Context& context) {
  HWY_DYNAMIC_DISPATCH(forwardHead)(shape, head, initial, final, kept, context);
}

}  // namespace lineament::sequence
#endif
