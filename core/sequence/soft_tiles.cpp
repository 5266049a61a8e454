// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/soft_tiles.h"

#include <algorithm>
#include <cmath>

#include "core/sequence/landmark_inverse.h"
#include "core/sequence/soft_layout.h"
#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/soft_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/across-inl.h"
#include "core/sequence/elementwise-inl.h"
#include "core/sequence/head_rows-inl.h"
#include "core/sequence/small_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// What the passes of one head share.
class SoftTiles {
 protected:
  using Layout = SoftLayout;
  static constexpr std::size_t kRows = 2 * kTokens;  // tokens at a time

  SoftTiles(const Call<float>& call, const BackwardCall<float>* back, std::int64_t batch,
            std::int64_t head)
      : layout_(call.sizes, *call.options),
        rows_{call, back, batch, head, static_cast<std::int64_t>(kRows)},
        keys_(static_cast<std::size_t>(layout_.keys)),
        values_(static_cast<std::size_t>(layout_.values)),
        landmarks_(static_cast<std::size_t>(layout_.landmarks)),
        key_stride_(static_cast<std::ptrdiff_t>(tileStride(keys_))),
        value_stride_(static_cast<std::ptrdiff_t>(tileStride(values_))),
        landmark_stride_(static_cast<std::ptrdiff_t>(tileStride(landmarks_))),
        queries_(work_.tile(kRows, keys_)),
        value_rows_(work_.tile(kRows, values_)),
        landmark_rows_(work_.tile(landmarks_, keys_)),
        landmarks_across_(work_.tile(keys_, landmarks_)),
        norms_(work_.numbers(tileStride(landmarks_)).data()) {
    for (std::size_t m = 0; m < landmarks_; ++m) {
      float* to = landmark_rows_ + m * size(key_stride_);
      const float* from = call.inputs[Layout::kLandmark].row(to, layout_.keys, batch,
                                                             static_cast<std::int64_t>(m), head);
      if (from != to) std::copy_n(from, keys_, to);
      norms_[m] = rowDot(to, to, size(key_stride_));
    }
    transpose(landmark_rows_, landmarks_, keys_, size(key_stride_), landmarks_across_,
              size(landmark_stride_));
  }

  static std::size_t size(std::ptrdiff_t n) { return static_cast<std::size_t>(n); }

  // Tokens of the tile at `first`.
  std::size_t countAt(std::int64_t first) const {
    return static_cast<std::size_t>(
        std::min<std::int64_t>(static_cast<std::int64_t>(kRows), layout_.tokens - first));
  }
  void loadQueries(std::int64_t first, std::size_t count) {
    rows_.load(Layout::kQuery, first, count, keys_, queries_);
    scaleAll(queries_, count * size(key_stride_), static_cast<float>(layout_.scale));
  }

  // kernel[i, m] = exp(-|row_i - landmark_m|^2 / 2), 0 in the padding.
  void gaussian(const float* rows, std::size_t count, float* kernel) {
    smallProduct<false>(count, landmarks_, keys_, rows, key_stride_, 1, landmarks_across_,
                        landmark_stride_, kernel, landmark_stride_);
    const hn::ScalableTag<float> d;
    for (std::size_t i = 0; i < count; ++i) {
      const float* row = rows + i * size(key_stride_);
      float* out = kernel + i * size(landmark_stride_);
      const auto norm = hn::Set(d, rowDot(row, row, size(key_stride_)));
      for (std::size_t m = 0; m < size(landmark_stride_); m += hn::Lanes(d)) {
        // |a|^2 + |b|^2 - 2 a . b, which rounding may bring under 0
        const auto squares = hn::Add(norm, hn::LoadU(d, norms_ + m));
        const auto distance = hn::MulAdd(hn::LoadU(d, out + m), hn::Set(d, -2.0f), squares);
        const auto half = hn::Mul(hn::Max(distance, hn::Zero(d)), hn::Set(d, -0.5f));
        hn::StoreU(boundedExponential(d, half), d, out + m);
      }
      std::fill(out + landmarks_, out + landmark_stride_, 0.0f);
    }
  }

  LandmarkInverse inverse() const { return {layout_, landmark_rows_, size(key_stride_)}; }

  float* kept() const {
    const std::int64_t head = rows_.batch * layout_.heads + rows_.head;
    return rows_.call.kept.data() + head * layout_.keptPerHead();
  }
  void copyRows(const float* from, std::size_t from_stride, std::size_t rows, std::size_t columns,
                float* to, std::size_t to_stride) const {
    for (std::size_t i = 0; i < rows; ++i) {
      std::copy_n(from + i * from_stride, columns, to + i * to_stride);
    }
  }

