// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/subnormals.h"
#include "core/sequence/lssl_convolution.h"
#include "core/sequence/lssl_tiles.h"
#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/lssl_backward_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/lssl_strip-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// States that go backwards over a block together: four coefficients, four sums and two numbers
// each.
constexpr std::size_t kBackGroup = 2;
static_assert(kStateGroup % kBackGroup == 0);

// The recurrence backwards. With z_n the gradient by x'_n and h the one by q_{n+1}, from the last
// row up
//   dL/dx_n = e z_n + m h,   h <- f z_n + l h,   dL/du = d h behind the first row
// and dL/dd = u h + sum_n e' x_n z_n + m' x_n h + f' q_n z_n + l' q_n h, where e' is e's derivative
// by d and so on: sums over the tokens of a block, times what does not depend on the token. The
// filters go over a block of tokens as in the forward pass, the last ones first; the states that
// the forward pass kept before each block bring back those inside it. Memory beside that is 64 N
// numbers for each of a vector's features.
class LsslAdjoint {
 public:
  LsslAdjoint(const BackwardCall<float>& back, std::int64_t first, std::int64_t end)
      : back_(back),
        call_(back.forward),
        strip_(call_, first, end, work_),
        slopes_(work_.tile(LsslStrip::kCoefficients * strip_.padded, strip_.width)),
        by_read_(work_.tile(strip_.channels * strip_.padded, strip_.width)),
        by_skip_(work_.tile(strip_.channels, strip_.width)),
        adjoint_(work_.numbers(strip_.vectors * strip_.padded * kLanes).data()),
        row_(work_.numbers(strip_.row).data()),
        inputs_(work_, strip_.vectors),
        behind_(work_, strip_.vectors),
        above_(work_, strip_.channels * strip_.vectors),
        states_(work_, strip_.padded),
        carried_(work_, strip_.padded + 1) {
    for (std::size_t i = 0; i < strip_.width; ++i) findSlopes(i);
  }

  void run(std::int64_t batch) {
    for (std::size_t v = 0; v < strip_.vectors; ++v) {
      strip_.loadState(back_.final_gradient, batch, v, adjointOf(v));
    }
    for (std::int64_t end = call_.sizes.tokens(); end > 0;) {
      const std::int64_t from = (end - 1) / kLsslBlock * kLsslBlock;
      const auto count = static_cast<std::size_t>(end - from);
      load(batch, from, count);
      behind_.clear();
      for (std::size_t v = 0; v < strip_.vectors; ++v) {
        replay(batch, from / kLsslBlock, v, count);
        for (std::size_t n = strip_.padded; n > 0; n -= kBackGroup) {
          reverse(v, n - kBackGroup, count);
        }
        inputGradients(v, count);
      }
      addInputGradients(batch, from, count);
      end = from;
    }
    for (std::size_t v = 0; back_.initial_gradient != nullptr && v < strip_.vectors; ++v) {
      strip_.storeState(adjointOf(v), batch, v, *back_.initial_gradient);
    }
  }

  // The gradients by weights, once all batch entries ran.
  void finish() const {
    const auto rate = static_cast<float>(call_.options->real(kLsslRate));
    const auto& gradients = back_.input_gradients;
    for (std::size_t i = 0; i < strip_.width; ++i) {
      const std::int64_t head = strip_.head(i);
      for (std::size_t m = 0; m < strip_.channels; ++m) {
        for (std::size_t n = 0; n < strip_.states && gradients[kLsslC]; ++n) {
          gradients[kLsslC](head, m, n) += by_read_[(m * strip_.padded + n) * strip_.row + i];
        }
        if (gradients[kLsslSkip]) gradients[kLsslSkip](head, m) += by_skip_[m * strip_.row + i];
      }
      if (gradients[kLsslStep]) {
        gradients[kLsslStep](head) += rate * static_cast<float>(by_step_[i]);
      }
    }
  }

 private:
  float* adjointOf(std::size_t vector) const { return adjoint_ + vector * strip_.padded * kLanes; }
  Vector slope(LsslStrip::Coefficient which, std::size_t state, std::size_t vector) const {
    return hn::Load(Lane(), slopes_ + (LsslStrip::kCoefficients * state + which) * strip_.row +
                                vector * kLanes);
  }

