// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
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

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Lanes = hn::ScalableTag<float>;

constexpr auto kFeatures = static_cast<std::size_t>(kLsslFeatures);
constexpr std::size_t kSegment = 32;  // tokens whose states are kept at once

// Of a state's row, one behind the other: e, f, l and m of lssl_tiles.cpp, and their derivatives by
// the step size.
enum Coefficient : std::size_t { kE, kF, kL, kM, kSlopeE, kSlopeF, kSlopeL, kSlopeM, kCount };

// The recurrence backwards. With z_n the gradient by x'_n and h the one by q_{n+1}, from the last
// row up
//   dL/dx_n = e z_n + m h,   h <- f z_n + l h,   dL/du = d h behind the first row
// and dL/dd = u h + sum_n x_n (e' z_n + m' h) + q_n (f' z_n + l' h). States are kept at the
// beginning of each segment and made again inside it, so that memory beside the results is
// N (T / 32 + 32) numbers for a feature.
class Adjoint {
 public:
  Adjoint(const BackwardCall<float>& back, std::int64_t first)
      : back_(back),
        call_(back.forward),
        first_(first),
        width_(static_cast<std::size_t>(std::min(kLsslFeatures, call_.sizes.heads() - first))),
        states_(static_cast<std::size_t>(call_.sizes.keys())),
        channels_(static_cast<std::size_t>(call_.sizes[Dim::channel])),
        tokens_(static_cast<std::size_t>(call_.sizes.tokens())),
        coefficients_(work_.tile(kCount * states_, kFeatures)),
        read_(work_.tile(channels_ * states_, kFeatures)),
        skip_(work_.tile(channels_, kFeatures)),
        step_(work_.tile(1, kFeatures)),
        starts_(work_.tile((tokens_ / kSegment + 1) * states_, kFeatures)),
        path_(work_.tile((kSegment + 1) * states_, kFeatures)),
        inputs_(work_.tile(kSegment, kFeatures)),
        carried_(work_.tile(states_, kFeatures)),
        adjoint_(work_.tile(states_, kFeatures)),
        above_(work_.tile(channels_, kFeatures)),
        by_read_(work_.tile(channels_ * states_, kFeatures)),
        by_skip_(work_.tile(channels_, kFeatures)),
        by_input_(work_.tile(1, kFeatures)),
        by_step_(work_.tile(1, kFeatures)) {
    loadCoefficients();
    loadReadings();
  }

  void run(std::int64_t batch) {
    walkForward(batch);
    turn(batch, back_.final_gradient ? back_.final_gradient->values.data() : nullptr, adjoint_);
    for (std::size_t end = tokens_; end > 0;) {
      const std::size_t begin = (end - 1) / kSegment * kSegment;
      loadInputs(batch, begin, end);
      std::copy_n(starts_ + begin / kSegment * states_ * kFeatures, states_ * kFeatures, path_);
      for (std::size_t t = begin; t < end; ++t) advance(t - begin);
      for (std::size_t t = end; t-- > begin;) retreat(batch, t, t - begin);
      end = begin;
    }
    if (back_.initial_gradient == nullptr) return;
    float* to = back_.initial_gradient->values.data();
    for (std::size_t i = 0; i < width_; ++i) {
      for (std::size_t n = 0; n < states_; ++n) {
        to[rowOf(batch, i) + n] = adjoint_[n * kFeatures + i];
      }
    }
  }

  // The gradients by weights, once all batch entries ran.
  void finish() const {
    const auto rate = static_cast<float>(call_.options->real(kLsslRate));
    const auto& gradients = back_.input_gradients;
    for (std::size_t i = 0; i < width_; ++i) {
      for (std::size_t m = 0; m < channels_; ++m) {
        for (std::size_t n = 0; n < states_ && gradients[kLsslC]; ++n) {
          gradients[kLsslC](head(i), m, n) += by_read_[(m * states_ + n) * kFeatures + i];
        }
        if (gradients[kLsslSkip]) {
          gradients[kLsslSkip](head(i), m) += by_skip_[m * kFeatures + i];
        }
      }
      if (gradients[kLsslStep]) {
        gradients[kLsslStep](head(i)) += rate * static_cast<float>(step_sum_[i]);
      }
    }
  }

 private:
  std::int64_t head(std::size_t i) const { return first_ + static_cast<std::int64_t>(i); }
  std::size_t rowOf(std::int64_t batch, std::size_t i) const {
    return static_cast<std::size_t>(batch * call_.sizes.heads() + head(i)) * states_;
  }

