// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_diag_tiles.h"

#include <algorithm>
#include <limits>

#include "core/base/subnormals.h"
#include "core/sequence/diagonal_layout.h"
#include "core/sequence/prefetch.h"
#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/transnormer_diag_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/elementwise-inl.h"
#include "core/sequence/small_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;
constexpr std::size_t kStripRows = 8;  // of weights, which see keys up to their last row's

// A block of tokens, one head after the other: keys and values from the block's first token on, and
// the queries of those tokens that are the call's own. Weights are P, whose row i sees keys up to
// `shift` + i: products are cut into strips of rows, so that little of what is 0 is multiplied.
class DiagBlock {
 public:
  DiagBlock(const Call<float>& call, const DiagRule& rule, std::int64_t batch, std::int64_t index)
      : call_(call),
        rule_(rule),
        window_{call, rule.block},
        batch_(batch),
        first_(window_.first(index)),
        own_(std::max<std::int64_t>(0, first_)),
        count_(sizeOf(window_.end(index) - first_)),
        rows_(sizeOf(window_.end(index) - own_)),
        shift_(sizeOf(own_ - first_)),
        keys_(sizeOf(call.sizes.keys())),
        values_(sizeOf(call.sizes.values())),
        key_stride_(tileStride(keys_)),
        value_stride_(tileStride(values_)),
        stride_(tileStride(count_)),
        query_rows_(work_.tile(rows_, keys_)),
        key_rows_(work_.tile(count_, keys_)),
        keys_across_(work_.tile(keys_, count_)),
        value_rows_(work_.tile(count_, values_)) {}

 protected:
  void enter(std::int64_t head) {
    head_ = head;
    loadTile(call_.inputs[kQuery], batch_, own_, static_cast<std::int64_t>(rows_), head,
             call_.sizes.keys(), query_rows_, static_cast<std::int64_t>(key_stride_));
    scaleAll(query_rows_, rows_ * key_stride_, rule_.scale);
    load(kKey, 0, keys_, key_rows_);
    load(kValue, keys_, values_, value_rows_);
    transpose(key_rows_, count_, keys_, key_stride_, keys_across_, stride_);
  }

  // Calls work(first row, rows, keys that the last of them sees).
  template <class Work>
  HWY_INLINE void forStrips(Work work) const {
    for (std::size_t i = 0; i < rows_; i += kStripRows) {
      const std::size_t rows = std::min(kStripRows, rows_ - i);
      work(i, rows, shift_ + i + rows);
    }
  }

  // P of rows [i, i + rows) without its denominators, whose inverses go to `scales`.
  HWY_INLINE void findWeights(std::size_t i, std::size_t rows, std::size_t seen, float* weights,
                              float* scales) const {
    smallProduct<false>(rows, seen, keys_, query_rows_ + i * key_stride_, signedOf(key_stride_), 1,
                        keys_across_, signedOf(stride_), weights, signedOf(stride_));
    for (std::size_t r = 0; r < rows; ++r) {
      float* row = weights + r * stride_;
      const std::size_t own = shift_ + i + r + 1;
      scales[r] = rule_.softmax ? softmaxRow(row, own) : rectifyRow(row, own);
      std::fill(row + tileStride(own), row + tileStride(seen), 0.0f);
    }
  }

  static std::ptrdiff_t signedOf(std::size_t stride) { return static_cast<std::ptrdiff_t>(stride); }

  const Call<float>& call_;
  const DiagRule& rule_;
  const BlockWindow<float> window_;
  std::int64_t batch_, first_, own_, head_ = 0;
  std::size_t count_, rows_, shift_, keys_, values_, key_stride_, value_stride_, stride_;
  Workspace work_;
  float *query_rows_, *key_rows_, *keys_across_, *value_rows_;

 private:
  using Lane = hn::ScalableTag<float>;

  void load(std::size_t input, std::size_t part, std::size_t width, float* tile) const {
    const std::size_t stride = tileStride(width);
    for (std::size_t j = 0; j < shift_; ++j) {
      const float* held = call_.initial->values.data() +
                          window_.offset(first_ + static_cast<std::int64_t>(j), batch_, head_);
      std::copy_n(held + part, width, tile + j * stride);
    }
    loadTile(call_.inputs[input], batch_, own_, static_cast<std::int64_t>(rows_), head_,
             static_cast<std::int64_t>(width), tile + shift_ * stride,
             static_cast<std::int64_t>(stride));
  }

  // The count is bounded: of a larger one Highway 1.0 takes the lowest byte.
  static HWY_INLINE auto firstOf(std::size_t count) {
    return hn::FirstN(Lane(), std::min(count, hn::Lanes(Lane())));
  }

