// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_diag_tiles.h"

#include <algorithm>
#include <limits>

#include "core/base/subnormals.h"
#include "core/sequence/diagonal_chunks.h"
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
// Rows of gradients that are made together.
constexpr std::size_t kGroupRows = 8;

// A block of tokens, one head after the other: keys and values from the block's first token on, and
// the queries of those tokens that are the call's own. Weights are P, whose row i sees keys up to
// `shift` + i: what no row of a block of a product sees is left out. What products walk along again
// and again lies in strips, which fit the first-level cache.
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
        value_rows_(work_.tile(count_, values_)),
        weights_(work_.tile(rows_, count_)),
        scales_(work_.numbers(rows_ + kGroupRows).data()),
        keys_across_(stripsOf(keys_, count_)) {}

 protected:
  Strips stripsOf(std::size_t rows, std::size_t columns) {
    return {work_.numbers(Strips::numbers(rows, columns)).data(), rows, columns};
  }

  // Queries and weights of a head.
  void enter(std::int64_t head) {
    head_ = head;
    loadTile(call_.inputs[kQuery], batch_, own_, static_cast<std::int64_t>(rows_), head,
             call_.sizes.keys(), query_rows_, static_cast<std::int64_t>(key_stride_));
    scaleAll(query_rows_, rows_ * key_stride_, rule_.scale);
    turn(rowsOf(kKey, key_rows_), keys_across_);
    lowerProduct(query_rows_, key_stride_, keys_across_, weights_);
    for (std::size_t i = 0; i < rows_; ++i) {
      float* row = weights_ + i * stride_;
      scales_[i] = rule_.softmax ? softmaxRow(row, seenBy(i)) : rectifyRow(row, seenBy(i));
    }
  }

  std::size_t seenBy(std::size_t row) const { return shift_ + row + 1; }
  // Columns of a row that products read: those that the other rows of a block see. Zeros from its
  // own ones on.
  std::size_t readOf(std::size_t row) const {
    return tileStride(std::min(count_, seenBy(row) + kBlockRows - 1));
  }

  // Keys, or values, of the block: where they lie if none is in the state, otherwise a tile.
  RowsAt<const float> rowsOf(std::size_t input, float* tile) const {
    const StoredView& view = call_.inputs[input];
    const std::size_t width = widthOf(input);
    if (view.storage == Storage::f32 && shift_ == 0 && width == tileStride(width)) {
      return {static_cast<const float*>(view.data) + view.offsetOf(batch_, own_, head_),
              view.stride[1]};
    }
    return loadRows(input, tile);
  }
  RowsAt<const float> loadRows(std::size_t input, float* tile) const {
    const std::size_t width = widthOf(input), stride = tileStride(width);
    for (std::size_t j = 0; j < shift_; ++j) {
      const float* held = call_.initial->values.data() +
                          window_.offset(first_ + static_cast<std::int64_t>(j), batch_, head_);
      std::copy_n(held + (input == kValue ? keys_ : 0), width, tile + j * stride);
    }
    loadTile(call_.inputs[input], batch_, own_, static_cast<std::int64_t>(rows_), head_,
             static_cast<std::int64_t>(width), tile + shift_ * stride,
             static_cast<std::int64_t>(stride));
    return {tile, signedOf(stride)};
  }
  std::size_t widthOf(std::size_t input) const { return input == kValue ? values_ : keys_; }

  // The block's rows as columns.
  void turn(const RowsAt<const float>& rows, const Strips& across) const {
    for (std::size_t j = 0; j < count_; j += kStrip) {
      transpose(rows.row(j), std::min(kStrip, count_ - j), across.rows,
                static_cast<std::size_t>(rows.stride), across.at(0, j), kStrip);
    }
  }

  // to = A B as far as rows see columns; A has a row for each query.
  HWY_INLINE void lowerProduct(const float* a, std::size_t a_stride, const Strips& b,
                               float* to) const {
    for (std::size_t s = 0; s < b.count(); ++s) {
      const std::size_t column = s * kStrip, from = firstToSee(column);
      forProductBlocks(rows_ - std::min(from, rows_), b.width(s),
                       [&](auto fit, std::size_t i, std::size_t j) {
                         typename decltype(fit)::Block block;
                         block.clear();
                         block.multiply(b.rows, a + (from + i) * a_stride, signedOf(a_stride), 1,
                                        b.strip(s) + j, kStrip);
                         block.store(to + (from + i) * stride_ + column + j, signedOf(stride_));
                       });
    }
  }
  // A row from which on all columns from `column` on are of interest to somebody.
  std::size_t firstToSee(std::size_t column) const {
    return column < shift_ + kBlockRows ? 0 : column - shift_ - kBlockRows;
  }

  static std::ptrdiff_t signedOf(std::size_t stride) { return static_cast<std::ptrdiff_t>(stride); }

  const Call<float>& call_;
  const DiagRule& rule_;
  const BlockWindow<float> window_;
  std::int64_t batch_, first_, own_, head_ = 0;
  std::size_t count_, rows_, shift_, keys_, values_, key_stride_, value_stride_, stride_;
  Workspace work_;
  float *query_rows_, *key_rows_, *value_rows_;
  float *weights_, *scales_;  // without their denominators; the inverses of those
  Strips keys_across_;

 private:
  using Lane = hn::ScalableTag<float>;

  // The count is bounded: of a larger one Highway 1.0 takes the lowest byte.
  static HWY_INLINE auto firstOf(std::size_t count) {
    return hn::FirstN(Lane(), std::min(count, hn::Lanes(Lane())));
  }

  // From scores to weights: zeros behind the first `own` numbers, as far as products read.
  HWY_INLINE float softmaxRow(float* row, std::size_t own) const {
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
    clearRest(row, own);
    return 1 / hn::GetLane(hn::SumOfLanes(d, sum));
  }
  HWY_INLINE float rectifyRow(float* row, std::size_t own) const {
    const Lane d;
    for (std::size_t j = 0; j < own; j += hn::Lanes(d)) {
      const auto score = hn::IfThenElseZero(firstOf(own - j), hn::Load(d, row + j));
      hn::Store(hn::Max(score, hn::Zero(d)), d, row + j);
    }
    clearRest(row, own);
    return 1;
  }
  // What is behind a row's last vector.
  HWY_INLINE void clearRest(float* row, std::size_t own) const {
    const std::size_t lanes = hn::Lanes(Lane());
    std::fill(row + (own + lanes - 1) / lanes * lanes, row + readOf(own - shift_ - 1), 0.0f);
  }
};

