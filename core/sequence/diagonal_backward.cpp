// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/sequence/diagonal_chunks.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/diagonal_backward.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/diagonal_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

constexpr std::int64_t kChunk = 32;
constexpr std::size_t kScoreStride = tileStride(kChunk);

// States and their gradients are held transposed, [values, keys]: then every product of the pass
// finds its right factor row by row. Where the recurrence normalises, a last row holds the sums of
// keys, as if each value ended with a 1.
class BackwardHeads {
 public:
  BackwardHeads(const DiagonalShape& shape, std::span<const DiagonalBackwardTask> tasks)
      : shape_(shape),
        tasks_(tasks),
        keys_(sizeOf(shape.keys)),
        values_(sizeOf(shape.values)),
        rows_(values_ + (shape.normalise ? 1 : 0)),
        key_stride_(tileStride(keys_)),
        value_stride_(tileStride(rows_)),
        tile_(tiles()),
        found_(tiles()),
        keys_across_(work_.tile(keys_, kChunk)),
        above_(work_.tile(kChunk, rows_)),
        outputs_(shape.normalise ? work_.tile(kChunk, rows_) : nullptr),
        value_gradients_across_(work_.tile(values_, kChunk)),
        scores_(work_.tile(kChunk, kChunk)),
        slopes_(work_.tile(kChunk, kChunk)),
        decay_gradients_(work_.tile(kChunk, keys_)),
        behind_(work_.numbers(key_stride_).data()),
        gradients_(work_.numbers(Strips::numbers(rows_, keys_) * tasks.size()).data()),
        decays_(work_, shape, kChunk, true) {}