  void loadCoefficients() {
    const double alpha = call_.options->real(kLsslAlpha), rate = call_.options->real(kLsslRate);
    for (std::size_t i = 0; i < width_; ++i) {
      const double d = rate * static_cast<double>(call_.inputs[kLsslStep].at(head(i)));
      step_[i] = static_cast<float>(d);
      for (std::size_t n = 0; n < states_; ++n) {
        const double k = static_cast<double>(n) + 1, p = std::sqrt(2 * k - 1);
        const double inverse = 1 / (1 + alpha * d * k), slope = -alpha * k * inverse * inverse;
        const double rest = 1 - (1 - alpha) * d * k, e = inverse * rest, f = inverse * p;
        const double slope_e = slope * rest - inverse * (1 - alpha) * k, slope_f = slope * p;
        const double values[kCount] = {e,
                                       f,
                                       1 - alpha * d * p * f,
                                       -d * p * ((1 - alpha) + alpha * e),
                                       slope_e,
                                       slope_f,
                                       -alpha * p * (f + d * slope_f),
                                       -p * ((1 - alpha) + alpha * e) - d * p * alpha * slope_e};
        for (std::size_t c = 0; c < kCount; ++c) {
          coefficients_[(kCount * n + c) * kFeatures + i] = static_cast<float>(values[c]);
        }
      }
    }
  }

  void loadReadings() {
    for (std::size_t m = 0; m < channels_; ++m) {
      for (std::size_t i = 0; i < width_; ++i) {
        for (std::size_t n = 0; n < states_; ++n) {
          read_[(m * states_ + n) * kFeatures + i] = call_.inputs[kLsslC].at(head(i), m, n);
        }
        if (call_.inputs[kLsslSkip]) {
          skip_[m * kFeatures + i] = call_.inputs[kLsslSkip].at(head(i), m);
        }
      }
    }
  }

  // A state of the caller's into a tile; null: zeros.
  void turn(std::int64_t batch, const float* from, float* tile) const {
    for (std::size_t i = 0; i < width_; ++i) {
      for (std::size_t n = 0; n < states_; ++n) {
        tile[n * kFeatures + i] = from ? from[rowOf(batch, i) + n] : 0.0f;
      }
    }
  }

  void loadInputs(std::int64_t batch, std::size_t begin, std::size_t end) {
    const auto width = static_cast<std::int64_t>(width_);
    for (std::size_t t = begin; t < end; ++t) {
      float* row = inputs_ + (t - begin) * kFeatures;
      const float* u =
          call_.inputs[kLsslU].row(row, width, batch, static_cast<std::int64_t>(t), first_);
      if (u != row) std::copy_n(u, width_, row);
    }
  }

  void walkForward(std::int64_t batch) {
    turn(batch, call_.initial ? call_.initial->values.data() : nullptr, path_);
    for (std::size_t begin = 0; begin < tokens_; begin += kSegment) {
      const std::size_t end = std::min(tokens_, begin + kSegment);
      std::copy_n(path_, states_ * kFeatures, starts_ + begin / kSegment * states_ * kFeatures);
      loadInputs(batch, begin, end);
      for (std::size_t t = begin; t < end; ++t) advance(t - begin);
      std::copy_n(path_ + (end - begin) * states_ * kFeatures, states_ * kFeatures, path_);
    }
  }

  // path_[at + 1] from path_[at].
  void advance(std::size_t at) {
    const Lanes d;
    const float* before = path_ + at * states_ * kFeatures;
    float* after = path_ + (at + 1) * states_ * kFeatures;
    for (std::size_t i = 0; i < kFeatures; i += hn::Lanes(d)) {
      auto q = hn::Mul(hn::Load(d, step_ + i), hn::Load(d, inputs_ + at * kFeatures + i));
      for (std::size_t n = 0; n < states_; ++n) {
        const float* c = coefficients_ + kCount * n * kFeatures + i;
        const auto x = hn::Load(d, before + n * kFeatures + i);
        const auto next = hn::MulAdd(hn::Load(d, c + kF * kFeatures), q,
                                     hn::Mul(hn::Load(d, c + kE * kFeatures), x));
        hn::Store(next, d, after + n * kFeatures + i);
        q = hn::MulAdd(hn::Load(d, c + kL * kFeatures), q,
                       hn::Mul(hn::Load(d, c + kM * kFeatures), x));
      }
    }
  }

  void retreat(std::int64_t batch, std::size_t token, std::size_t at) {
    const auto t = static_cast<std::int64_t>(token);
    for (std::size_t m = 0; m < channels_; ++m) {
      for (std::size_t i = 0; i < width_; ++i) {
        above_[m * kFeatures + i] = back_.output_gradient(batch, t, head(i), m);
      }
    }
    for (std::size_t i = 0; i < kFeatures; i += hn::Lanes(Lanes())) {
      readOut(at, i);
      carry(at, i);
      retreat(at, i);
    }
    for (std::size_t i = 0; i < width_; ++i) step_sum_[i] += static_cast<double>(by_step_[i]);
    if (!back_.input_gradients[kLsslU]) return;
    for (std::size_t i = 0; i < width_; ++i) {
      back_.input_gradients[kLsslU](batch, t, head(i)) += by_input_[i];
    }
  }