  // The derivatives of a feature's coefficients by its step size.
  void findSlopes(std::size_t i) const {
    const double alpha = call_.options->real(kLsslAlpha), rate = call_.options->real(kLsslRate);
    const double d = rate * static_cast<double>(call_.inputs[kLsslStep].at(strip_.head(i)));
    for (std::size_t n = 0; n < strip_.states; ++n) {
      const double k = static_cast<double>(n) + 1, p = std::sqrt(2 * k - 1);
      const double inverse = 1 / (1 + alpha * d * k), slope = -alpha * k * inverse * inverse;
      const double rest = 1 - (1 - alpha) * d * k, e = inverse * rest, f = inverse * p;
      const double slope_e = slope * rest - inverse * (1 - alpha) * k, slope_f = slope * p;
      const auto put = [&](LsslStrip::Coefficient which, double value) {
        slopes_[(LsslStrip::kCoefficients * n + which) * strip_.row + i] =
            static_cast<float>(value);
      };
      put(LsslStrip::kE, slope_e);
      put(LsslStrip::kF, slope_f);
      put(LsslStrip::kL, -alpha * p * (f + d * slope_f));
      put(LsslStrip::kM, -p * ((1 - alpha) + alpha * e) - d * p * alpha * slope_e);
    }
  }

  // u, and the gradients by y, a vector of each channel after the other.
  void load(std::int64_t batch, std::int64_t from, std::size_t count) const {
    const Lane d;
    for (std::size_t t = 0; t < count; ++t) {
      const std::int64_t token = from + static_cast<std::int64_t>(t);
      const float* u = strip_.inputs(batch, token, row_);
      for (std::size_t v = 0; v < strip_.vectors; ++v) {
        hn::Store(hn::LoadU(d, u + v * kLanes), d, inputs_.at(v, t));
      }
      const float* above = back_.output_gradient.row(batch, token, strip_.first);
      const std::ptrdiff_t step = back_.output_gradient.stride[2];
      for (std::size_t m = 0; m < strip_.channels; ++m) {
        for (std::size_t v = 0; v < strip_.vectors; ++v) {
          loadLanes(above + static_cast<std::ptrdiff_t>(v * kLanes) * step + m, step,
                    strip_.countOf(v), above_.at(m * strip_.vectors + v, t));
        }
      }
    }
  }
  static void loadLanes(const float* from, std::ptrdiff_t step, std::size_t count, float* to) {
    const Lane d;
    if (step == 1) return hn::Store(loadFirst(d, count, from), d, to);
    for (std::size_t i = 0; i < kLanes; ++i) {
      to[i] = i < count ? from[static_cast<std::ptrdiff_t>(i) * step] : 0.0f;
    }
  }