  // Both write whole tile columns, zeros behind the first `own` numbers.
  static HWY_INLINE float softmaxRow(float* row, std::size_t own) {
    const Lane d;
    const auto lowest = hn::Set(d, std::numeric_limits<float>::lowest());
    auto top = lowest;
    for (std::size_t j = 0; j < own; j += hn::Lanes(d)) {
      const auto score = hn::IfThenElse(firstOf(own - j), hn::Load(d, row + j), lowest);
      hn::Store(score, d, row + j);
      top = hn::Max(top, score);
    }
    const auto log2e = hn::Set(d, kLog2E);
    top = hn::MaxOfLanes(d, top);
    auto sum = hn::Zero(d);
    for (std::size_t j = 0; j < own; j += hn::Lanes(d)) {
      const auto weight = powerOfTwo(d, hn::Mul(hn::Sub(hn::Load(d, row + j), top), log2e));
      hn::Store(weight, d, row + j);
      sum = hn::Add(sum, weight);
    }
    clearTile(row, own);
    return 1 / hn::GetLane(hn::SumOfLanes(d, sum));
  }
  static HWY_INLINE float rectifyRow(float* row, std::size_t own) {
    const Lane d;
    for (std::size_t j = 0; j < own; j += hn::Lanes(d)) {
      const auto score = hn::IfThenElseZero(firstOf(own - j), hn::Load(d, row + j));
      hn::Store(hn::Max(score, hn::Zero(d)), d, row + j);
    }
    clearTile(row, own);
    return 1;
  }
  // The part of a tile's columns that is behind a row's last vector.
  static HWY_INLINE void clearTile(float* row, std::size_t own) {
    const std::size_t lanes = hn::Lanes(Lane());
    std::fill(row + (own + lanes - 1) / lanes * lanes, row + tileStride(own), 0.0f);
  }
};

class DiagForward : DiagBlock {
 public:
  DiagForward(const Call<float>& call, const DiagRule& rule, std::int64_t batch, std::int64_t index)
      : DiagBlock(call, rule, batch, index),
        weights_(work_.tile(kStripRows, count_)),
        outputs_(work_.tile(kStripRows, values_)) {}

  void run() {
    for (std::int64_t head = 0; head < call_.sizes.heads(); ++head) {
      enter(head);
      lookAhead(head + 1);
      forStrips([&](std::size_t i, std::size_t rows, std::size_t seen) {
        findWeights(i, rows, seen, weights_, scales_);
        ahead_.ask(rows_at_once_);
        forProductBlocks(rows, values_, [&](auto fit, std::size_t r, std::size_t j) {
          typename decltype(fit)::Block block;
          block.clear();
          block.multiply(seen, weights_ + r * stride_, signedOf(stride_), 1, value_rows_ + j,
                         signedOf(value_stride_));
          block.scaleRows(scales_ + r);
          block.store(outputs_ + r * value_stride_ + j, signedOf(value_stride_));
          ahead_.ask(rows_at_once_);
        });
        storeTile(call_.output, batch_, own_ + static_cast<std::int64_t>(i),
                  static_cast<std::int64_t>(rows), head_, call_.sizes.values(), outputs_,
                  static_cast<std::int64_t>(value_stride_));
      });
    }
  }

 private:
  // The rows of the next head: each is pages away from the one before it.
  void lookAhead(std::int64_t head) {
    ahead_.clear();
    const std::int64_t end = own_ + static_cast<std::int64_t>(rows_);
    for (std::int64_t t = own_; head < call_.sizes.heads() && t < end; ++t) {
      for (const std::size_t input : {kQuery, kKey, kValue}) {
        const std::int64_t width = input == kValue ? call_.sizes.values() : call_.sizes.keys();
        ahead_.addRow(call_.inputs[input], width, batch_, t, head);
      }
      ahead_.addRow(call_.output, call_.sizes.values(), batch_, t, head);
    }
    const std::size_t strips = (rows_ + kStripRows - 1) / kStripRows;
    const std::size_t times = strips * (1 + value_stride_ / kStrip);
    rows_at_once_ = (ahead_.size() + times - 1) / times;
  }

  float *weights_, *outputs_;
  float scales_[kStripRows] = {};
  PrefetchList ahead_;
  std::size_t rows_at_once_ = 0;
};

// dV = P' dO, dK = dS' Q, dQ = dS K with dS = P * (dP - rowsum(P * dP)) for softmax.
class DiagBackward : DiagBlock {
 public:
  DiagBackward(const BackwardCall<float>& back, const DiagRule& rule, std::int64_t batch,
               std::int64_t index)
      : DiagBlock(back.forward, rule, batch, index),
        back_(back),
        weights_(work_.tile(rows_, count_)),
        slopes_(work_.tile(rows_, count_)),
        above_(work_.tile(rows_, values_)),
        values_across_(work_.tile(values_, count_)),
        by_queries_(work_.tile(kStripRows, keys_)),
        by_keys_(work_.tile(kStripRows, keys_)),
        by_values_(work_.tile(kStripRows, values_)) {}

  void run() {
    for (std::int64_t head = 0; head < call_.sizes.heads(); ++head) {
      enter(head);
      transpose(value_rows_, count_, values_, value_stride_, values_across_, stride_);
      for (std::size_t i = 0; i < rows_; ++i) {
        std::copy_n(back_.output_gradient.row(batch_, own_ + static_cast<std::int64_t>(i), head),
                    values_, above_ + i * value_stride_);
      }
      forStrips([&](std::size_t i, std::size_t rows, std::size_t seen) {
        queryGradients(i, rows, seen);
      });
      for (std::size_t j = 0; j < count_; j += kStripRows) keyGradients(j);
    }
  }