  Layout layout_;
  HeadRows rows_;
  Workspace work_;
  std::size_t keys_, values_, landmarks_;
  std::ptrdiff_t key_stride_, value_stride_, landmark_stride_;
  float *queries_, *value_rows_, *landmark_rows_, *landmarks_across_, *norms_;
};

class SoftForward : SoftTiles {
 public:
  SoftForward(const Call<float>& call, std::int64_t batch, std::int64_t head)
      : SoftTiles(call, nullptr, batch, head),
        kernel_(work_.tile(std::max<std::size_t>(1, static_cast<std::size_t>(layout_.tokens)),
                           landmarks_)),
        sums_(work_.tile(landmarks_, values_)),
        mixed_(work_.tile(landmarks_, values_)),
        out_(work_.tile(kRows, values_)) {}

  void run() {
    gather();
    if (!rows_.call.kept.empty()) {
      copyRows(sums_, size(value_stride_), landmarks_, values_, kept(), values_);
    }
    inverse().apply(sums_, mixed_, size(value_stride_));
    for (std::int64_t first = 0; first < layout_.tokens; first += kRows) {
      const std::size_t count = countAt(first);
      rows_.prefetchOutput(first, values_);
      smallProduct<false>(count, values_, landmarks_, kernelAt(first), landmark_stride_, 1, mixed_,
                          value_stride_, out_, value_stride_);
      rows_.store(first, count, values_, out_);
    }
  }

 private:
  float* kernelAt(std::int64_t first) const { return kernel_ + first * landmark_stride_; }

  // K1 and K1' v.
  void gather() {
    for (std::int64_t first = 0; first < layout_.tokens; first += kRows) {
      const std::size_t count = countAt(first);
      loadQueries(first, count);
      rows_.load(Layout::kValue, first, count, values_, value_rows_);
      gaussian(queries_, count, kernelAt(first));
      smallProduct<true>(landmarks_, values_, count, kernelAt(first), 1, landmark_stride_,
                         value_rows_, value_stride_, sums_, value_stride_);
    }
  }

  float *kernel_, *sums_, *mixed_, *out_;
};

// With T = K1' v, U = W T and o = K1 U: dU = K1' dO, dT = W' dU, dW = dU T',
// dK1 = dO U' + v dT', dv = K1 dT.
class SoftBackward : SoftTiles {
 public:
  SoftBackward(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head)
      : SoftTiles(back.forward, &back, batch, head),
        kernel_(work_.tile(std::max<std::size_t>(1, static_cast<std::size_t>(layout_.tokens)),
                           landmarks_)),
        sums_(work_.tile(landmarks_, values_)),
        mixed_above_(work_.tile(landmarks_, values_)),
        sums_above_(work_.tile(landmarks_, values_)),
        across_(work_.tile(values_, landmarks_)),
        other_across_(work_.tile(values_, landmarks_)),
        above_(work_.tile(kRows, values_)),
        slopes_(work_.tile(kRows, landmarks_)),
        query_gradient_(work_.tile(kRows, keys_)),
        value_gradient_(work_.tile(kRows, values_)),
        landmark_gradient_(work_.tile(landmarks_, keys_)),
        columns_(work_.numbers(tileStride(landmarks_)).data()) {}

  void run() {
    copyRows(kept(), values_, landmarks_, values_, sums_, size(value_stride_));
    const LandmarkInverse inverse = this->inverse();
    gatherAbove();
    inverse.apply(mixed_above_, sums_above_, size(value_stride_));
    pullTokens(inverse);
    inverse.pull(mixed_above_, sums_, size(value_stride_), landmark_gradient_, size(key_stride_));
    const View<float>& to = rows_.back->input_gradients[Layout::kLandmark];
    for (std::size_t m = 0; to && m < landmarks_; ++m) {
      float* row = to.row(rows_.batch, static_cast<std::int64_t>(m), rows_.head);
      const float* from = landmark_gradient_ + m * size(key_stride_);
      for (std::size_t d = 0; d < keys_; ++d) row[d] += from[d];
    }
  }