class DiagForward : DiagBlock {
 public:
  DiagForward(const Call<float>& call, const DiagRule& rule, std::int64_t batch, std::int64_t index)
      : DiagBlock(call, rule, batch, index),
        value_strips_(stripsOf(count_, values_)),
        outputs_(work_.tile(rows_, values_)) {}

  void run() {
    for (std::int64_t head = 0; head < call_.sizes.heads(); ++head) {
      enter(head);
      const RowsAt<const float> rows = rowsOf(kValue, value_rows_);
      for (std::size_t j = 0; j < count_; ++j) putRow(rows.row(j), j);
      lookAhead(head + 1);
      const RowsAt<float> outputs = place();
      for (std::size_t s = 0; s < value_strips_.count(); ++s) strip(s, outputs);
      if (outputs.data != outputs_) continue;
      storeTile(call_.output, batch_, own_, static_cast<std::int64_t>(rows_), head_,
                call_.sizes.values(), outputs_, static_cast<std::int64_t>(value_stride_));
    }
  }

 private:
  void putRow(const float* row, std::size_t j) const {
    const hn::ScalableTag<float> d;
    for (std::size_t e = 0; e < value_stride_; e += hn::Lanes(d)) {
      hn::Store(hn::LoadU(d, row + e), d, value_strips_.at(j, e));
    }
  }

