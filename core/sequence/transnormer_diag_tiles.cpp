// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_diag_tiles.h"

#include <algorithm>
#include <limits>

#include "core/sequence/diagonal_layout.h"
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

// One head's block: its keys and values from the block's first token on, and the queries of those
// tokens that are the call's own. Weights are P, whose row i sees keys up to `shift` + i.
class DiagBlock {
 public:
  DiagBlock(const Call<float>& call, const DiagRule& rule, std::int64_t batch, std::int64_t head,
            std::int64_t index)
      : call_(call),
        rule_(rule),
        window_{call, rule.block},
        batch_(batch),
        head_(head),
        first_(window_.first(index)),
        own_(std::max<std::int64_t>(0, first_)),
        count_(sizeOf(window_.end(index) - first_)),
        rows_(sizeOf(window_.end(index) - own_)),
        shift_(sizeOf(own_ - first_)),
        keys_(sizeOf(call.sizes.keys())),
        values_(sizeOf(call.sizes.values())),
        key_stride_(tileStride(keys_)),
        value_stride_(tileStride(values_)),
        stride_(tileStride(count_ + 3)),
        query_rows_(work_.tile(rows_ + 3, keys_)),
        key_rows_(work_.tile(count_ + 3, keys_)),
        value_rows_(work_.tile(count_ + 3, values_)),
        weights_(work_.tile(rows_ + 3, count_ + 3)) {
    loadTile(call.inputs[kQuery], batch, own_, static_cast<std::int64_t>(rows_), head,
             call.sizes.keys(), query_rows_, static_cast<std::int64_t>(key_stride_));
    scaleAll(query_rows_, rows_ * key_stride_, rule.scale);
    load(kKey, 0, keys_, key_rows_);
    load(kValue, keys_, values_, value_rows_);
    findWeights();
  }

  void store() {
    float* outputs = work_.tile(rows_, values_);
    forProductBlocks(rows_, values_, [&](auto fit, std::size_t i, std::size_t j) {
      typename decltype(fit)::Block block;
      block.clear();
      block.multiply(std::min(shift_ + i + block.kCount, count_), weights_ + i * stride_,
                     static_cast<std::ptrdiff_t>(stride_), 1, value_rows_ + j,
                     static_cast<std::ptrdiff_t>(value_stride_));
      block.store(outputs + i * value_stride_ + j, static_cast<std::ptrdiff_t>(value_stride_));
    });
    storeTile(call_.output, batch_, own_, static_cast<std::int64_t>(rows_), head_,
              call_.sizes.values(), outputs, static_cast<std::int64_t>(value_stride_));
  }

  // dV = P' dO, dK = dS' Q, dQ = dS K with dS = P * (dP - rowsum(P * dP)) for softmax.
  void addGradients(const BackwardCall<float>& back) {
    float* above = work_.tile(rows_ + 3, values_);
    float* slopes = work_.tile(rows_ + 3, count_ + 3);
    for (std::size_t i = 0; i < rows_; ++i) {
      std::copy_n(back.output_gradient.row(batch_, own_ + static_cast<std::int64_t>(i), head_),
                  values_, above + i * value_stride_);
    }
    rowProducts<false>(rows_, count_, value_stride_, above, value_stride_, value_rows_,
                       value_stride_, slopes, stride_);
    for (std::size_t i = 0; i < rows_; ++i) slopeRow(weights_ + i * stride_, slopes + i * stride_);
    float* key_gradients = work_.tile(count_, keys_);
    float* value_gradients = work_.tile(count_, values_);
    const auto key_stride = static_cast<std::ptrdiff_t>(key_stride_);
    const auto value_stride = static_cast<std::ptrdiff_t>(value_stride_);
    const auto stride = static_cast<std::ptrdiff_t>(stride_);
    smallProduct<false>(count_, values_, rows_, weights_, 1, stride, above, value_stride,
                        value_gradients, value_stride);
    smallProduct<false>(count_, keys_, rows_, slopes, 1, stride, query_rows_, key_stride,
                        key_gradients, key_stride);
    smallProduct<false>(rows_, keys_, count_, slopes, stride, 1, key_rows_, key_stride, query_rows_,
                        key_stride);
    scaleAll(query_rows_, rows_ * key_stride_, rule_.scale);
    for (std::size_t i = 0; i < rows_; ++i) {
      addTo(rowOf(back.input_gradients[kQuery], shift_ + i), query_rows_ + i * key_stride_, keys_);
    }
    for (std::size_t j = 0; j < count_; ++j) {
      addTo(gradientOf(back, kKey, j), key_gradients + j * key_stride_, keys_);
      addTo(gradientOf(back, kValue, j), value_gradients + j * value_stride_, values_);
    }
  }

