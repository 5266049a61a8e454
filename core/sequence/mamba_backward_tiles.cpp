// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <optional>

#include "core/base/subnormals.h"
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
  GroupPass(const MambaBlock& block, Workspace& work)
      : block_(block),
        history_(work.tile(MambaBlock::kTokens + 1, kVectorsOfStates)),
        decays_(work.tile(MambaBlock::kTokens, kVectorsOfStates)),
        writes(work.tile(MambaBlock::kTokens, kVectorsOfStates)),
        reads(work.tile(MambaBlock::kTokens, kVectorsOfStates)) {}

  // Channels from i, states from n. `before` are the states that enter the block; out += C h.
  template <bool kBounded>
  void replay(std::size_t count, std::size_t i, std::size_t n, const float* rates,
              const float* before, float* out) {
    const Lane d;
    Vector state[kStateGroup];
    HWY_UNROLL(8)
    for (std::size_t k = 0; k < kStateGroup; ++k) {
      state[k] = hn::Load(d, before + (n + k) * kRow + i);
      hn::Store(state[k], d, history_ + k * kLanes);
    }
    for (std::size_t t = 0; t < count; ++t) {
      const Vector dt = hn::Load(d, block_.step + t * kRow + i);
      const Vector dtx = hn::Load(d, block_.write + t * kRow + i);
      const float *b = block_.b + t * block_.padded + n, *c = block_.c + t * block_.padded + n;
      Vector y = hn::Load(d, out + t * kRow + i);
      float* powers = decays_ + t * kVectorsOfStates;
      float* states = history_ + (t + 1) * kVectorsOfStates;
      HWY_UNROLL(4)
      for (std::size_t first = 0; first < kStateGroup; first += kStep) {
        Vector power[kStep];
        HWY_UNROLL(4)
        for (std::size_t j = 0; j < kStep; ++j) {
          power[j] = hn::Load(d, rates + (n + first + j) * kRow + i);
        }
        decayPowers<kBounded>(d, dt, power);
        HWY_UNROLL(4)
        for (std::size_t j = 0; j < kStep; ++j) {
          const std::size_t k = first + j;
          const Vector input = hn::Mul(dtx, hn::Set(d, b[k]));
          state[k] = hn::MulAdd(decayOf<kSigned>(d, power[j]), state[k], input);
          y = hn::MulAdd(state[k], hn::Set(d, c[k]), y);
          hn::Store(power[j], d, powers + k * kLanes);
          hn::Store(state[k], d, states + k * kLanes);
        }
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
  const MambaBlock& block_;
  float *history_, *decays_;

 public:
  float *writes, *reads;
};

// What a strip carries from one block of tokens to the one before it.
struct StripSums {
  float *behind, *rates;      // gradients by the state behind the block and by A so far
  float *skip, *bias, *taps;  // by D, conv_bias and conv so far
  float* convolved;           // dp of the block's tokens, then of the `past` ones behind it
  StripSums(const MambaBlock& block, Workspace& work)
      : behind(work.tile(block.padded, kRow)),
        rates(work.tile(block.padded, kRow)),
        skip(work.tile(1, kRow)),
        bias(work.tile(1, kRow)),
        taps(work.tile(block.past + 1, kRow)),
        convolved(work.tile(MambaBlock::kTokens + block.past, kRow)) {}
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
        task_(first / kMambaChannels),
        block_(call_, work_),
        group_(block_, work_),
        before_(rowsOf(block_.padded)),
        out_(rowsOf(kTokens)),
        above_(rowsOf(kTokens)),
        input_(rowsOf(kTokens)),
        decay_(rowsOf(kTokens)) {
    const std::int64_t end = std::min(first + kMambaChannels, call_.sizes.heads());
    for (; first < end; first += kMambaStrip) {
      const MambaStrip strip(call_, batch, first, end, work_);
      const float* rates = strip.loadRates(work_);
      strips_[count_++].emplace(
          Running{strip, rates, strip.lowestRates(rates, work_), StripSums(block_, work_)});
    }
  }

  void run() {
    carry([](float* shared, float* own, std::size_t width) { std::copy_n(shared, width, own); });
    for (std::int64_t end = pass_.end; end > pass_.begin;) {
      const std::int64_t from = (end - 1) / kMambaTokens * kMambaTokens;
      const auto count = static_cast<std::size_t>(end - from);
      block_.loadShared(strips_[0]->strip, from, count);
      for (std::size_t i = 0; i < count_; ++i) tokens(*strips_[i], from, count, i > 0);
      end = from;
    }
    carry([](float* shared, float* own, std::size_t width) { std::copy_n(own, width, shared); });
  }

 private:
  static constexpr std::size_t kTokens = MambaBlock::kTokens;

  struct Running {
    MambaStrip strip;
    const float *rates, *lowest;
    StripSums sums;
  };

  float* rowsOf(std::size_t rows) { return work_.tile(rows, kRow); }

  // Between a pass's sums and this task's channels of them.
  template <class Copy>
  void carry(Copy copy) {
    const auto channels = static_cast<std::size_t>(call_.sizes.heads());
    const auto batch = static_cast<std::size_t>(batch_);
    for (std::size_t s = 0; s < count_; ++s) {
      const MambaStrip& strip = strips_[s]->strip;
      const StripSums& sums = strips_[s]->sums;
      const auto rows = [&](float* shared, std::size_t count, float* own) {
        for (std::size_t row = 0; row < count; ++row) {
          copy(shared + (batch * count + row) * channels + static_cast<std::size_t>(strip.first),
               own + row * kRow, strip.width);
        }
      };
      rows(pass_.state, block_.states, sums.behind);
      rows(pass_.rates, block_.states, sums.rates);
      rows(pass_.skip, 1, sums.skip);
      rows(pass_.bias, 1, sums.bias);
      rows(pass_.taps, block_.past + 1, sums.taps);
      rows(pass_.later, block_.past, sums.convolved);
    }
  }

  // `adds`: the pass has sums of earlier strips for these tokens.
  void tokens(const Running& running, std::int64_t from, std::size_t count, bool adds) {
    const MambaStrip& strip = running.strip;
    block_.load(strip, from, count);
    loadBefore(strip, from);
    gateGradient(strip, from, count);
    std::fill_n(out_, count * kRow, 0.0f);
    std::fill_n(input_, count * kRow, 0.0f);
    std::fill_n(decay_, count * kRow, 0.0f);
    for (std::size_t n = 0; n < block_.states; n += kStateGroup) {
      for (std::size_t i = 0; i < strip.width; i += kLanes) {
        if (block_.isBounded(running.lowest, i, count)) {
          group_.template replay<true>(count, i, n, running.rates, before_, out_);
        } else {
          group_.template replay<false>(count, i, n, running.rates, before_, out_);
        }
        group_.reverse(count, i, n, running.rates, above_, i > 0, running.sums.behind,
                       running.sums.rates, input_, decay_);
      }
      sumOverChannels(from, count, n, adds);
    }
    if (block_.gate) outputOfGate(strip, from, count);
    inputGradients(running, from, count);
  }

  void loadBefore(const MambaStrip& strip, std::int64_t from) {
    const std::int64_t blocks = (call_.sizes.tokens() + kMambaTokens - 1) / kMambaTokens;
    for (std::size_t n = 0; n < block_.states; ++n) {
      const std::int64_t row = (batch_ * blocks + from / kMambaTokens) * call_.sizes.keys() +
                               static_cast<std::int64_t>(n);
      std::copy_n(call_.kept.data() + row * call_.sizes.heads() + strip.first, strip.width,
                  before_ + n * kRow);
      strip.clearRest(before_ + n * kRow);
    }
  }

  // dy = do silu(z)
  void gateGradient(const MambaStrip& strip, std::int64_t from, std::size_t count) {
    const Lane d;
    for (std::size_t t = 0; t < count; ++t) {
      std::copy_n(aboveRow(strip, from, t), strip.width, above_ + t * kRow);
      strip.clearRest(above_ + t * kRow);
    }
    for (std::size_t i = 0; block_.gate && i < count * kRow; i += kLanes) {
      const Vector z = hn::Load(d, block_.gate + i);
      hn::Store(hn::Mul(hn::Load(d, above_ + i), hn::Mul(z, sigmoid(d, z))), d, above_ + i);
    }
  }

  // dz = do y silu'(z), silu'(z) = s (1 + z (1 - s)) with s = sigmoid(z)
  void outputOfGate(const MambaStrip& strip, std::int64_t from, std::size_t count) {
    const View<float>& to = back_.input_gradients[kMambaGate];
    if (!to) return;
    const Lane d;
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      Vector y = hn::Load(d, out_ + i);
      if (strip.skip) {
        y = hn::MulAdd(hn::Load(d, strip.skip + i % kRow), hn::Load(d, block_.x + i), y);
      }
      hn::Store(hn::Mul(y, siluSlope(d, hn::Load(d, block_.gate + i))), d, out_ + i);
    }
    for (std::size_t t = 0; t < count; ++t) {
      const float* above = aboveRow(strip, from, t);
      float* row = to.row(batch_, from + static_cast<std::int64_t>(t), strip.first);
      for (std::size_t c = 0; c < strip.width; ++c) row[c] += above[c] * out_[t * kRow + c];
    }
  }

  static Vector siluSlope(Lane d, Vector x) {
    const Vector one = hn::Set(d, 1.0f), gate = sigmoid(d, x);
    return hn::Mul(gate, hn::MulAdd(x, hn::Sub(one, gate), one));
  }

  const float* aboveRow(const MambaStrip& strip, std::int64_t from, std::size_t t) const {
    return back_.output_gradient.row(batch_, from + static_cast<std::int64_t>(t), strip.first);
  }

  // dB and dC of a group of states: the lanes' sums, where the pass collects them.
  void sumOverChannels(std::int64_t from, std::size_t count, std::size_t n, bool adds) {
    const Lane d;
    const std::int64_t tasks = mambaTasks(call_.sizes);
    const std::int64_t token = (batch_ * tasks + task_) * kMambaPass + from - pass_.begin;
    float* to = pass_.write_read + static_cast<std::size_t>(token) * 2 * block_.padded + n;
    alignas(64) float sums[kLanes];
    const auto scatter = [&](const float* products, std::size_t part) {
      for (std::size_t row = 0; row < count * kStateGroup; row += kLanes) {
        hn::Store(sumsOfRows(d, products + row * kLanes), d, sums);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const std::size_t t = (row + lane) / kStateGroup, k = (row + lane) % kStateGroup;
          if (t >= count) break;
          float& sum = to[(2 * t + part) * block_.padded + k];
          sum = adds ? sum + sums[lane] : sums[lane];
        }
      }
    };
    scatter(group_.writes, 0);
    scatter(group_.reads, 1);
  }

  // From the sums over the states to dx, ddt, dD and, through the convolution, to the raw inputs.
  void inputGradients(const Running& running, std::int64_t from, std::size_t count) {
    const Lane d;
    const MambaStrip& strip = running.strip;
    float* by_skip = running.sums.skip;
    const Vector ln2 = hn::Set(d, kLn2);
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      const Vector sum = hn::Load(d, input_ + i), dy = hn::Load(d, above_ + i);
      const Vector x = hn::Load(d, block_.x + i);
      hn::Store(hn::MulAdd(x, sum, hn::Mul(ln2, hn::Load(d, decay_ + i))), d, decay_ + i);
      Vector dx = hn::Mul(hn::Load(d, block_.step + i), sum);
      if (strip.skip) {
        dx = hn::MulAdd(hn::Load(d, strip.skip + i % kRow), dy, dx);
        hn::Store(hn::MulAdd(dy, x, hn::Load(d, by_skip + i % kRow)), d, by_skip + i % kRow);
      }
      hn::Store(dx, d, input_ + i);
    }
    addRows(back_.input_gradients[kMambaStep], strip, from, count, decay_);
    if (strip.taps) throughConvolution(running, count);
    addRows(back_.input_gradients[kMambaX], strip, from, count, input_);
  }

  void addRows(const View<float>& to, const MambaStrip& strip, std::int64_t from, std::size_t count,
               const float* rows) {
    for (std::size_t t = 0; to && t < count; ++t) {
      addRow(rows + t * kRow, strip.width,
             to.row(batch_, from + static_cast<std::int64_t>(t), strip.first));
    }
  }

  // dp = dx' silu'(p) before those of the next tokens, and with them the inputs' gradients.
  void throughConvolution(const Running& running, std::size_t count) {
    const Lane d;
    float* convolved = running.sums.convolved;
    const std::size_t past = block_.past;
    std::copy_backward(convolved, convolved + past * kRow, convolved + (past + count) * kRow);
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      const Vector slope = siluSlope(d, hn::Load(d, block_.before + i));
      const Vector dp = hn::Mul(hn::Load(d, input_ + i), slope);
      hn::Store(dp, d, convolved + i);
      float* bias = running.sums.bias + i % kRow;
      hn::Store(hn::Add(hn::Load(d, bias), dp), d, bias);
    }
    for (std::size_t i = 0; i < count * kRow; i += kLanes) {
      const Vector dp = hn::Load(d, convolved + i);
      Vector dx = hn::Zero(d);
      for (std::size_t j = 0; j <= past; ++j) {
        float* taps = running.sums.taps + j * kRow + i % kRow;
        hn::Store(hn::MulAdd(dp, hn::Load(d, block_.raw + j * kRow + i), hn::Load(d, taps)), d,
                  taps);
        dx = hn::MulAdd(hn::Load(d, running.strip.taps + j * kRow + i % kRow),
                        hn::Load(d, convolved + (past - j) * kRow + i), dx);
      }
      hn::Store(dx, d, input_ + i);
    }
  }

  const BackwardCall<float>& back_;
  const Call<float>& call_;
  const MambaBackwardPass& pass_;
  std::int64_t batch_, task_;
  Workspace work_;
  MambaBlock block_;
  GroupPass<kSigned> group_;
  float* before_;                          // the states that enter the block
  float *out_, *above_, *input_, *decay_;  // y without D x; dy; sums over states, then dx and ddt
  std::array<std::optional<Running>, kMambaChannels / kMambaStrip> strips_;
  std::size_t count_ = 0;
};

void backward(const BackwardCall<float>& back, bool is_signed, const MambaBackwardPass& pass,
              std::int64_t batch, std::int64_t first) {
  const FlushSubnormals flush;
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