  // z += C dy, and the gradients by C and D.
  void readOut(std::size_t at, std::size_t i) {
    const Lanes d;
    const float* after = path_ + (at + 1) * states_ * kFeatures + i;
    const auto u = hn::Load(d, inputs_ + at * kFeatures + i);
    for (std::size_t m = 0; m < channels_; ++m) {
      const auto above = hn::Load(d, above_ + m * kFeatures + i);
      float* by_skip = by_skip_ + m * kFeatures + i;
      hn::Store(hn::MulAdd(above, u, hn::Load(d, by_skip)), d, by_skip);
      for (std::size_t n = 0; n < states_; ++n) {
        float* z = adjoint_ + n * kFeatures + i;
        float* by_read = by_read_ + (m * states_ + n) * kFeatures + i;
        const auto read = hn::Load(d, read_ + (m * states_ + n) * kFeatures + i);
        const auto x = hn::Load(d, after + n * kFeatures);
        hn::Store(hn::MulAdd(above, read, hn::Load(d, z)), d, z);
        hn::Store(hn::MulAdd(above, x, hn::Load(d, by_read)), d, by_read);
      }
    }
  }

  // q_n before each row.
  void carry(std::size_t at, std::size_t i) {
    const Lanes d;
    const float* before = path_ + at * states_ * kFeatures + i;
    auto q = hn::Mul(hn::Load(d, step_ + i), hn::Load(d, inputs_ + at * kFeatures + i));
    for (std::size_t n = 0; n < states_; ++n) {
      const float* c = coefficients_ + kCount * n * kFeatures + i;
      hn::Store(q, d, carried_ + n * kFeatures + i);
      q = hn::MulAdd(hn::Load(d, c + kL * kFeatures), q,
                     hn::Mul(hn::Load(d, c + kM * kFeatures), hn::Load(d, before + n * kFeatures)));
    }
  }

  void retreat(std::size_t at, std::size_t i) {
    const Lanes d;
    const float* before = path_ + at * states_ * kFeatures + i;
    auto h = hn::Zero(d), by_step = h, second = h;
    for (std::size_t n = states_; n-- > 0;) {
      const auto coefficient = [&](Coefficient which) {
        return hn::Load(d, coefficients_ + (kCount * n + which) * kFeatures + i);
      };
      float* place = adjoint_ + n * kFeatures + i;
      const auto z = hn::Load(d, place), x = hn::Load(d, before + n * kFeatures);
      const auto q = hn::Load(d, carried_ + n * kFeatures + i);
      by_step = hn::MulAdd(x, hn::MulAdd(coefficient(kSlopeE), z, hn::Mul(coefficient(kSlopeM), h)),
                           by_step);
      second = hn::MulAdd(q, hn::MulAdd(coefficient(kSlopeF), z, hn::Mul(coefficient(kSlopeL), h)),
                          second);
      hn::Store(hn::MulAdd(coefficient(kE), z, hn::Mul(coefficient(kM), h)), d, place);
      h = hn::MulAdd(coefficient(kL), h, hn::Mul(coefficient(kF), z));
    }
    auto by_input = hn::Mul(hn::Load(d, step_ + i), h);
    for (std::size_t m = 0; m < channels_; ++m) {
      by_input = hn::MulAdd(hn::Load(d, skip_ + m * kFeatures + i),
                            hn::Load(d, above_ + m * kFeatures + i), by_input);
    }
    hn::Store(by_input, d, by_input_ + i);
    const auto u = hn::Load(d, inputs_ + at * kFeatures + i);
    hn::Store(hn::MulAdd(u, h, hn::Add(by_step, second)), d, by_step_ + i);
  }

  const BackwardCall<float>& back_;
  const Call<float>& call_;
  std::int64_t first_;
  std::size_t width_, states_, channels_, tokens_;
  Workspace work_;
  float *coefficients_, *read_, *skip_, *step_;
  float* starts_;   // the state before each segment
  float* path_;     // the states of a segment: before its first token, behind each
  float* inputs_;   // of a segment
  float* carried_;  // q before each row
  float* adjoint_;  // z
  float *above_, *by_read_, *by_skip_, *by_input_, *by_step_;
  double step_sum_[kFeatures] = {};
};

void adjoint(const BackwardCall<float>& back, std::int64_t first) {
  const FlushSubnormals flush;
  Adjoint task(back, first);
  for (std::int64_t b = 0; b < back.forward.sizes.batch(); ++b) task.run(b);
  task.finish();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(adjoint);

void lsslAdjoint(const BackwardCall<float>& back, std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(adjoint)(back, first);
}

}  // namespace lineament::sequence
#endif