 private:
  void loadOutputGradient(std::int64_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(rows_.back->output_gradient.row(rows_.batch, first + static_cast<std::int64_t>(i),
                                                  rows_.head),
                  values_, above_ + i * size(value_stride_));
    }
  }
  float* kernelAt(std::int64_t first) const { return kernel_ + first * landmark_stride_; }

  // K1 once more, and dU.
  void gatherAbove() {
    for (std::int64_t first = 0; first < layout_.tokens; first += kRows) {
      const std::size_t count = countAt(first);
      loadQueries(first, count);
      loadOutputGradient(first, count);
      gaussian(queries_, count, kernelAt(first));
      smallProduct<true>(landmarks_, values_, count, kernelAt(first), 1, landmark_stride_, above_,
                         value_stride_, mixed_above_, value_stride_);
    }
  }

  // The gradients by queries and values, and by landmarks as far as they come from K1.
  void pullTokens(const LandmarkInverse& inverse) {
    float* mixed = work_.tile(landmarks_, values_);
    inverse.apply(sums_, mixed, size(value_stride_));
    transpose(mixed, landmarks_, values_, size(value_stride_), across_, size(landmark_stride_));
    transpose(sums_above_, landmarks_, values_, size(value_stride_), other_across_,
              size(landmark_stride_));
    for (std::int64_t first = 0; first < layout_.tokens; first += kRows) {
      const std::size_t count = countAt(first);
      loadQueries(first, count);
      loadOutputGradient(first, count);
      rows_.load(Layout::kValue, first, count, values_, value_rows_);
      smallProduct<false>(count, landmarks_, values_, above_, value_stride_, 1, across_,
                          landmark_stride_, slopes_, landmark_stride_);
      smallProduct<true>(count, landmarks_, values_, value_rows_, value_stride_, 1, other_across_,
                         landmark_stride_, slopes_, landmark_stride_);
      smallProduct<false>(count, values_, landmarks_, kernelAt(first), landmark_stride_, 1,
                          sums_above_, value_stride_, value_gradient_, value_stride_);
      rows_.add(Layout::kValue, first, count, values_, value_gradient_);
      pullGaussian(queries_, count, kernelAt(first), query_gradient_);
      scaleAll(query_gradient_, count * size(key_stride_), static_cast<float>(layout_.scale));
      rows_.add(Layout::kQuery, first, count, keys_, query_gradient_);
    }
  }

  // From slopes_ by a kernel: gradient[i] = sum_m g_im (l_m - x_i), and the opposite added to the
  // landmarks', with g = slopes * kernel.
  void pullGaussian(const float* rows, std::size_t count, const float* kernel, float* gradient) {
    const hn::ScalableTag<float> d;
    std::fill_n(columns_, size(landmark_stride_), 0.0f);
    weighSlopes(count, kernel);
    smallProduct<false>(count, keys_, landmarks_, slopes_, landmark_stride_, 1, landmark_rows_,
                        key_stride_, gradient, key_stride_);
    for (std::size_t i = 0; i < count; ++i) {
      float* row = gradient + i * size(key_stride_);
      const float* x = rows + i * size(key_stride_);
      const auto sum = hn::Set(d, row_sums_[i]);
      for (std::size_t k = 0; k < size(key_stride_); k += hn::Lanes(d)) {
        hn::StoreU(hn::NegMulAdd(sum, hn::LoadU(d, x + k), hn::LoadU(d, row + k)), d, row + k);
      }
    }
    smallProduct<true>(landmarks_, keys_, count, slopes_, 1, landmark_stride_, rows, key_stride_,
                       landmark_gradient_, key_stride_);
    for (std::size_t m = 0; m < landmarks_; ++m) {
      const auto sum = hn::Set(d, columns_[m]);
      float* row = landmark_gradient_ + m * size(key_stride_);
      const float* landmark = landmark_rows_ + m * size(key_stride_);
      for (std::size_t k = 0; k < size(key_stride_); k += hn::Lanes(d)) {
        hn::StoreU(hn::NegMulAdd(sum, hn::LoadU(d, landmark + k), hn::LoadU(d, row + k)), d,
                   row + k);
      }
    }
  }

  // slopes_ *= kernel, with sums over rows and columns.
  void weighSlopes(std::size_t count, const float* kernel) {
    const hn::ScalableTag<float> d;
    for (std::size_t i = 0; i < count; ++i) {
      float* slopes = slopes_ + i * size(landmark_stride_);
      const float* row = kernel + i * size(landmark_stride_);
      auto sum = hn::Zero(d);
      for (std::size_t m = 0; m < size(landmark_stride_); m += hn::Lanes(d)) {
        const auto g = hn::Mul(hn::LoadU(d, slopes + m), hn::LoadU(d, row + m));
        hn::StoreU(g, d, slopes + m);
        hn::StoreU(hn::Add(g, hn::LoadU(d, columns_ + m)), d, columns_ + m);
        sum = hn::Add(sum, g);
      }
      row_sums_[i] = hn::GetLane(hn::SumOfLanes(d, sum));
    }
  }

  float *kernel_, *sums_, *mixed_above_, *sums_above_, *across_, *other_across_, *above_, *slopes_,
      *query_gradient_, *value_gradient_, *landmark_gradient_, *columns_;
  float row_sums_[kRows];
};

void softForward(const Call<float>& call, std::int64_t batch, std::int64_t head) {
  SoftForward(call, batch, head).run();
}

void softBackward(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head) {
  SoftBackward(back, batch, head).run();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(softForward);
HWY_EXPORT(softBackward);

void softForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(softForward)(call, batch, head);
}

void softBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(softBackward)(back, batch, head);
}

}  // namespace lineament::sequence
#endif
