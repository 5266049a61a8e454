// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/denormals.h"
#include "core/sequence/mamba_tiles.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/mamba_backward_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/mamba_block-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

constexpr std::size_t kLanes = HWY_LANES(float);
constexpr std::size_t kVectorsOfStates = kStateGroup * kLanes;  // numbers of one token

// One vector of channels and kStateGroup of their states over a block of tokens, forth and back.
// States and decays of the block lie in `history` and `decays`, a token's after the other.
template <bool kSigned>
class GroupPass {
 public:
  explicit GroupPass(MambaBlock& block)
      : block_(block),
        history_(block.work.tile(MambaBlock::kTokens + 1, kVectorsOfStates)),
        decays_(block.work.tile(MambaBlock::kTokens, kVectorsOfStates)),
        writes(block.work.tile(MambaBlock::kTokens, kVectorsOfStates)),
        reads(block.work.tile(MambaBlock::kTokens, kVectorsOfStates)) {}

  // Channels from i, states from n. `before` are the states that enter the block; out += C h.
  void replay(std::size_t count, std::size_t i, std::size_t n, const float* rates,
              const float* before, float* out) {
    const Lane d;
    Vector state[kStateGroup], rate[kStateGroup];
    HWY_UNROLL(8)
    for (std::size_t k = 0; k < kStateGroup; ++k) {
      state[k] = hn::Load(d, before + (n + k) * kRow + i);
      rate[k] = hn::Load(d, rates + (n + k) * kRow + i);
      hn::Store(state[k], d, history_ + k * kLanes);
    }
    for (std::size_t t = 0; t < count; ++t) {
      const Vector dt = hn::Load(d, block_.step + t * kRow + i);
      const Vector dtx = hn::Load(d, block_.write + t * kRow + i);
      const float *b = block_.b + t * block_.padded + n, *c = block_.c + t * block_.padded + n;
      Vector y = hn::Load(d, out + t * kRow + i);
      float* powers = decays_ + t * kVectorsOfStates;
      float* states = history_ + (t + 1) * kVectorsOfStates;
      HWY_UNROLL(8)
      for (std::size_t k = 0; k < kStateGroup; ++k) {
        const Vector power = powerOfTwo(d, hn::Mul(dt, rate[k]));
        state[k] = hn::MulAdd(decayOf<kSigned>(d, power), state[k], hn::Mul(dtx, hn::Set(d, b[k])));
        y = hn::MulAdd(state[k], hn::Set(d, c[k]), y);
        hn::Store(power, d, powers + k * kLanes);
        hn::Store(state[k], d, states + k * kLanes);
      }
      hn::Store(y, d, out + t * kRow + i);
    }
  }

