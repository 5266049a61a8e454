// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/lssl_tiles.h"

#include <algorithm>
#include <cmath>

#include "core/base/subnormals.h"
#include "core/sequence/lssl_convolution.h"
#include "core/sequence/prefetch.h"
#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/lssl_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr auto kFeatures = static_cast<std::size_t>(kLsslFeatures);

// With A[n, k] = -p_n p_k under the diagonal and -(n + 1) on it, row n of
//   (I - a d A) x' = (I + (1 - a) d A) x + d B u
// is x'_n (1 + a d (n + 1)) = x_n (1 - (1 - a) d (n + 1)) + p_n q_n, where
//   q_n = d u - d sum_{k < n} p_k ((1 - a) x_k + a x'_k)
// so that x'_n = e x_n + f q_n and q_{n+1} = l q_n + m x_n.
class Recurrence {
 public:
  Recurrence(const Call<float>& call, std::int64_t first)
      : call_(call),
        first_(first),
        width_(static_cast<std::size_t>(std::min(kLsslFeatures, call.sizes.heads() - first))),
        states_(static_cast<std::size_t>(call.sizes.keys())),
        channels_(static_cast<std::size_t>(call.sizes[Dim::channel])),
        coefficients_(work_.tile(4 * states_, kFeatures)),
        read_(work_.tile(channels_ * states_, kFeatures)),
        skip_(work_.tile(channels_, kFeatures)),
        step_(work_.tile(1, kFeatures)),
        state_(work_.tile(states_, kFeatures)),
        input_(work_.tile(1, kFeatures)),
        outputs_(work_.tile(channels_, kFeatures)),
        row_(work_.tile(1, kFeatures * channels_)) {
    loadCoefficients();
    for (std::size_t m = 0; m < channels_; ++m) {
      for (std::size_t i = 0; i < width_; ++i) {
        const auto channel = static_cast<std::int64_t>(m);
        for (std::size_t n = 0; n < states_; ++n) {
          read_[(m * states_ + n) * kFeatures + i] =
              call.inputs[kLsslC].at(head(i), channel, static_cast<std::int64_t>(n));
        }
        if (call.inputs[kLsslSkip]) {
          skip_[m * kFeatures + i] = call.inputs[kLsslSkip].at(head(i), channel);
        }
      }
    }
  }

