// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/arflow_hybrid_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/sequence/arflow_hybrid_layout.h"
#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/arflow_hybrid_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/across-inl.h"
#include "core/sequence/elementwise-inl.h"
#include "core/sequence/head_rows-inl.h"
#include "core/sequence/small_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// One head, image after image. Scores of kTokens queries against a whole image at a time.
class ArflowTiles {
 protected:
  using Layout = ArflowLayout;

  ArflowTiles(const Call<float>& call, const BackwardCall<float>* back, std::int64_t batch,
              std::int64_t head)
      : layout_(call.sizes, *call.options),
        rows_{call, back, batch, head, kTokensSigned},
        keys_(static_cast<std::size_t>(layout_.keys)),
        values_(static_cast<std::size_t>(layout_.values)),
        chunk_(static_cast<std::size_t>(
            std::min(layout_.chunk, std::max<std::int64_t>(1, layout_.tokens)))),
        key_stride_(static_cast<std::ptrdiff_t>(tileStride(keys_))),
        value_stride_(static_cast<std::ptrdiff_t>(tileStride(values_))),
        chunk_stride_(static_cast<std::ptrdiff_t>(tileStride(chunk_))),
        queries_(work_.tile(kTokens, keys_)),
        key_rows_(work_.tile(chunk_, keys_)),
        keys_across_(work_.tile(keys_, chunk_)),
        value_rows_(work_.tile(chunk_, values_)),
        weights_(work_.tile(kTokens, chunk_)),
        state_(work_.tile(keys_, values_)),
        gates_(work_.numbers(chunk_).data()),
        shares_(work_.numbers(chunk_).data()) {}

  static std::size_t size(std::ptrdiff_t n) { return static_cast<std::size_t>(n); }

  // Keys, which are scaled, values and gates of an image.
  void loadChunk(std::int64_t c) {
    first_ = layout_.first(c);
    count_ = size(layout_.count(c));
    rows_.load(Layout::kKey, first_, count_, keys_, key_rows_);
    scaleAll(key_rows_, count_ * size(key_stride_), static_cast<float>(layout_.scale));
    rows_.load(Layout::kValue, first_, count_, values_, value_rows_);
    transposeTile(key_rows_, count_, keys_, size(key_stride_), keys_across_, size(chunk_stride_));
    double sum = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      gates_[i] = rows_.call.inputs[Layout::kGate].at(
          rows_.batch, first_ + static_cast<std::int64_t>(i), rows_.head);
      sum += static_cast<double>(gates_[i]);
      shares_[i] = static_cast<float>(std::exp(sum));
    }
    decay_ = static_cast<float>(std::exp(sum / static_cast<double>(count_)));
  }

  std::size_t loadQueries(std::size_t from) {
    const std::size_t rows = std::min(kTokens, count_ - from);
    rows_.load(Layout::kQuery, first_ + static_cast<std::int64_t>(from), rows, keys_, queries_);
    return rows;
  }

  // weights = exp(scores - their largest); sums[i] of each row.
  void weigh(std::size_t rows, float* sums) {
    smallProduct<false>(rows, count_, keys_, queries_, key_stride_, 1, keys_across_, chunk_stride_,
                        weights_, chunk_stride_);
    for (std::size_t i = 0; i < rows; ++i) {
      float* row = weights_ + i * size(chunk_stride_);
      std::fill(row + count_, row + chunk_stride_, std::numeric_limits<float>::lowest());
      sums[i] = exponentials(row, size(chunk_stride_), largest(row, size(chunk_stride_)));
    }
  }

  // Queries times what the image's gates leave of the state at each of them.
  void shareQueries(std::size_t from, std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      scaleAll(queries_ + i * size(key_stride_), size(key_stride_), shares_[from + i]);
    }
  }

  float* keptState(std::int64_t c) const {
    const std::int64_t head = rows_.batch * layout_.heads + rows_.head;
    return rows_.call.kept.data() + (head * layout_.chunks + c) * layout_.keys * layout_.values;
  }
  void unpack(const float* dense, float* tile) const {
    for (std::size_t d = 0; d < keys_; ++d) {
      std::copy_n(dense + d * values_, values_, tile + d * size(value_stride_));
    }
  }
  void pack(const float* tile, float* dense) const {
    for (std::size_t d = 0; d < keys_; ++d) {
      std::copy_n(tile + d * size(value_stride_), values_, dense + d * values_);
    }
  }

  Layout layout_;
  HeadRows rows_;
  Workspace work_;
  std::size_t keys_, values_, chunk_;
  std::ptrdiff_t key_stride_, value_stride_, chunk_stride_;
  float *queries_, *key_rows_, *keys_across_, *value_rows_, *weights_, *state_, *gates_, *shares_;
  std::int64_t first_ = 0;
  std::size_t count_ = 0;
  float decay_ = 0;
};