  // `above` is dL/dy. Adds sum_n dh B to `input` and sum_n A (da/d(dt A)) h dh to `decay`, goes on
  // with dh in `behind`, and leaves the products of `writes` (dh dt x) and `reads` (dy h) in the
  // lanes, over those of earlier channels where `adds`.
  void reverse(std::size_t count, std::size_t i, std::size_t n, const float* rates,
               const float* above, bool adds, float* behind, float* rate_gradient, float* input,
               float* decay) {
    const Lane d;
    Vector dh[kStateGroup], rate_sum[kStateGroup];
    HWY_UNROLL(8)
    for (std::size_t k = 0; k < kStateGroup; ++k) {
      dh[k] = hn::Load(d, behind + (n + k) * kRow + i);
      rate_sum[k] = hn::Load(d, rate_gradient + (n + k) * kRow + i);
    }
    for (std::size_t t = count; t-- > 0;) {
      const Vector dt = hn::Load(d, block_.step + t * kRow + i);
      const Vector dtx = hn::Load(d, block_.write + t * kRow + i);
      const Vector dy = hn::Load(d, above + t * kRow + i);
      const float *b = block_.b + t * block_.padded + n, *c = block_.c + t * block_.padded + n;
      const float* powers = decays_ + t * kVectorsOfStates;
      const float* states = history_ + t * kVectorsOfStates;
      float* write = writes + t * kVectorsOfStates;
      float* read = reads + t * kVectorsOfStates;
      Vector into = hn::Load(d, input + t * kRow + i), fade = hn::Load(d, decay + t * kRow + i);
      HWY_UNROLL(8)
      for (std::size_t k = 0; k < kStateGroup; ++k) {
        const Vector power = hn::Load(d, powers + k * kLanes);
        dh[k] = hn::MulAdd(dy, hn::Set(d, c[k]), dh[k]);
        into = hn::MulAdd(dh[k], hn::Set(d, b[k]), into);
        const Vector after = hn::Load(d, states + kVectorsOfStates + k * kLanes);
        Vector by_write = hn::Mul(dh[k], dtx), by_read = hn::Mul(dy, after);
        if (adds) {
          by_write = hn::Add(by_write, hn::Load(d, write + k * kLanes));
          by_read = hn::Add(by_read, hn::Load(d, read + k * kLanes));
        }
        hn::Store(by_write, d, write + k * kLanes);
        hn::Store(by_read, d, read + k * kLanes);
        const Vector carried = hn::Mul(dh[k], decayOf<kSigned>(d, power));
        const Vector slope = kSigned ? hn::Mul(dh[k], hn::Add(power, power)) : carried;
        const Vector along = hn::Mul(slope, hn::Load(d, states + k * kLanes));
        fade = hn::MulAdd(along, hn::Load(d, rates + (n + k) * kRow + i), fade);
        rate_sum[k] = hn::MulAdd(along, dt, rate_sum[k]);
        dh[k] = carried;
      }
      hn::Store(into, d, input + t * kRow + i);
      hn::Store(fade, d, decay + t * kRow + i);
    }
    HWY_UNROLL(8)
    for (std::size_t k = 0; k < kStateGroup; ++k) {
      hn::Store(dh[k], d, behind + (n + k) * kRow + i);
      hn::Store(rate_sum[k], d, rate_gradient + (n + k) * kRow + i);
    }
  }

 private:
  MambaBlock& block_;
  float *history_, *decays_;

 public:
  float *writes, *reads;
};

template <bool kSigned>
class BackwardTask {
 public:
  BackwardTask(const BackwardCall<float>& back, const MambaBackwardPass& pass, std::int64_t batch,
               std::int64_t first)
      : back_(back),
        call_(back.forward),
        pass_(pass),
        batch_(batch),
        first_(first),
        block_(call_, batch, first),
        group_(block_),
        rates_(block_.loadRates()),
        before_(rowsOf(block_.padded)),
        behind_(rowsOf(block_.padded)),
        rate_gradient_(rowsOf(block_.padded)),
        out_(rowsOf(kTokens)),
        above_(rowsOf(kTokens)),
        input_(rowsOf(kTokens)),
        decay_(rowsOf(kTokens)),
        convolved_(rowsOf(kTokens + block_.past)),
        sums_(rowsOf(2)),
        tap_sums_(rowsOf(block_.past + 1)) {}

  void run() {
    carry([](float* shared, float* own, std::size_t width) { std::copy_n(shared, width, own); });
    for (std::int64_t from = pass_.end; from > pass_.begin;) {
      from = (from - 1) / kMambaTokens * kMambaTokens;
      tokens(from, static_cast<std::size_t>(std::min(kMambaTokens, pass_.end - from)));
    }
    carry([](float* shared, float* own, std::size_t width) { std::copy_n(own, width, shared); });
  }

 private:
  static constexpr std::size_t kTokens = MambaBlock::kTokens;

  float* rowsOf(std::size_t rows) { return block_.work.tile(rows, kRow); }

  // Between a pass's sums and this task's channels of them.
  template <class Copy>
  void carry(Copy copy) {
    const auto channels = static_cast<std::size_t>(call_.sizes.heads());
    const auto batch = static_cast<std::size_t>(batch_), first = static_cast<std::size_t>(first_);
    const auto rows = [&](float* shared, std::size_t count, float* own) {
      for (std::size_t row = 0; row < count; ++row) {
        copy(shared + (batch * count + row) * channels + first, own + row * kRow, block_.width);
      }
    };
    rows(pass_.state, block_.states, behind_);
    rows(pass_.rates, block_.states, rate_gradient_);
    rows(pass_.skip, 1, sums_);
    rows(pass_.bias, 1, sums_ + kRow);
    rows(pass_.later, block_.past, convolved_);
    rows(pass_.taps, block_.past + 1, tap_sums_);
  }

