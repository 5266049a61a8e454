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
        sums_(work_.numbers(key_stride_).data()),
        entering_behind_(work_.numbers(key_stride_).data()),
        behinds_(work_.numbers(key_stride_ * tasks.size()).data()),
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
        std::size_t chunks = findStates(segment);
        if (leavingWanted(segment)) findBehind(state(chunks));
        while (chunks-- > 0) chunk(chunks);
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
    behind_ = behinds_ + index * key_stride_;
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

  // The tokens of a chunk as the recurrence takes them, or what the state needs of them. Returns
  // their number, at most `most`.
  enum class Part { all, writes };
  std::size_t load(Part part, std::int64_t first, std::size_t most) {
    const std::size_t count = decays_.begin(*task_->head, task_->rate, first, most);
    const DiagonalInputs inputs = task_->head->load(first, static_cast<std::int64_t>(count), tile_);
    for (std::size_t i = 0; inputs.values.data != tile_.values && i < count; ++i) {
      std::copy_n(inputs.values.row(i), values_, tile_.values + i * value_stride_);
    }
    if (shape_.normalise) {
      for (std::size_t i = 0; i < count; ++i) tile_.values[i * value_stride_ + values_] = 1;
    }
    if (part == Part::all) {
      decays_.weigh(count, inputs, tile_);
    } else {
      decays_.weighKeys(count, inputs, tile_);
    }
    return count;
  }

  // Whether the state that leaves a segment has a gradient that decays are asked about.
  bool leavingWanted(std::int64_t segment) const {
    return (segment + 1) * kSegment >= shape_.tokens && task_->gradients->decaysWanted() &&
           task_->final_gradient.matrix != nullptr;
  }

  void findBehind(const Strips& leaving) {
    for (std::size_t c = 0; c < keys_; ++c) {
      for (std::size_t i = 0; i < rows_; ++i) behind_[c] += *ahead_.at(i, c) * *leaving.at(i, c);
    }
  }

  // The states that enter the chunks of a segment, from the kept one on, and where it is wanted the
  // one behind them.
  std::size_t findStates(std::int64_t segment) {
    const std::size_t size = keptNumbers(keys_, values_);
    const float* from = task_->kept.data() + sizeOf(segment) * size;
    const Strips first_state = state(0);
    for (std::size_t e = 0; e < values_; e += kStrip) {  // kept as [keys, values]
      const std::size_t values = std::min(kStrip, values_ - e);
      for (std::size_t c = 0; c < keys_; c += kStrip) {
        transpose(from + e * keys_ + c * kStrip, std::min(kStrip, keys_ - c), values, kStrip,
                  first_state.at(e, c), kStrip);
      }
    }
    for (std::size_t c = 0; shape_.normalise && c < keys_; ++c) {
      *first_state.at(values_, c) = from[size - key_stride_ + c];
    }
    const std::int64_t end = std::min(shape_.tokens, (segment + 1) * kSegment);
    std::size_t chunks = 0;
    std::int64_t limit = kChunk;
    for (std::int64_t first = segment * kSegment; first < end; ++chunks) {
      counts_[chunks] = load(Part::writes, first, sizeOf(std::min(limit, end - first)));
      firsts_[chunks] = first;
      const std::int64_t next = first + static_cast<std::int64_t>(counts_[chunks]);
      expect(walkBlocks(), [&](PrefetchList& list) {
        if (next < end) {
          task_->head->foresee(next, std::min(kChunk, end - next), list);
        } else {
          task_->gradients->foresee(first, next - first, list);
        }
      });
      if (next < end || leavingWanted(segment)) {
        walk(state(chunks), state(chunks + 1), counts_[chunks]);
      }
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
        rows_ahead_.ask();
      });
    }
  }

  void chunk(std::size_t index) {
    const std::int64_t first = firsts_[index];
    const std::size_t count = load(Part::all, first, counts_[index]);
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
    for (std::size_t c = 0; decays_.whole() != nullptr && c < keys_; ++c) {
      scaleAll(keys_across_ + c * kScoreStride, kScoreStride, decays_.whole()[c]);
    }
    foresee(index);
    std::fill_n(value_gradients_across_, values_ * kScoreStride, 0.0f);
    for (std::size_t s = 0; s < ahead_.count(); ++s) strip(state(index), s, count);
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

  // How many blocks of products there are about, in `walk` and in all strips of a chunk.
  std::size_t walkBlocks() const { return ahead_.count() * (rows_ / kBlockRows + 1); }
  std::size_t chunkBlocks() const { return 3 * walkBlocks(); }

  // The rows that will be needed next are asked for a few at a time between `blocks` blocks.
  template <class Fill>
  void expect(std::size_t blocks, Fill fill) {
    rows_ahead_.clear();
    fill(rows_ahead_);
    rows_ahead_.spread(blocks);
  }

  // The chunk before, or the segment that is walked next: the next head's, or the one before.
  void foresee(std::size_t index) {
    expect(chunkBlocks(), [&](PrefetchList& list) {
      if (index > 0) {
        task_->gradients->foresee(firsts_[index - 1], static_cast<std::int64_t>(counts_[index - 1]),
                                  list);
        return;
      }
      const bool last = task_ == &tasks_.back();
      const std::int64_t first = last ? firsts_[0] - kSegment : firsts_[0];
      const DiagonalHead* head = last ? tasks_.front().head : (task_ + 1)->head;
      if (first >= 0) head->foresee(first, std::min(kChunk, shape_.tokens - first), list);
    });
  }

  // With n = P V + qt S and d = P 1 + qt z + eps, o = n / d: dn = do / d and dd = -(dn . o). The
  // latter becomes the gradient of the 1 behind each value.
  void spreadNormaliser(const Strips& entering, std::int64_t first, std::size_t count) {
    task_->gradients->loadOutput(first, static_cast<std::int64_t>(count), outputs_,
                                 tile_.value_stride);
    for (std::size_t s = 0; s < entering.count(); ++s) {
      std::copy_n(entering.strip(s) + values_ * kStrip, entering.width(s), sums_ + s * kStrip);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const float denominator = kNormaliserEps + rowSum(scores_ + i * kScoreStride, kScoreStride) +
                                rowDot(tile_.queries + i * key_stride_, sums_, key_stride_);
      float* above = above_ + i * value_stride_;
      above[values_] = 0;  // of the chunk before
      scaleAll(above, value_stride_, 1 / denominator);
      above[values_] = -rowDot(above, outputs_ + i * value_stride_, value_stride_);
    }
  }

  // The parts of all gradients that belong to one strip of channels. D = gam dS' is never written:
  // its factors go to the products that it is in.
  HWY_INLINE void strip(const Strips& entering, std::size_t index, std::size_t count) {
    const std::size_t width = ahead_.width(index), at = index * kStrip;
    const float* state = entering.strip(index);
    const float* whole = decays_.whole();
    const bool decays_wanted = task_->gradients->decaysWanted();
    float* ahead = ahead_.strip(index);
    forProductBlocks(count, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.clear();
      block.multiply(std::min(i + block.kCount, count), slopes_ + i * kScoreStride, kScoreStride, 1,
                     tile_.keys + at + j, tile_.key_stride);
      block.multiply(rows_, above_ + i * value_stride_, tile_.value_stride, 1, state + j, kStrip);
      block.store(found_.queries + i * key_stride_ + at + j, tile_.key_stride);
      rows_ahead_.ask();
    });
    forProductBlocks(count, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.clear();
      block.multiply(rows_, tile_.values + i * value_stride_, tile_.value_stride, 1, ahead + j,
                     kStrip);
      if (whole != nullptr) block.scaleColumns(whole + at + j);
      block.multiply(count - i, slopes_ + i * kScoreStride + i, 1, kScoreStride,
                     tile_.queries + i * key_stride_ + at + j, tile_.key_stride);
      block.store(found_.keys + i * key_stride_ + at + j, tile_.key_stride);
      rows_ahead_.ask();
    });
    forProductBlocks(values_, count, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      float* to = value_gradients_across_ + i * kScoreStride + j;
      block.load(to, kScoreStride);
      block.multiply(std::min(width, keys_ - at), ahead + i * kStrip, kStrip, 1,
                     keys_across_ + at * kScoreStride + j, kScoreStride);
      block.store(to, kScoreStride);
      rows_ahead_.ask();
    });
    forProductBlocks(rows_, width, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.load(ahead + i * kStrip + j, kStrip);
      if (whole != nullptr) block.scaleColumns(whole + at + j);
      block.multiply(count, above_ + i, 1, tile_.value_stride, tile_.queries + at + j,
                     tile_.key_stride);
      block.store(ahead + i * kStrip + j, kStrip);
      if (decays_wanted) {
        block.addColumnDots(state + i * kStrip + j, kStrip, entering_behind_ + at + j);
      }
      rows_ahead_.ask();
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
    std::copy_n(entering_behind_, key_stride_, behind_);
    std::fill_n(entering_behind_, key_stride_, 0.0f);
  }

  void giveDecays(std::int64_t first, std::int64_t count) {
    if (count == 0) return;
    if (shape_.decay == Decay::channel) {
      task_->gradients->addDecays(first, count, decay_gradients_, tile_.key_stride);
      return;
    }
    for (std::size_t i = 0; i < sizeOf(count); ++i) {
      decay_gradients_[i] = rowSum(decay_gradients_ + i * key_stride_, key_stride_);
    }
    task_->gradients->addDecays(first, count, decay_gradients_, 1);
  }

  // By the decay of the very first token, which is applied to the state that enters.
  void finishDecays() {
    if (!task_->gradients->decaysWanted()) return;
    std::copy_n(behind_, key_stride_, decay_gradients_);
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
      *decay_gradients_, *sums_, *entering_behind_, *behinds_, *gradients_;
  ChunkDecays decays_;
  PrefetchList rows_ahead_;
  std::array<float*, kSegment + 1> states_{};
  std::array<std::int64_t, kSegment> firsts_{};
  std::array<std::size_t, kSegment> counts_{};
  // Of the head whose turn it is: dS', the gradient by the state S' that enters the later tokens,
  // and behind = rowsum(dS' * S').
  const DiagonalBackwardTask* task_ = nullptr;
  Strips ahead_;
  float* behind_ = nullptr;
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