class ArflowForward : ArflowTiles {
 public:
  ArflowForward(const Call<float>& call, State<float>* made, std::int64_t batch, std::int64_t head)
      : ArflowTiles(call, nullptr, batch, head), made_(made), out_(work_.tile(kTokens, values_)) {}

  void run() {
    const std::int64_t offset = layout_.stateOffset(rows_.batch, rows_.head);
    if (rows_.call.initial) unpack(rows_.call.initial->values.data() + offset, state_);
    for (std::int64_t c = 0; c < layout_.chunks; ++c) {
      if (!rows_.call.kept.empty()) pack(state_, keptState(c));
      loadChunk(c);
      for (std::size_t from = 0; from < count_; from += kTokens) queriesFrom(from);
      scaleAll(state_, keys_ * size(value_stride_), decay_);
      smallProduct<true>(keys_, values_, count_, key_rows_, 1, key_stride_, value_rows_,
                         value_stride_, state_, value_stride_);
    }
    if (made_) pack(state_, made_->values.data() + offset);
  }

 private:
  void queriesFrom(std::size_t from) {
    const std::size_t rows = loadQueries(from);
    const std::int64_t first = first_ + static_cast<std::int64_t>(from);
    rows_.prefetchOutput(first, values_);
    float sums[kTokens];
    weigh(rows, sums);
    smallProduct<false>(rows, values_, count_, weights_, chunk_stride_, 1, value_rows_,
                        value_stride_, out_, value_stride_);
    for (std::size_t i = 0; i < rows; ++i) {
      scaleAll(out_ + i * size(value_stride_), size(value_stride_), 1 / sums[i]);
    }
    shareQueries(from, rows);
    smallProduct<true>(rows, values_, keys_, queries_, key_stride_, 1, state_, value_stride_, out_,
                       value_stride_);
    rows_.store(first, rows, values_, out_);
  }

  State<float>* made_;
  float* out_;
};

class ArflowBackward : ArflowTiles {
 public:
  ArflowBackward(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head)
      : ArflowTiles(back.forward, &back, batch, head),
        back_(back),
        values_across_(work_.tile(values_, chunk_)),
        state_across_(work_.tile(values_, keys_)),
        state_gradient_(work_.tile(keys_, values_)),
        gradient_across_(work_.tile(values_, keys_)),
        above_(work_.tile(kTokens, values_)),
        slopes_(work_.tile(kTokens, chunk_)),
        query_gradient_(work_.tile(kTokens, keys_)),
        cross_gradient_(work_.tile(kTokens, keys_)),
        key_gradient_(work_.tile(chunk_, keys_)),
        value_gradient_(work_.tile(chunk_, values_)),
        share_slopes_(work_.numbers(chunk_).data()) {}

  void run() {
    const std::int64_t offset = layout_.stateOffset(rows_.batch, rows_.head);
    if (back_.final_gradient) {
      unpack(back_.final_gradient->values.data() + offset, state_gradient_);
    }
    for (std::int64_t c = layout_.chunks; c-- > 0;) chunk(c);
    if (back_.initial_gradient) {
      pack(state_gradient_, back_.initial_gradient->values.data() + offset);
    }
  }

 private:
  void chunk(std::int64_t c) {
    loadChunk(c);
    transposeTile(value_rows_, count_, values_, size(value_stride_), values_across_,
                  size(chunk_stride_));
    unpack(keptState(c), state_);
    transposeTile(state_, keys_, values_, size(value_stride_), state_across_, size(key_stride_));
    transposeTile(state_gradient_, keys_, values_, size(value_stride_), gradient_across_,
                  size(key_stride_));
    // What was written into the state: dK = V dS', dV = K dS.
    smallProduct<false>(count_, keys_, values_, value_rows_, value_stride_, 1, gradient_across_,
                        key_stride_, key_gradient_, key_stride_);
    smallProduct<false>(count_, values_, keys_, key_rows_, key_stride_, 1, state_gradient_,
                        value_stride_, value_gradient_, value_stride_);
    double decay_slope = 0;
    for (std::size_t d = 0; d < keys_; ++d) {
      decay_slope += static_cast<double>(rowDot(state_ + d * size(value_stride_),
                                                state_gradient_ + d * size(value_stride_),
                                                size(value_stride_)));
    }
    scaleAll(state_gradient_, keys_ * size(value_stride_), decay_);
    for (std::size_t from = 0; from < count_; from += kTokens) queriesFrom(from);
    scaleAll(key_gradient_, count_ * size(key_stride_), static_cast<float>(layout_.scale));
    rows_.add(Layout::kKey, first_, count_, keys_, key_gradient_);
    rows_.add(Layout::kValue, first_, count_, values_, value_gradient_);
    addGates(static_cast<double>(decay_) * decay_slope / static_cast<double>(count_));
  }