 private:
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

  void findWeights() {
    rowProducts<false>(rows_, count_, key_stride_, query_rows_, key_stride_, key_rows_, key_stride_,
                       weights_, stride_);
    for (std::size_t i = 0; i < rows_; ++i) {
      float* row = weights_ + i * stride_;
      const std::size_t seen = shift_ + i + 1;
      if (rule_.softmax) {
        std::fill(row + seen, row + stride_, std::numeric_limits<float>::lowest());
        const float sum = exponentials(row, stride_, largest(row, stride_));
        scaleAll(row, stride_, 1 / sum);
      } else {
        std::fill(row + seen, row + stride_, 0.0f);
        for (std::size_t j = 0; j < seen; ++j) row[j] = std::max(row[j], 0.0f);
      }
    }
  }

  // From gradients by weights to those by scores, in place.
  void slopeRow(const float* weights, float* slopes) const {
    const hn::ScalableTag<float> d;
    auto sum = hn::Zero(d);
    for (std::size_t j = 0; rule_.softmax && j < stride_; j += hn::Lanes(d)) {
      sum = hn::MulAdd(hn::Load(d, weights + j), hn::Load(d, slopes + j), sum);
    }
    const auto mean = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, sum)));
    for (std::size_t j = 0; j < stride_; j += hn::Lanes(d)) {
      const auto weight = hn::Load(d, weights + j), slope = hn::Load(d, slopes + j);
      const auto found = rule_.softmax ? hn::Mul(weight, hn::Sub(slope, mean))
                                       : hn::IfThenElseZero(hn::Gt(weight, hn::Zero(d)), slope);
      hn::Store(found, d, slopes + j);
    }
  }

  float* rowOf(const View<float>& to, std::size_t position) const {
    return to ? to.row(batch_, first_ + static_cast<std::int64_t>(position), head_) : nullptr;
  }

  // Where the gradient by the key or value at a position of the block goes.
  float* gradientOf(const BackwardCall<float>& back, std::size_t input,
                    std::size_t position) const {
    if (position >= shift_) return rowOf(back.input_gradients[input], position);
    if (back.initial_gradient == nullptr) return nullptr;
    return back.initial_gradient->values.data() +
           window_.slot(static_cast<std::int64_t>(position), batch_, head_) +
           (input == kValue ? call_.sizes.keys() : 0);
  }

  // What is not wanted has no place to go.
  static void addTo(float* to, const float* from, std::size_t width) {
    if (to != nullptr) addRow(from, width, to);
  }

  const Call<float>& call_;
  const DiagRule& rule_;
  const BlockWindow<float> window_;
  std::int64_t batch_, head_, first_, own_;
  std::size_t count_, rows_, shift_, keys_, values_, key_stride_, value_stride_, stride_;
  Workspace work_;
  float *query_rows_, *key_rows_, *value_rows_, *weights_;
};

void block(const Call<float>& call, const DiagRule& rule, std::int64_t batch, std::int64_t head,
           std::int64_t index) {
  DiagBlock(call, rule, batch, head, index).store();
}

void blockBackward(const BackwardCall<float>& back, const DiagRule& rule, std::int64_t batch,
                   std::int64_t head, std::int64_t index) {
  DiagBlock(back.forward, rule, batch, head, index).addGradients(back);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(block);
HWY_EXPORT(blockBackward);

void diagBlock(const Call<float>& call, const DiagRule& rule, std::int64_t batch, std::int64_t head,
               std::int64_t index) {
  HWY_DYNAMIC_DISPATCH(block)(call, rule, batch, head, index);
}

void diagBlockBackward(const BackwardCall<float>& back, const DiagRule& rule, std::int64_t batch,
                       std::int64_t head, std::int64_t index) {
  HWY_DYNAMIC_DISPATCH(blockBackward)(back, rule, batch, head, index);
}

}  // namespace lineament::sequence
#endif