 private:
  void queryGradients(std::size_t i, std::size_t rows, std::size_t seen) {
    float *weights = weights_ + i * stride_, *slopes = slopes_ + i * stride_;
    float scales[kStripRows];
    findWeights(i, rows, seen, weights, scales);
    smallProduct<false>(rows, tileStride(seen), values_, above_ + i * value_stride_,
                        signedOf(value_stride_), 1, values_across_, signedOf(stride_), slopes,
                        signedOf(stride_));
    for (std::size_t r = 0; r < rows; ++r) {
      scaleAll(weights + r * stride_, tileStride(seen), scales[r]);
      slopeRow(weights + r * stride_, slopes + r * stride_, tileStride(seen));
    }
    if (!back_.input_gradients[kQuery]) return;
    smallProduct<false>(rows, keys_, seen, slopes, signedOf(stride_), 1, key_rows_,
                        signedOf(key_stride_), by_queries_, signedOf(key_stride_));
    scaleAll(by_queries_, rows * key_stride_, rule_.scale);
    for (std::size_t r = 0; r < rows; ++r) {
      addRow(by_queries_ + r * key_stride_, keys_,
             rowOf(back_.input_gradients[kQuery], shift_ + i + r));
    }
  }

  // Of the keys and values from j on, which no query before them saw. Queries of a strip see as far
  // as its last one, and have zeros there.
  void keyGradients(std::size_t j) {
    const std::size_t rows = std::min(kStripRows, count_ - j);
    const std::size_t from = j <= shift_ ? 0 : (j - shift_) / kStripRows * kStripRows;
    const auto add = [&](std::size_t input, const float* weights, const float* tile,
                         std::size_t width, float* gradients) {
      const std::size_t stride = tileStride(width);
      smallProduct<false>(rows, width, rows_ - from, weights + from * stride_ + j, 1,
                          signedOf(stride_), tile + from * stride, signedOf(stride), gradients,
                          signedOf(stride));
      for (std::size_t r = 0; r < rows; ++r) {
        float* to = gradientOf(input, j + r);
        if (to != nullptr) addRow(gradients + r * stride, width, to);
      }
    };
    add(kValue, weights_, above_, values_, by_values_);
    add(kKey, slopes_, query_rows_, keys_, by_keys_);
  }

  // From gradients by weights to those by scores, in place.
  void slopeRow(const float* weights, float* slopes, std::size_t width) const {
    const hn::ScalableTag<float> d;
    const auto mean = hn::Set(d, rule_.softmax ? rowDot(weights, slopes, width) : 0.0f);
    for (std::size_t j = 0; j < width; j += hn::Lanes(d)) {
      const auto weight = hn::Load(d, weights + j), slope = hn::Load(d, slopes + j);
      const auto found = rule_.softmax ? hn::Mul(weight, hn::Sub(slope, mean))
                                       : hn::IfThenElseZero(hn::Gt(weight, hn::Zero(d)), slope);
      hn::Store(found, d, slopes + j);
    }
  }

  float* rowOf(const View<float>& to, std::size_t position) const {
    return to ? to.row(batch_, first_ + static_cast<std::int64_t>(position), head_) : nullptr;
  }

  // Where the gradient by the key or value at a position of the block goes; null: not wanted.
  float* gradientOf(std::size_t input, std::size_t position) const {
    if (position >= shift_) return rowOf(back_.input_gradients[input], position);
    if (back_.initial_gradient == nullptr) return nullptr;
    return back_.initial_gradient->values.data() +
           window_.slot(static_cast<std::int64_t>(position), batch_, head_) +
           (input == kValue ? call_.sizes.keys() : 0);
  }

  const BackwardCall<float>& back_;
  float *weights_, *slopes_, *above_, *values_across_;
  float *by_queries_, *by_keys_, *by_values_;
};

void block(const Call<float>& call, const DiagRule& rule, std::int64_t batch, std::int64_t index) {
  const FlushSubnormals flush;
  DiagForward(call, rule, batch, index).run();
}

void blockBackward(const BackwardCall<float>& back, const DiagRule& rule, std::int64_t batch,
                   std::int64_t index) {
  const FlushSubnormals flush;
  DiagBackward(back, rule, batch, index).run();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(block);
HWY_EXPORT(blockBackward);

void diagBlock(const Call<float>& call, const DiagRule& rule, std::int64_t batch,
               std::int64_t index) {
  HWY_DYNAMIC_DISPATCH(block)(call, rule, batch, index);
}

void diagBlockBackward(const BackwardCall<float>& back, const DiagRule& rule, std::int64_t batch,
                       std::int64_t index) {
  HWY_DYNAMIC_DISPATCH(blockBackward)(back, rule, batch, index);
}

}  // namespace lineament::sequence
#endif
