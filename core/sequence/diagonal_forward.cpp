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
constexpr std::int64_t kTurn = 32;  // tokens that a head takes before it is the next one's turn
constexpr std::int64_t kStopEvery = 4096;  // tokens
static_assert(kSegment % kTurn == 0 && kStopEvery % kTurn == 0);

class ForwardHeads {
 public:
  ForwardHeads(const DiagonalShape& shape, std::span<const DiagonalTask> tasks)
      : shape_(shape),
        tasks_(tasks),
        keys_(sizeOf(shape.keys)),
        values_(sizeOf(shape.values)),
        key_stride_(tileStride(keys_)),
        value_stride_(tileStride(values_)),
        rows_{work_.tile(kChunk, keys_), work_.tile(kChunk, keys_), work_.tile(kChunk, values_),
              static_cast<std::ptrdiff_t>(key_stride_), static_cast<std::ptrdiff_t>(value_stride_)},
        scores_(work_.tile(kChunk, kChunk)),
        outputs_(work_.tile(kChunk, values_)),
        states_(work_.numbers(keptNumbers(keys_, values_) * tasks.size()).data()),
        decays_(work_, shape, kChunk, false) {}

  void run(const Context& context) {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      select(i);
      begin(tasks_[i].initial);
    }
    for (std::int64_t first = 0; first < shape_.tokens; first += kTurn) {
      if (first % kStopEvery == 0 && context.stopRequested()) throw Cancelled{};
      for (std::size_t i = 0; i < tasks_.size(); ++i) {
        select(i);
        turn(first, std::min(first + kTurn, shape_.tokens));
      }
    }
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      select(i);
      if (tasks_[i].final.matrix != nullptr) state_.copyTo(tasks_[i].final.matrix);
      if (tasks_[i].final.sums != nullptr) std::copy_n(sums_, keys_, tasks_[i].final.sums);
    }
  }

 private:
  void select(std::size_t index) {
    task_ = &tasks_[index];
    float* at = states_ + index * keptNumbers(keys_, values_);
    state_ = {at, keys_, values_};
    sums_ = at + Strips::numbers(keys_, values_);
  }

  void begin(DiagonalState<const float> initial) {
    if (initial.matrix == nullptr) return;
    state_.copyFrom(initial.matrix);
    if (initial.sums != nullptr) std::copy_n(initial.sums, keys_, sums_);
    if (shape_.tokens == 0) return;
    Workspace work;
    float* factors = work.numbers(key_stride_).data();
    firstDecays(shape_, *task_->head, task_->rate, factors);
    for (std::size_t c = 0; c < keys_; ++c) sums_[c] *= factors[c];
    for (std::size_t s = 0; s < state_.count(); ++s) {
      for (std::size_t c = 0; c < keys_; ++c) {
        scaleAll(state_.strip(s) + c * kStrip, kStrip, factors[c]);
      }
    }
  }

  void turn(std::int64_t first, std::int64_t end) {
    if (first % kSegment == 0 && !task_->kept.empty()) {
      const std::size_t size = keptNumbers(keys_, values_);
      std::copy_n(state_.data, size, task_->kept.data() + sizeOf(first / kSegment) * size);
    }
    turn_first_ = first;
    turn_end_ = end;
    std::int64_t limit = kChunk;
    while (first < end) {
      const auto used =
          static_cast<std::int64_t>(chunk(first, sizeOf(std::min(limit, end - first))));
      first += used;
      // Where decays cut chunks short, fewer tokens are read in vain.
      limit = std::min(kChunk, 2 * used);
    }
  }

  // Takes the chunk at `first`, at most `most` tokens; returns how many it has.
  std::size_t chunk(std::int64_t first, std::size_t most) {
    const std::size_t count = decays_.begin(*task_->head, task_->rate, first, most);
    const auto whole_count = static_cast<std::int64_t>(count);
    const DiagonalInputs inputs = task_->head->load(first, whole_count, rows_);
    decays_.weigh(count, inputs, rows_);
    for (std::size_t i = 0; inputs.values.data != rows_.values && i < count; ++i) {
      scaleRow(inputs.values.row(i), rows_.values + i * value_stride_, value_stride_, 1);
    }
    foresee(first + whole_count);
    const RowsAt<float> outputs =
        task_->head->place(first, whole_count, outputs_, rows_.value_stride);
    rowProducts<true>(count, count, key_stride_, rows_.queries, key_stride_, rows_.keys,
                      key_stride_, scores_, kScoreStride);
    clearAbove(scores_, count, kScoreStride);
    for (std::size_t s = 0; s < state_.count(); ++s) strip(s, count, outputs);
    if (shape_.normalise) normalise(count, outputs);
    task_->head->store(first, whole_count, outputs);
    return count;
  }

  // The rows of the next chunk are asked for a few at a time between products.
  void foresee(std::int64_t ahead) {
    const DiagonalHead* head = task_->head;
    if (ahead == turn_end_) {
      const bool last = task_ == &tasks_.back();
      head = last ? tasks_.front().head : (task_ + 1)->head;
      if (!last) ahead = turn_first_;
    }
    ahead_.clear();
    const std::int64_t count = std::min(kChunk, shape_.tokens - ahead);
    head->foresee(ahead, count, ahead_);
    head->foreseeStore(ahead, count, ahead_);
    const std::size_t times = state_.count() * (keys_ / kBlockRows + 2);
    ahead_.spread(times);
  }

  // O = P V + qt S and S = gam (S + kt' V) for the columns of one strip.
  HWY_INLINE void strip(std::size_t index, std::size_t count, const RowsAt<float>& outputs) {
    float* state = state_.strip(index);
    const std::size_t width = state_.width(index);
    const float* values = rows_.values + index * kStrip;
    forProductBlocks(count, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      ahead_.ask();
      block.clear();
      block.multiply(std::min(i + block.kCount, count), scores_ + i * kScoreStride, kScoreStride, 1,
                     values + j, rows_.value_stride);
      block.multiply(keys_, rows_.queries + i * key_stride_, rows_.key_stride, 1, state + j,
                     kStrip);
      block.store(outputs.row(i) + index * kStrip + j, outputs.stride);
    });
    const float* whole = decays_.whole();
    forProductBlocks(keys_, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      float* to = state + i * kStrip + j;
      block.load(to, kStrip);
      block.multiply(count, rows_.keys + i, 1, rows_.key_stride, values + j, rows_.value_stride);
      if (whole != nullptr) block.scaleRows(whole + i);
      block.store(to, kStrip);
      ahead_.ask();
    });
  }

  // Divides by P 1 + qt z + eps, and z = gam (z + kt' 1).
  HWY_INLINE void normalise(std::size_t count, const RowsAt<float>& outputs) {
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
      scaleAll(outputs.row(i), value_stride_,
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
  std::span<const DiagonalTask> tasks_;
  Workspace work_;
  std::size_t keys_, values_, key_stride_, value_stride_;
  DiagonalRows rows_;
  float *scores_, *outputs_, *states_;
  ChunkDecays decays_;
  PrefetchList ahead_;
  // Of the head whose turn it is.
  const DiagonalTask* task_ = nullptr;
  Strips state_;
  float* sums_ = nullptr;
  std::int64_t turn_first_ = 0, turn_end_ = 0;
};

void forwardHeads(const DiagonalShape& shape, std::span<const DiagonalTask> tasks,
                  const Context& context) {
  ForwardHeads(shape, tasks).run(context);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(forwardHeads);

void diagonalForward(const DiagonalShape& shape, std::span<const DiagonalTask> tasks,
                     const Context& context) {
  HWY_DYNAMIC_DISPATCH(forwardHeads)(shape, tasks, context);
}

}  // namespace lineament::sequence
#endif