  // The states before each token of the block, and what the rows above them handed on.
  void replay(std::int64_t batch, std::int64_t block, std::size_t v, std::size_t count) const {
    for (std::size_t n = 0; n < strip_.padded; n += kStateGroup) replay(batch, block, v, n, count);
  }
  HWY_INLINE void replay(std::int64_t batch, std::int64_t block, std::size_t v, std::size_t n,
                         std::size_t count) const {
    const Lane d;
    Vector x[kStateGroup], e[kStateGroup], f[kStateGroup], l[kStateGroup], m[kStateGroup];
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kStateGroup; ++k) {
      x[k] = n + k < strip_.states
                 ? loadFirst(d, strip_.countOf(v), strip_.kept(batch, block, n + k, v))
                 : hn::Zero(d);
      e[k] = strip_.coefficient(LsslStrip::kE, n + k, v);
      f[k] = strip_.coefficient(LsslStrip::kF, n + k, v);
      l[k] = strip_.coefficient(LsslStrip::kL, n + k, v);
      m[k] = strip_.coefficient(LsslStrip::kM, n + k, v);
    }
    // The first ones take d u; all pass on what the next ones take, the last ones to nobody.
    const Vector factor = n == 0 ? hn::Load(d, strip_.step + v * kLanes) : hn::Set(d, 1.0f);
    const float* from = n == 0 ? inputs_.at(v, 0) : carried_.at(n, 0);
    float *states = states_.at(n, 0), *carried = carried_.at(n, 0);
    for (std::size_t t = 0; t < count; ++t) {
      Vector q = hn::Mul(factor, hn::Load(d, from + t * kLanes));
      HWY_UNROLL(4)
      for (std::size_t k = 0; k < kStateGroup; ++k) {
        hn::Store(q, d, carried + k * LsslTile::kStride + t * kLanes);
        hn::Store(x[k], d, states + k * LsslTile::kStride + t * kLanes);
        const Vector before = x[k];
        x[k] = hn::MulAdd(e[k], before, hn::Mul(f[k], q));
        q = hn::MulAdd(l[k], q, hn::Mul(m[k], before));
      }
      hn::Store(q, d, carried + kStateGroup * LsslTile::kStride + t * kLanes);
    }
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kStateGroup; ++k) hn::Store(x[k], d, states_.at(n + k, count));
  }

  // States [n, n + kBackGroup) from the block's last token to its first.
  HWY_INLINE void reverse(std::size_t v, std::size_t n, std::size_t count) {
    const Lane d;
    Vector z[kBackGroup], after[kBackGroup];
    Vector e[kBackGroup], f[kBackGroup], l[kBackGroup], m[kBackGroup];
    Vector by_e[kBackGroup], by_f[kBackGroup], by_l[kBackGroup], by_m[kBackGroup];
    HWY_UNROLL(2)
    for (std::size_t k = 0; k < kBackGroup; ++k) {
      z[k] = hn::Load(d, adjointOf(v) + (n + k) * kLanes);
      after[k] = hn::Load(d, states_.at(n + k, count));
      e[k] = strip_.coefficient(LsslStrip::kE, n + k, v);
      f[k] = strip_.coefficient(LsslStrip::kF, n + k, v);
      l[k] = strip_.coefficient(LsslStrip::kL, n + k, v);
      m[k] = strip_.coefficient(LsslStrip::kM, n + k, v);
      by_e[k] = by_f[k] = by_l[k] = by_m[k] = hn::Zero(d);
    }
    const float *states = states_.at(n, 0), *carried = carried_.at(n, 0);
    float* behind = behind_.at(v, 0);
    const ReadGradients reading = readGradients(v, n);
    for (std::size_t t = count; t-- > 0;) {
      reading.add(t * kLanes, after, z);
      Vector h = hn::Load(d, behind + t * kLanes);
      HWY_UNROLL(2)
      for (std::size_t below = 0; below < kBackGroup; ++below) {
        const std::size_t k = kBackGroup - 1 - below, at = k * LsslTile::kStride + t * kLanes;
        const Vector x = hn::Load(d, states + at), q = hn::Load(d, carried + at);
        by_e[k] = hn::MulAdd(x, z[k], by_e[k]);
        by_m[k] = hn::MulAdd(x, h, by_m[k]);
        by_f[k] = hn::MulAdd(q, z[k], by_f[k]);
        by_l[k] = hn::MulAdd(q, h, by_l[k]);
        const Vector before = hn::MulAdd(m[k], h, hn::Mul(e[k], z[k]));
        h = hn::MulAdd(l[k], h, hn::Mul(f[k], z[k]));
        z[k] = before;
        after[k] = x;
      }
      hn::Store(h, d, behind + t * kLanes);
    }
    Vector by_step = hn::Zero(d);
    HWY_UNROLL(2)
    for (std::size_t k = 0; k < kBackGroup; ++k) {
      hn::Store(z[k], d, adjointOf(v) + (n + k) * kLanes);
      by_step = hn::MulAdd(by_e[k], slope(LsslStrip::kE, n + k, v), by_step);
      by_step = hn::MulAdd(by_f[k], slope(LsslStrip::kF, n + k, v), by_step);
      by_step = hn::MulAdd(by_l[k], slope(LsslStrip::kL, n + k, v), by_step);
      by_step = hn::MulAdd(by_m[k], slope(LsslStrip::kM, n + k, v), by_step);
    }
    addToStep(v, by_step);
  }

  // z += C dy, and the gradient by C, of a few states. Holds its own copies of where things are:
  // whatever is stored might be a member of the task.
  struct ReadGradients {
    const float *above, *read;
    float* by_read;
    std::size_t channels, row, next_above, next_read;

    HWY_INLINE void add(std::size_t token, Vector (&after)[kBackGroup],
                        Vector (&z)[kBackGroup]) const {
      const Lane d;
      for (std::size_t c = 0; c < channels; ++c) {
        const Vector dy = hn::Load(d, above + c * next_above + token);
        HWY_UNROLL(2)
        for (std::size_t k = 0; k < kBackGroup; ++k) {
          float* sum = by_read + c * next_read + k * row;
          hn::Store(hn::MulAdd(dy, after[k], hn::Load(d, sum)), d, sum);
          z[k] = hn::MulAdd(dy, hn::Load(d, read + c * next_read + k * row), z[k]);
        }
      }
    }
  };
  ReadGradients readGradients(std::size_t v, std::size_t n) const {
    return {.above = above_.at(v, 0),
            .read = strip_.readings(0, n, v),
            .by_read = by_read_ + n * strip_.row + v * kLanes,
            .channels = strip_.channels,
            .row = strip_.row,
            .next_above = strip_.vectors * LsslTile::kStride,
            .next_read = strip_.padded * strip_.row};
  }

  // From what came through all states, and straight from the outputs: dL/du, left in `behind_`.
  void inputGradients(std::size_t v, std::size_t count) {
    const Lane d;
    const Vector step = hn::Load(d, strip_.step + v * kLanes);
    Vector by_step = hn::Zero(d);
    for (std::size_t t = 0; t < count; ++t) {
      const Vector h = hn::Load(d, behind_.at(v, t)), u = hn::Load(d, inputs_.at(v, t));
      by_step = hn::MulAdd(u, h, by_step);
      Vector by_input = hn::Mul(step, h);
      for (std::size_t c = 0; c < strip_.channels; ++c) {
        const Vector above = hn::Load(d, above_.at(c * strip_.vectors + v, t));
        float* by_skip = by_skip_ + c * strip_.row + v * kLanes;
        hn::Store(hn::MulAdd(above, u, hn::Load(d, by_skip)), d, by_skip);
        by_input = hn::MulAdd(strip_.skip(c, v), above, by_input);
      }
      hn::Store(by_input, d, behind_.at(v, t));
    }
    addToStep(v, by_step);
  }
  void addToStep(std::size_t v, Vector by_step) {
    alignas(64) float lanes[kLanes];
    hn::Store(by_step, Lane(), lanes);
    for (std::size_t i = 0; i < kLanes; ++i) {
      by_step_[v * kLanes + i] += static_cast<double>(lanes[i]);
    }
  }

  void addInputGradients(std::int64_t batch, std::int64_t from, std::size_t count) const {
    const View<float>& to = back_.input_gradients[kLsslU];
    for (std::size_t t = 0; to && t < count; ++t) {
      float* row = to.row(batch, from + static_cast<std::int64_t>(t), strip_.first);
      for (std::size_t v = 0; v < strip_.vectors; ++v) {
        addRow(behind_.at(v, t), strip_.countOf(v), row + v * kLanes);
      }
    }
  }

  const BackwardCall<float>& back_;
  const Call<float>& call_;
  Workspace work_;
  LsslStrip strip_;
  float* slopes_;  // rows like the strip's coefficients
  float *by_read_, *by_skip_;
  float* adjoint_;  // z: [vector][padded state][lane]
  float* row_;
  LsslTile inputs_, behind_, above_;  // u; h, then dL/du; dy
  LsslTile states_, carried_;         // of one vector, by state: x before each token; q
  std::array<double, static_cast<std::size_t>(kLsslStrip)> by_step_{};
};

void adjoint(const BackwardCall<float>& back, std::int64_t first, std::int64_t end) {
  const FlushSubnormals flush;
  LsslAdjoint task(back, first, end);
  for (std::int64_t b = 0; b < back.forward.sizes.batch(); ++b) task.run(b);
  task.finish();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(adjoint);

void lsslAdjoint(const BackwardCall<float>& back, std::int64_t first, std::int64_t end) {
  HWY_DYNAMIC_DISPATCH(adjoint)(back, first, end);
}

}  // namespace lineament::sequence
#endif