  void tokens(std::int64_t from, std::size_t count) {
    block_.load(from, count);
    loadBefore(from);
    gateGradient(from, count);
    std::fill_n(out_, count * kRow, 0.0f);
    std::fill_n(input_, count * kRow, 0.0f);
    std::fill_n(decay_, count * kRow, 0.0f);
    for (std::size_t n = 0; n < block_.states; n += kStateGroup) {
      for (std::size_t i = 0; i < block_.width; i += kLanes) {
        group_.replay(count, i, n, rates_, before_, out_);
        group_.reverse(count, i, n, rates_, above_, i > 0, behind_, rate_gradient_, input_, decay_);
      }
      sumOverChannels(from, count, n);
    }
    if (block_.gate) outputOfGate(from, count);
    inputGradients(from, count);
  }

  void loadBefore(std::int64_t from) {
    const std::int64_t blocks = (call_.sizes.tokens() + kMambaTokens - 1) / kMambaTokens;
    for (std::size_t n = 0; n < block_.states; ++n) {
      const std::int64_t row = (batch_ * blocks + from / kMambaTokens) * call_.sizes.keys() +
                               static_cast<std::int64_t>(n);
      std::copy_n(call_.kept.data() + row * call_.sizes.heads() + first_, block_.width,
                  before_ + n * kRow);
    }
  }

  // dy = do silu(z)
  void gateGradient(std::int64_t from, std::size_t count) {
    const Lane d;
    for (std::size_t t = 0; t < count; ++t) {
      std::copy_n(aboveRow(from, t), block_.width, above_ + t * kRow);
    }
    for (std::size_t i = 0; block_.gate && i < count * kRow; i += kLanes) {
      const Vector z = hn::Load(d, block_.gate + i);
      hn::Store(hn::Mul(hn::Load(d, above_ + i), hn::Mul(z, sigmoid(d, z))), d, above_ + i);
    }
  }