  // Where the outputs belong, if they fill whole tile rows there, otherwise a tile.
  RowsAt<float> place() const {
    const StoredTarget& to = call_.output;
    if (to.storage != Storage::f32 || values_ != value_stride_) {
      return {outputs_, signedOf(value_stride_)};
    }
    return {static_cast<float*>(to.data) + to.offsetOf(batch_, own_, head_), to.stride[1]};
  }

  HWY_INLINE void strip(std::size_t s, const RowsAt<float>& outputs) {
    const float* values = value_strips_.strip(s);
    forProductBlocks(rows_, value_strips_.width(s), [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      ahead_.ask();
      block.clear();
      block.multiply(shift_ + i + block.kCount, weights_ + i * stride_, signedOf(stride_), 1,
                     values + j, kStrip);
      block.scaleRows(scales_ + i);
      block.store(outputs.row(i) + s * kStrip + j, outputs.stride);
    });
  }

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
    const std::size_t times = value_strips_.count() * (rows_ / kBlockRows + 1);
    ahead_.spread(times);
  }

  Strips value_strips_;
  float* outputs_;
  PrefetchList ahead_;
};

// dV = P' dO, dK = dS' Q, dQ = dS K with dS = P * (dP - rowsum(P * dP)) for softmax.
class DiagBackward : DiagBlock {
 public:
  DiagBackward(const BackwardCall<float>& back, const DiagRule& rule, std::int64_t batch,
               std::int64_t index)
      : DiagBlock(back.forward, rule, batch, index),
        back_(back),
        slopes_(work_.tile(rows_, count_)),
        above_(work_.tile(rows_, values_)),
        by_queries_(work_.tile(kGroupRows, keys_)),
        by_keys_(work_.tile(kGroupRows, keys_)),
        by_values_(work_.tile(kGroupRows, values_)),
        values_across_(stripsOf(values_, count_)) {}

  void run() {
    for (std::int64_t head = 0; head < call_.sizes.heads(); ++head) {
      enter(head);
      turn(rowsOf(kValue, value_rows_), values_across_);
      for (std::size_t i = 0; i < rows_; ++i) {
        std::copy_n(back_.output_gradient.row(batch_, own_ + static_cast<std::int64_t>(i), head),
                    values_, above_ + i * value_stride_);
      }
      lowerProduct(above_, value_stride_, values_across_, slopes_);
      for (std::size_t i = 0; i < rows_; ++i) {
        scaleAll(weights_ + i * stride_, readOf(i), scales_[i]);
        slopeRow(weights_ + i * stride_, slopes_ + i * stride_, readOf(i));
      }
      const RowsAt<const float> keys = loadRows(kKey, key_rows_);
      for (std::size_t i = 0; i < rows_; i += kGroupRows) queryGradients(i, keys);
      for (std::size_t j = 0; j < count_; j += kGroupRows) keyGradients(j);
    }
  }

 private:
  void queryGradients(std::size_t i, const RowsAt<const float>& keys) {
    if (!back_.input_gradients[kQuery]) return;
    const std::size_t rows = std::min(kGroupRows, rows_ - i);
    smallProduct<false>(rows, keys_, seenBy(i + rows - 1), slopes_ + i * stride_, signedOf(stride_),
                        1, keys.data, keys.stride, by_queries_, signedOf(key_stride_));
    scaleAll(by_queries_, rows * key_stride_, rule_.scale);
    for (std::size_t r = 0; r < rows; ++r) {
      addRow(by_queries_ + r * key_stride_, keys_,
             rowOf(back_.input_gradients[kQuery], shift_ + i + r));
    }
  }

  // Of the keys and values from j on, which no query before them saw. Queries of a strip see as far
  // as its last one, and have zeros there.
  void keyGradients(std::size_t j) {
    const std::size_t rows = std::min(kGroupRows, count_ - j);
    const std::size_t from = j <= shift_ ? 0 : (j - shift_) / kGroupRows * kGroupRows;
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
  float *slopes_, *above_, *by_queries_, *by_keys_, *by_values_;
  Strips values_across_;
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