  void run(std::int64_t batch) {
    prefetch(batch + 1);
    if (call_.initial) {
      transpose(call_.initial->values.data() + stateAt(batch), width_, states_, states_, state_,
                kFeatures);
    } else {
      std::fill_n(state_, states_ * kFeatures, 0.0f);
    }
    for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
      const float* u =
          call_.inputs[kLsslU].row(input_, static_cast<std::int64_t>(width_), batch, t, first_);
      if (u != input_) std::copy_n(u, width_, input_);
      for (std::size_t i = 0; i < kFeatures; i += hn::Lanes(hn::ScalableTag<float>())) {
        advance(i);
        readOut(i);
      }
      for (std::size_t i = 0; i < width_; ++i) {
        for (std::size_t m = 0; m < channels_; ++m) {
          row_[i * channels_ + m] = outputs_[m * kFeatures + i];
        }
      }
      call_.output.store(row_, static_cast<std::int64_t>(width_ * channels_), batch, t, first_);
    }
    if (call_.final == nullptr) return;
    transpose(state_, states_, width_, kFeatures, call_.final->values.data() + stateAt(batch),
              states_);
  }

 private:
  std::int64_t head(std::size_t i) const { return first_ + static_cast<std::int64_t>(i); }
  std::size_t stateAt(std::int64_t batch) const {
    return static_cast<std::size_t>(batch * call_.sizes.heads() + first_) * states_;
  }

  // Of another batch entry: its first token and its state, far from the ones before.
  void prefetch(std::int64_t batch) {
    if (batch == call_.sizes.batch()) return;
    const auto width = static_cast<std::int64_t>(width_);
    ahead_.clear();
    if (call_.initial) {
      ahead_.add(call_.initial->values.data() + stateAt(batch), width_ * states_ * sizeof(float));
    }
    ahead_.addRow(call_.inputs[kLsslU], width, batch, 0, first_);
    ahead_.addRow(call_.output, width * call_.sizes[Dim::channel], batch, 0, first_);
    ahead_.ask(ahead_.size());
  }

  void loadCoefficients() {
    const auto alpha = static_cast<float>(call_.options->real(kLsslAlpha));
    const auto rate = static_cast<float>(call_.options->real(kLsslRate));
    for (std::size_t i = 0; i < width_; ++i) {
      step_[i] = rate * call_.inputs[kLsslStep].at(head(i));
      for (std::size_t n = 0; n < states_; ++n) {
        const auto place = static_cast<float>(n);
        const float p = std::sqrt(2 * place + 1);
        const float inverse = 1 / (1 + alpha * step_[i] * (place + 1));
        const float e = inverse * (1 - (1 - alpha) * step_[i] * (place + 1)), f = inverse * p;
        float* to = coefficients_ + 4 * n * kFeatures + i;
        to[0] = e;
        to[kFeatures] = f;
        to[2 * kFeatures] = 1 - alpha * step_[i] * p * f;
        to[3 * kFeatures] = -step_[i] * p * ((1 - alpha) + alpha * e);
      }
    }
  }

  void advance(std::size_t i) {
    const hn::ScalableTag<float> d;
    auto q = hn::Mul(hn::Load(d, step_ + i), hn::Load(d, input_ + i));
    for (std::size_t n = 0; n < states_; ++n) {
      float* place = state_ + n * kFeatures + i;
      const float* c = coefficients_ + 4 * n * kFeatures + i;
      const auto x = hn::Load(d, place);
      hn::Store(hn::MulAdd(hn::Load(d, c + kFeatures), q, hn::Mul(hn::Load(d, c), x)), d, place);
      q = hn::MulAdd(hn::Load(d, c + 2 * kFeatures), q, hn::Mul(hn::Load(d, c + 3 * kFeatures), x));
    }
  }

  // y = C x + D u, in four sums that do not wait for each other.
  void readOut(std::size_t i) {
    const hn::ScalableTag<float> d;
    for (std::size_t m = 0; m < channels_; ++m) {
      const float* read = read_ + m * states_ * kFeatures + i;
      auto sum = hn::Mul(hn::Load(d, skip_ + m * kFeatures + i), hn::Load(d, input_ + i));
      auto second = hn::Zero(d), third = second, fourth = second;
      const auto add = [&](std::size_t n, auto& to) {
        to = hn::MulAdd(hn::Load(d, read + n * kFeatures), hn::Load(d, state_ + n * kFeatures + i),
                        to);
      };
      std::size_t n = 0;
      for (; n + 4 <= states_; n += 4) {
        add(n, sum);
        add(n + 1, second);
        add(n + 2, third);
        add(n + 3, fourth);
      }
      for (; n < states_; ++n) add(n, sum);
      sum = hn::Add(hn::Add(sum, second), hn::Add(third, fourth));
      hn::Store(sum, d, outputs_ + m * kFeatures + i);
    }
  }

  const Call<float>& call_;
  std::int64_t first_;
  std::size_t width_, states_, channels_;
  Workspace work_;
  PrefetchList ahead_;
  float* coefficients_;  // rows e, f, l, m for each state
  float *read_, *skip_, *step_, *state_, *input_, *outputs_, *row_;
};

void recurrence(const Call<float>& call, std::int64_t first) {
  const FlushSubnormals flush;
  Recurrence task(call, first);
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) task.run(b);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(recurrence);

void lsslRecurrence(const Call<float>& call, std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(recurrence)(call, first);
}

}  // namespace lineament::sequence
#endif