  // dz = do y silu'(z), silu'(z) = s (1 + z (1 - s)) with s = sigmoid(z)
  void outputOfGate(std::int64_t from, std::size_t count) {
    const View<float>& to = back_.input_gradients[kMambaGate];
    if (!to) return;
    const Lane d;
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      Vector y = hn::Load(d, out_ + i);
      if (block_.skip) {
        y = hn::MulAdd(hn::Load(d, block_.skip + i % kRow), hn::Load(d, block_.x + i), y);
      }
      hn::Store(hn::Mul(y, siluSlope(d, hn::Load(d, block_.gate + i))), d, out_ + i);
    }
    for (std::size_t t = 0; t < count; ++t) {
      const float* above = aboveRow(from, t);
      float* row = to.row(batch_, from + static_cast<std::int64_t>(t), first_);
      for (std::size_t c = 0; c < block_.width; ++c) row[c] += above[c] * out_[t * kRow + c];
    }
  }

  static Vector siluSlope(Lane d, Vector x) {
    const Vector one = hn::Set(d, 1.0f), gate = sigmoid(d, x);
    return hn::Mul(gate, hn::MulAdd(x, hn::Sub(one, gate), one));
  }

  const float* aboveRow(std::int64_t from, std::size_t t) const {
    return back_.output_gradient.row(batch_, from + static_cast<std::int64_t>(t), first_);
  }

  // dB and dC of a group of states: the lanes' sums, where the pass collects them.
  void sumOverChannels(std::int64_t from, std::size_t count, std::size_t n) {
    const Lane d;
    const auto task = first_ / kMambaChannels;
    const std::int64_t tasks = (call_.sizes.heads() + kMambaChannels - 1) / kMambaChannels;
    const std::int64_t token = (batch_ * tasks + task) * kMambaPass + from - pass_.begin;
    float* to = pass_.write_read + static_cast<std::size_t>(token) * 2 * block_.padded + n;
    alignas(64) float sums[kLanes];
    const auto scatter = [&](const float* products, std::size_t part) {
      for (std::size_t row = 0; row < count * kStateGroup; row += kLanes) {
        hn::Store(sumsOfRows(d, products + row * kLanes), d, sums);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const std::size_t t = (row + lane) / kStateGroup, k = (row + lane) % kStateGroup;
          if (t < count) to[(2 * t + part) * block_.padded + k] = sums[lane];
        }
      }
    };
    scatter(group_.writes, 0);
    scatter(group_.reads, 1);
  }

  // From the sums over the states to dx, ddt, dD and, through the convolution, to the raw inputs.
  void inputGradients(std::int64_t from, std::size_t count) {
    const Lane d;
    const Vector ln2 = hn::Set(d, kLn2);
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      const Vector sum = hn::Load(d, input_ + i), dy = hn::Load(d, above_ + i);
      const Vector x = hn::Load(d, block_.x + i);
      hn::Store(hn::MulAdd(x, sum, hn::Mul(ln2, hn::Load(d, decay_ + i))), d, decay_ + i);
      Vector dx = hn::Mul(hn::Load(d, block_.step + i), sum);
      if (block_.skip) {
        dx = hn::MulAdd(hn::Load(d, block_.skip + i % kRow), dy, dx);
        hn::Store(hn::MulAdd(dy, x, hn::Load(d, sums_ + i % kRow)), d, sums_ + i % kRow);
      }
      hn::Store(dx, d, input_ + i);
    }
    addRows(back_.input_gradients[kMambaStep], from, count, decay_);
    if (block_.taps) throughConvolution(count);
    addRows(back_.input_gradients[kMambaX], from, count, input_);
  }

  void addRows(const View<float>& to, std::int64_t from, std::size_t count, const float* rows) {
    for (std::size_t t = 0; to && t < count; ++t) {
      addRow(rows + t * kRow, block_.width,
             to.row(batch_, from + static_cast<std::int64_t>(t), first_));
    }
  }

  // dp = dx' silu'(p) before those of the next tokens, and with them the inputs' gradients.
  void throughConvolution(std::size_t count) {
    const Lane d;
    const std::size_t past = block_.past;
    std::copy_backward(convolved_, convolved_ + past * kRow, convolved_ + (past + count) * kRow);
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      const Vector slope = siluSlope(d, hn::Load(d, block_.before + i));
      const Vector dp = hn::Mul(hn::Load(d, input_ + i), slope);
      hn::Store(dp, d, convolved_ + i);
      float* bias = sums_ + kRow + i % kRow;
      hn::Store(hn::Add(hn::Load(d, bias), dp), d, bias);
    }
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      const Vector dp = hn::Load(d, convolved_ + i);
      Vector dx = hn::Zero(d);
      for (std::size_t j = 0; j <= past; ++j) {
        float* taps = tap_sums_ + j * kRow + i % kRow;
        hn::Store(hn::MulAdd(dp, hn::Load(d, block_.raw + j * kRow + i), hn::Load(d, taps)), d,
                  taps);
        dx = hn::MulAdd(hn::Load(d, block_.taps + j * kRow + i % kRow),
                        hn::Load(d, convolved_ + (past - j) * kRow + i), dx);
      }
      hn::Store(dx, d, input_ + i);
    }
  }

  const BackwardCall<float>& back_;
  const Call<float>& call_;
  const MambaBackwardPass& pass_;
  std::int64_t batch_, first_;
  MambaBlock block_;
  GroupPass<kSigned> group_;
  float *rates_, *before_, *behind_, *rate_gradient_;
  float *out_, *above_, *input_, *decay_;  // y without D x; dy; sums over states, then dx and ddt
  float *convolved_, *sums_, *tap_sums_;   // dp; by D and the bias; by the taps
};

void backward(const BackwardCall<float>& back, bool is_signed, const MambaBackwardPass& pass,
              std::int64_t batch, std::int64_t first) {
  const FlushDenormals flush;
  if (is_signed) {
    BackwardTask<true>(back, pass, batch, first).run();
  } else {
    BackwardTask<false>(back, pass, batch, first).run();
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(backward);

void mambaBackward(const BackwardCall<float>& back, bool is_signed, const MambaBackwardPass& pass,
                   std::int64_t batch, std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(backward)(back, is_signed, pass, batch, first);
}

}  // namespace lineament::sequence
#endif