  // A token's gate is in the share of every later token of the image, and in its decay.
  void addGates(double later) {
    const View<float>& to = back_.input_gradients[Layout::kGate];
    for (std::size_t i = count_; to && i-- > 0;) {
      later += static_cast<double>(share_slopes_[i]);
      to(rows_.batch, first_ + static_cast<std::int64_t>(i), rows_.head) +=
          static_cast<float>(later);
    }
  }

  void queriesFrom(std::size_t from) {
    const std::size_t rows = loadQueries(from);
    const std::int64_t first = first_ + static_cast<std::int64_t>(from);
    for (std::size_t i = 0; i < rows; ++i) {
      std::copy_n(
          back_.output_gradient.row(rows_.batch, first + static_cast<std::int64_t>(i), rows_.head),
          values_, above_ + i * size(value_stride_));
    }
    softmaxSlopes(rows);
    // dV += P' dO, dK += dS' Q, dQ = dS K
    smallProduct<true>(count_, values_, rows, weights_, 1, chunk_stride_, above_, value_stride_,
                       value_gradient_, value_stride_);
    smallProduct<true>(count_, keys_, rows, slopes_, 1, chunk_stride_, queries_, key_stride_,
                       key_gradient_, key_stride_);
    smallProduct<false>(rows, keys_, count_, slopes_, chunk_stride_, 1, key_rows_, key_stride_,
                        query_gradient_, key_stride_);
    // Across images: dQ += share dO S', d log share = Q . that, dS += (share Q)' dO
    smallProduct<false>(rows, keys_, values_, above_, value_stride_, 1, state_across_, key_stride_,
                        cross_gradient_, key_stride_);
    for (std::size_t i = 0; i < rows; ++i) {
      const float* query = queries_ + i * size(key_stride_);
      float* cross = cross_gradient_ + i * size(key_stride_);
      float* gradient = query_gradient_ + i * size(key_stride_);
      scaleAll(cross, size(key_stride_), shares_[from + i]);
      share_slopes_[from + i] = rowDot(query, cross, size(key_stride_));
      for (std::size_t d = 0; d < size(key_stride_); ++d) gradient[d] += cross[d];
    }
    shareQueries(from, rows);
    smallProduct<true>(keys_, values_, rows, queries_, 1, key_stride_, above_, value_stride_,
                       state_gradient_, value_stride_);
    rows_.add(Layout::kQuery, first, rows, keys_, query_gradient_);
  }

  // weights = P, slopes = P * (dO V' - rowsum(P * dO V')).
  void softmaxSlopes(std::size_t rows) {
    float sums[kTokens];
    weigh(rows, sums);
    smallProduct<false>(rows, count_, values_, above_, value_stride_, 1, values_across_,
                        chunk_stride_, slopes_, chunk_stride_);
    const hn::ScalableTag<float> d;
    for (std::size_t i = 0; i < rows; ++i) {
      float* weights = weights_ + i * size(chunk_stride_);
      float* slopes = slopes_ + i * size(chunk_stride_);
      std::fill(slopes + count_, slopes + chunk_stride_, 0.0f);
      scaleAll(weights, size(chunk_stride_), 1 / sums[i]);
      const auto mean = hn::Set(d, rowDot(weights, slopes, size(chunk_stride_)));
      for (std::size_t j = 0; j < size(chunk_stride_); j += hn::Lanes(d)) {
        const auto centred = hn::Sub(hn::LoadU(d, slopes + j), mean);
        hn::StoreU(hn::Mul(hn::LoadU(d, weights + j), centred), d, slopes + j);
      }
    }
  }

  const BackwardCall<float>& back_;
  float *values_across_, *state_across_, *state_gradient_, *gradient_across_, *above_, *slopes_,
      *query_gradient_, *cross_gradient_, *key_gradient_, *value_gradient_, *share_slopes_;
};

void arflowForward(const Call<float>& call, std::int64_t batch, std::int64_t head,
                   State<float>* made) {
  ArflowForward(call, made, batch, head).run();
}

void arflowBackward(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head) {
  ArflowBackward(back, batch, head).run();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(arflowForward);
HWY_EXPORT(arflowBackward);

void arflowForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head,
                       State<float>* made) {
  HWY_DYNAMIC_DISPATCH(arflowForward)(call, batch, head, made);
}

void arflowBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(arflowBackward)(back, batch, head);
}

}  // namespace lineament::sequence
#endif