  void run(const Context& context) {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      select(i);
      begin();
    }
    for (std::int64_t segment = (shape_.tokens + kSegment - 1) / kSegment; segment-- > 0;) {
      if (context.stopRequested()) throw Cancelled{};
      for (std::size_t i = 0; i < tasks_.size(); ++i) {
        select(i);
        for (std::size_t chunks = findStates(segment); chunks-- > 0;) chunk(chunks);
        if (segment == 0) finishDecays();
      }
    }
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      select(i);
      finish(tasks_[i].initial_gradient);
    }
  }

 private:
  DiagonalRows tiles() {
    return {work_.tile(kChunk, keys_), work_.tile(kChunk, keys_), work_.tile(kChunk, rows_),
            static_cast<std::ptrdiff_t>(key_stride_), static_cast<std::ptrdiff_t>(value_stride_)};
  }

  void select(std::size_t index) {
    task_ = &tasks_[index];
    ahead_ = {gradients_ + index * Strips::numbers(rows_, keys_), rows_, keys_};
  }

  void begin() {
    const DiagonalState<const float> final = task_->final_gradient;
    if (final.matrix == nullptr) return;
    for (std::size_t c = 0; c < keys_; ++c) {
      for (std::size_t e = 0; e < values_; ++e) *ahead_.at(e, c) = final.matrix[c * values_ + e];
      if (shape_.normalise) *ahead_.at(values_, c) = final.sums[c];
    }
  }

  Strips state(std::size_t index) {
    if (states_[index] == nullptr) {
      states_[index] = work_.numbers(Strips::numbers(rows_, keys_)).data();
    }
    return {states_[index], rows_, keys_};
  }

  // The tokens of a chunk as the recurrence takes them. Returns their number, at most `most`.
  std::size_t load(std::int64_t first, std::size_t most) {
    const std::size_t count = decays_.begin(*task_->head, task_->rate, first, most);
    const DiagonalInputs inputs = task_->head->load(first, static_cast<std::int64_t>(count), tile_);
    for (std::size_t i = 0; inputs.values.data != tile_.values && i < count; ++i) {
      std::copy_n(inputs.values.row(i), values_, tile_.values + i * value_stride_);
    }
    if (shape_.normalise) {
      for (std::size_t i = 0; i < count; ++i) tile_.values[i * value_stride_ + values_] = 1;
    }
    decays_.weigh(count, inputs, tile_);
    return count;
  }

  // The states that enter the chunks of a segment, from the kept one on, and the one behind them.
  std::size_t findStates(std::int64_t segment) {
    const std::size_t size = keptNumbers(keys_, values_);
    const float* from = task_->kept.data() + sizeOf(segment) * size;
    const Strips first_state = state(0);
    for (std::size_t e = 0; e < values_; ++e) {
      const float* strip = from + e / kStrip * kStrip * keys_ + e % kStrip;
      for (std::size_t c = 0; c < keys_; ++c) *first_state.at(e, c) = strip[c * kStrip];
    }
    for (std::size_t c = 0; shape_.normalise && c < keys_; ++c) {
      *first_state.at(values_, c) = from[size - key_stride_ + c];
    }
    const std::int64_t end = std::min(shape_.tokens, (segment + 1) * kSegment);
    std::size_t chunks = 0;
    std::int64_t limit = kChunk;
    for (std::int64_t first = segment * kSegment; first < end; ++chunks) {
      counts_[chunks] = load(first, sizeOf(std::min(limit, end - first)));
      firsts_[chunks] = first;
      walk(state(chunks), state(chunks + 1), counts_[chunks]);
      first += static_cast<std::int64_t>(counts_[chunks]);
      limit = std::min(kChunk, 2 * static_cast<std::int64_t>(counts_[chunks]));
    }
    return chunks;
  }

  // to = gam (from + V' kt)
  void walk(const Strips& from, const Strips& to, std::size_t count) {
    const float* whole = decays_.whole();
    for (std::size_t s = 0; s < from.count(); ++s) {
      forProductBlocks(rows_, from.width(s), [&](auto fit, std::size_t i, std::size_t j) {
        typename decltype(fit)::Block block;
        block.load(from.strip(s) + i * kStrip + j, kStrip);
        block.multiply(count, tile_.values + i, 1, tile_.value_stride, tile_.keys + s * kStrip + j,
                       tile_.key_stride);
        if (whole != nullptr) block.scaleColumns(whole + s * kStrip + j);
        block.store(to.strip(s) + i * kStrip + j, kStrip);
      });
    }
  }

  void chunk(std::size_t index) {
    const std::int64_t first = firsts_[index];
    const std::size_t count = load(first, counts_[index]);
    const auto tokens = static_cast<std::int64_t>(count);
    task_->gradients->loadGradient(first, tokens, above_, tile_.value_stride);
    rowProducts<true>(count, count, key_stride_, tile_.queries, key_stride_, tile_.keys,
                      key_stride_, scores_, kScoreStride);
    clearAbove(scores_, count, kScoreStride);
    if (shape_.normalise) spreadNormaliser(state(index), first, count);
    rowProducts<true>(count, count, value_stride_, above_, value_stride_, tile_.values,
                      value_stride_, slopes_, kScoreStride);
    clearAbove(slopes_, count, kScoreStride);
    transpose(tile_.keys, count, keys_, key_stride_, keys_across_, kScoreStride);
    std::fill_n(value_gradients_across_, values_ * kScoreStride, 0.0f);
    for (std::size_t s = 0; s < ahead_.count(); ++s) {
      decayAhead(state(index + 1), s);
      strip(state(index), s, count);
    }
    forProductBlocks(values_, count, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.load(value_gradients_across_ + i * kScoreStride + j, kScoreStride);
      block.multiply(count, above_ + i, 1, tile_.value_stride, scores_ + j, kScoreStride);
      block.store(value_gradients_across_ + i * kScoreStride + j, kScoreStride);
    });
    transpose(value_gradients_across_, values_, count, kScoreStride, found_.values, value_stride_);
    if (task_->gradients->decaysWanted()) handOverDecays(first, count);
    decays_.unweigh(count, found_.queries, found_.keys);
    task_->gradients->add(first, tokens, found_);
  }

  // With n = P V + qt S and d = P 1 + qt z + eps, o = n / d: dn = do / d and dd = -(dn . o). The
  // latter becomes the gradient of the 1 behind each value.
  void spreadNormaliser(const Strips& entering, std::int64_t first, std::size_t count) {
    task_->gradients->loadOutput(first, static_cast<std::int64_t>(count), outputs_,
                                 tile_.value_stride);
    for (std::size_t i = 0; i < count; ++i) {
      float denominator = kNormaliserEps;
      for (std::size_t j = 0; j <= i; ++j) denominator += scores_[i * kScoreStride + j];
      for (std::size_t c = 0; c < keys_; ++c) {
        denominator += tile_.queries[i * key_stride_ + c] * *entering.at(values_, c);
      }
      float* above = above_ + i * value_stride_;
      float along = 0;
      for (std::size_t e = 0; e < values_; ++e) {
        above[e] /= denominator;
        along -= above[e] * outputs_[i * value_stride_ + e];
      }
      above[values_] = along;
    }
  }

  // behind = rowsum(dS' * S') and dS'' = gam dS', for one strip of channels.
  HWY_INLINE void decayAhead(const Strips& leaving, std::size_t index) {
    const hn::ScalableTag<float> d;
    const float* whole = decays_.whole();
    if (whole == nullptr && !task_->gradients->decaysWanted()) return;
    for (std::size_t c = 0; c < ahead_.width(index); c += hn::Lanes(d)) {
      const auto factor =
          whole != nullptr ? hn::Load(d, whole + index * kStrip + c) : hn::Set(d, 1.0f);
      auto sum = hn::Zero(d);
      for (std::size_t i = 0; i < rows_; ++i) {
        float* ahead = ahead_.strip(index) + i * kStrip + c;
        const auto gradient = hn::Load(d, ahead);
        sum = hn::MulAdd(gradient, hn::Load(d, leaving.strip(index) + i * kStrip + c), sum);
        hn::Store(hn::Mul(gradient, factor), d, ahead);
      }
      hn::Store(sum, d, behind_ + index * kStrip + c);
    }
  }

  // The parts of all gradients that belong to one strip of channels.
  HWY_INLINE void strip(const Strips& entering, std::size_t index, std::size_t count) {
    const std::size_t width = ahead_.width(index), at = index * kStrip;
    const float* state = entering.strip(index);
    float* ahead = ahead_.strip(index);
    forProductBlocks(count, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.clear();
      block.multiply(std::min(i + block.kCount, count), slopes_ + i * kScoreStride, kScoreStride, 1,
                     tile_.keys + at + j, tile_.key_stride);
      block.multiply(rows_, above_ + i * value_stride_, tile_.value_stride, 1, state + j, kStrip);
      block.store(found_.queries + i * key_stride_ + at + j, tile_.key_stride);
    });
    forProductBlocks(count, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.clear();
      block.multiply(count - i, slopes_ + i * kScoreStride + i, 1, kScoreStride,
                     tile_.queries + i * key_stride_ + at + j, tile_.key_stride);
      block.multiply(rows_, tile_.values + i * value_stride_, tile_.value_stride, 1, ahead + j,
                     kStrip);
      block.store(found_.keys + i * key_stride_ + at + j, tile_.key_stride);
    });
    forProductBlocks(values_, count, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      float* to = value_gradients_across_ + i * kScoreStride + j;
      block.load(to, kScoreStride);
      block.multiply(std::min(width, keys_ - at), ahead + i * kStrip, kStrip, 1,
                     keys_across_ + at * kScoreStride + j, kScoreStride);
      block.store(to, kScoreStride);
    });
    forProductBlocks(rows_, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.load(ahead + i * kStrip + j, kStrip);
      block.multiply(count, above_ + i, 1, tile_.value_stride, tile_.queries + at + j,
                     tile_.key_stride);
      block.store(ahead + i * kStrip + j, kStrip);
    });
  }

  // Row i holds the gradient by the decay of token first + 1 + i: that of the chunk's first token
  // is found with the chunk before it.
  void handOverDecays(std::int64_t first, std::size_t count) {
    const hn::ScalableTag<float> d;
    for (std::size_t c = 0; c < key_stride_; c += hn::Lanes(d)) {
      auto sum = hn::Load(d, behind_ + c);
      for (std::size_t i = count; i-- > 0;) {
        const std::size_t at = i * key_stride_ + c;
        hn::Store(sum, d, decay_gradients_ + at);
        const auto falling = hn::Mul(hn::Load(d, tile_.keys + at), hn::Load(d, found_.keys + at));
        const auto rising =
            hn::Mul(hn::Load(d, tile_.queries + at), hn::Load(d, found_.queries + at));
        sum = hn::Add(sum, hn::Sub(rising, falling));
      }
    }
    giveDecays(first + 1, std::min(static_cast<std::int64_t>(count), shape_.tokens - first - 1));
  }

  void giveDecays(std::int64_t first, std::int64_t count) {
    if (count == 0) return;
    if (shape_.decay == Decay::channel) {
      task_->gradients->addDecays(first, count, decay_gradients_, tile_.key_stride);
      return;
    }
    for (std::size_t i = 0; i < sizeOf(count); ++i) {
      const float* row = decay_gradients_ + i * key_stride_;
      float sum = 0;
      for (std::size_t c = 0; c < keys_; ++c) sum += row[c];
      decay_gradients_[i] = sum;
    }
    task_->gradients->addDecays(first, count, decay_gradients_, 1);
  }

  // By the decay of the very first token, which is applied to the state that enters.
  void finishDecays() {
    if (!task_->gradients->decaysWanted()) return;
    const Strips entering = state(0);
    for (std::size_t c = 0; c < keys_; ++c) {
      float sum = 0;
      for (std::size_t i = 0; i < rows_; ++i) sum += *ahead_.at(i, c) * *entering.at(i, c);
      decay_gradients_[c] = sum;
    }
    giveDecays(0, 1);
  }

  void finish(DiagonalState<float> initial_gradient) {
    if (initial_gradient.matrix == nullptr) return;
    std::fill_n(behind_, key_stride_, 1.0f);
    if (shape_.tokens > 0) firstDecays(shape_, *task_->head, task_->rate, behind_);
    for (std::size_t c = 0; c < keys_; ++c) {
      for (std::size_t e = 0; e < values_; ++e) {
        initial_gradient.matrix[c * values_ + e] = behind_[c] * *ahead_.at(e, c);
      }
      if (shape_.normalise) initial_gradient.sums[c] = behind_[c] * *ahead_.at(values_, c);
    }
  }

  const DiagonalShape& shape_;
  std::span<const DiagonalBackwardTask> tasks_;
  Workspace work_;
  std::size_t keys_, values_, rows_, key_stride_, value_stride_;
  DiagonalRows tile_, found_;
  float *keys_across_, *above_, *outputs_, *value_gradients_across_, *scores_, *slopes_,
      *decay_gradients_, *behind_, *gradients_;
  ChunkDecays decays_;
  std::array<float*, kSegment + 1> states_{};
  std::array<std::int64_t, kSegment> firsts_{};
  std::array<std::size_t, kSegment> counts_{};
  // Of the head whose turn it is; the gradient by the state that enters the later tokens.
  const DiagonalBackwardTask* task_ = nullptr;
  Strips ahead_;
};

void backwardHeads(const DiagonalShape& shape, std::span<const DiagonalBackwardTask> tasks,
                   const Context& context) {
  BackwardHeads(shape, tasks).run(context);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(backwardHeads);

void diagonalBackward(const DiagonalShape& shape, std::span<const DiagonalBackwardTask> tasks,
                      const Context& context) {
  HWY_DYNAMIC_DISPATCH(backwardHeads)(shape, tasks, context);
}

}  // namespace lineament::sequence
#endif
