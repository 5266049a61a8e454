// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_norm_tiles.h"

#include <algorithm>
#include <cmath>

#include "core/base/subnormals.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/transnormer_norm_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/tail-inl.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::ScalableTag<float>;

// The sum of function(vector at i) over a row that may end in part of a vector, which `load(i,
// count)` has zeros behind. Two sums, so that they do not wait for each other.
template <class Load>
HWY_INLINE hn::Vec<Lane> sumOfRow(std::size_t width, Load load) {
  const Lane d;
  const std::size_t lanes = hn::Lanes(d);
  auto even = hn::Zero(d), odd = even;
  std::size_t i = 0;
  for (; i + 2 * lanes <= width; i += 2 * lanes) {
    even = load(i, lanes, even);
    odd = load(i + lanes, lanes, odd);
  }
  for (; i < width; i += lanes) even = load(i, std::min(lanes, width - i), even);
  return hn::Add(even, odd);
}

HWY_INLINE hn::Vec<Lane> squares(const float* row, std::size_t width) {
  const Lane d;
  return sumOfRow(width, [&](std::size_t i, std::size_t count, hn::Vec<Lane> sum) {
    const auto x = loadFirst(d, count, row + i);
    return hn::MulAdd(x, x, sum);
  });
}

HWY_INLINE hn::Vec<Lane> products(const float* a, const float* b, std::size_t width) {
  const Lane d;
  return sumOfRow(width, [&](std::size_t i, std::size_t count, hn::Vec<Lane> sum) {
    return hn::MulAdd(loadFirst(d, count, a + i), loadFirst(d, count, b + i), sum);
  });
}

HWY_INLINE void scaleRow(const float* from, std::size_t width, float factor, float* to) {
  const Lane d;
  const auto factors = hn::Set(d, factor);
  for (std::size_t i = 0; i < width; i += hn::Lanes(d)) {
    const std::size_t count = std::min(hn::Lanes(d), width - i);
    storeFirst(hn::Mul(loadFirst(d, count, from + i), factors), d, count, to + i);
  }
}

// A token's outputs, head by head: the caller's own where they are single precision, otherwise
// widened and narrowed again.
class TokenRows {
 public:
  TokenRows(const Call<float>& call, Workspace& work)
      : to_(call.output),
        from_{to_.data, to_.storage, to_.stride},
        heads_(call.sizes.heads()),
        values_(call.sizes.values()),
        buffer_(work.tile(static_cast<std::size_t>(heads_), static_cast<std::size_t>(values_))) {}

  void divide(std::int64_t batch, std::int64_t token, float* norm_to) const {
    const Lane d;
    const auto width = static_cast<std::size_t>(values_);
    auto sum = hn::Zero(d);
    for (std::int64_t h = 0; h < heads_; ++h) {
      sum = hn::Add(sum, squares(row(batch, token, h), width));
    }
    const double total = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
    const double mean = (std::isfinite(total) ? total : wideSquares(batch, token)) /
                        static_cast<double>(heads_ * values_);
    const double norm = std::sqrt(mean) + static_cast<double>(kTransNormerEps);
    if (norm_to) *norm_to = static_cast<float>(norm);
    for (std::int64_t h = 0; h < heads_; ++h) {
      float* place = own(batch, token, h);
      scaleRow(place, width, static_cast<float>(1 / norm), place);
      if (to_.storage != Storage::f32) to_.store(place, values_, batch, token, h);
    }
  }

 private:
  float* own(std::int64_t batch, std::int64_t token, std::int64_t head) const {
    if (to_.storage == Storage::f32) {
      return static_cast<float*>(to_.data) + to_.offsetOf(batch, token, head);
    }
    return buffer_ + static_cast<std::size_t>(head) * tileStride(static_cast<std::size_t>(values_));
  }
  const float* row(std::int64_t batch, std::int64_t token, std::int64_t head) const {
    return from_.row(own(batch, token, head), values_, batch, token, head);
  }
  // Where squares pass the range of single precision.
  double wideSquares(std::int64_t batch, std::int64_t token) const {
    double sum = 0;
    for (std::int64_t h = 0; h < heads_; ++h) {
      const float* numbers = own(batch, token, h);
      for (std::int64_t e = 0; e < values_; ++e) {
        sum += static_cast<double>(numbers[e]) * static_cast<double>(numbers[e]);
      }
    }
    return sum;
  }

  const StoredTarget& to_;
  const StoredView from_;
  std::int64_t heads_, values_;
  float* buffer_;
};

void divideTokens(const Call<float>& call, std::int64_t begin, std::int64_t end, float* norms) {
  const FlushSubnormals flush;
  Workspace work;
  const TokenRows rows(call, work);
  const std::int64_t tokens = call.sizes.tokens();
  for (std::int64_t i = begin; i < end; ++i) {
    rows.divide(i / tokens, i % tokens, norms ? norms + i : nullptr);
  }
}

// With N = heads value: du = do / r - o (o . do) / (N (r - eps)), 0 where u is 0.
void gradientsOfTokens(const BackwardCall<float>& back, std::int64_t begin, std::int64_t end,
                       const float* norms, const View<float>& to) {
  const FlushSubnormals flush;
  const Lane d;
  const Sizes& sizes = back.forward.sizes;
  const auto width = static_cast<std::size_t>(sizes.values());
  const auto numbers = static_cast<float>(sizes.heads() * sizes.values());
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t b = i / sizes.tokens(), t = i % sizes.tokens();
    auto sum = hn::Zero(d);
    for (std::int64_t h = 0; h < sizes.heads(); ++h) {
      sum = hn::Add(sum,
                    products(back.output.row(b, t, h), back.output_gradient.row(b, t, h), width));
    }
    const float norm = norms[i], along = hn::GetLane(hn::SumOfLanes(d, sum));
    const bool silent = norm <= kTransNormerEps;
    const auto straight = hn::Set(d, silent ? 0 : 1 / norm);
    const auto drawn = hn::Set(d, silent ? 0 : along / (numbers * (norm - kTransNormerEps)));
    for (std::int64_t h = 0; h < sizes.heads(); ++h) {
      const float *output = back.output.row(b, t, h), *above = back.output_gradient.row(b, t, h);
      float* row = to.row(b, t, h);
      for (std::size_t e = 0; e < width; e += hn::Lanes(d)) {
        const std::size_t count = std::min(hn::Lanes(d), width - e);
        const auto direct = hn::Mul(loadFirst(d, count, above + e), straight);
        storeFirst(hn::NegMulAdd(loadFirst(d, count, output + e), drawn, direct), d, count,
                   row + e);
      }
    }
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(divideTokens);
HWY_EXPORT(gradientsOfTokens);

void divideByNorms(const Call<float>& call, std::int64_t begin, std::int64_t end, float* norms) {
  HWY_DYNAMIC_DISPATCH(divideTokens)(call, begin, end, norms);
}

void normGradients(const BackwardCall<float>& back, std::int64_t begin, std::int64_t end,
                   const float* norms, const View<float>& to) {
  HWY_DYNAMIC_DISPATCH(gradientsOfTokens)(back, begin, end, norms, to);
}

}  // namespace lineament::sequence
#endif
