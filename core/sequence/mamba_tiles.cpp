// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mamba_tiles.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "core/base/subnormals.h"
#include "core/sequence/prefetch.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/mamba_tiles.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/mamba_block-inl.h"
#include "core/sequence/tail-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// Memory that the next tiles come from, asked for while these ones are worked on: a row's part is
// short and the next row is pages away, which the processor does not foresee.
struct Ahead {
  const std::byte* rows[2];
  std::ptrdiff_t strides[2];  // bytes from one token to the next
};

// One vector of channels and kStateGroup of their states over a block of tokens, all in registers:
// out += C h. `h` and `rates` are rows of states, `b` and `c` the columns of the group's first one.
template <bool kSigned, bool kBounded>
void scanGroup(std::size_t count, std::size_t padded, const float* HWY_RESTRICT rates,
               const float* HWY_RESTRICT step, const float* HWY_RESTRICT write,
               const float* HWY_RESTRICT b, const float* HWY_RESTRICT c, float* HWY_RESTRICT h,
               float* HWY_RESTRICT out, Ahead ahead) {
  const Lane d;
  Vector state[kStateGroup];
  HWY_UNROLL(8)
  for (std::size_t n = 0; n < kStateGroup; ++n) state[n] = hn::Load(d, h + n * kRow);
  for (std::size_t t = 0; t < count; ++t) {
    const Vector dt = hn::Load(d, step + t * kRow), dtx = hn::Load(d, write + t * kRow);
    for (int i = 0; i < 2; ++i) {
      hwy::Prefetch(ahead.rows[i]);
      ahead.rows[i] += ahead.strides[i];
    }
    Vector y = hn::Load(d, out + t * kRow);
    HWY_UNROLL(4)
    for (std::size_t first = 0; first < kStateGroup; first += kStep) {
      Vector power[kStep];
      HWY_UNROLL(4)
      for (std::size_t k = 0; k < kStep; ++k) power[k] = hn::Load(d, rates + (first + k) * kRow);
      decayPowers<kBounded>(d, dt, power);
      HWY_UNROLL(4)
      for (std::size_t k = 0; k < kStep; ++k) {
        const std::size_t n = first + k;
        const Vector input = hn::Mul(dtx, hn::Set(d, b[t * padded + n]));
        state[n] = hn::MulAdd(decayOf<kSigned>(d, power[k]), state[n], input);
        y = hn::MulAdd(state[n], hn::Set(d, c[t * padded + n]), y);
      }
    }
    hn::Store(y, d, out + t * kRow);
  }
  HWY_UNROLL(8)
  for (std::size_t n = 0; n < kStateGroup; ++n) hn::Store(state[n], d, h + n * kRow);
}

// Channels [first, first + kMambaChannels): one block of tokens of all their strips after the
// other, so that rows of memory are read whole.
template <bool kSigned>
class ForwardTask {
 public:
  ForwardTask(const Call<float>& call, std::int64_t batch, std::int64_t first)
      : call_(call), block_(call, work_), out_(work_.tile(MambaBlock::kTokens, kRow)) {
    const std::int64_t end = std::min(first + kMambaChannels, call.sizes.heads());
    for (; first < end; first += kMambaStrip) {
      const MambaStrip strip(call, batch, first, end, work_);
      const float* rates = strip.loadRates(work_);
      strips_[count_++].emplace(
          Running{strip, rates, strip.lowestRates(rates, work_), work_.tile(block_.padded, kRow)});
    }
  }

  void run() {
    forStates(call_.initial ? call_.initial->values.data() : nullptr,
              [](const float* from, float& h) { h = from ? *from : 0.0f; });
    for (std::int64_t from = 0; from < call_.sizes.tokens(); from += kMambaTokens) {
      const auto count =
          static_cast<std::size_t>(std::min(kMambaTokens, call_.sizes.tokens() - from));
      block_.loadShared(strips_[0]->strip, from, count);
      for (std::size_t i = 0; i < count_; ++i) {
        const bool last = i + 1 == count_;
        tokens(*strips_[i], from, count, strips_[last ? 0 : i + 1]->strip,
               last ? from + kMambaTokens : from);
      }
    }
    if (call_.final == nullptr) return;
    forStates(call_.final->values.data(), [](float* to, const float& h) { *to = h; });
    for (std::size_t i = 0; i < count_; ++i) block_.storePast(strips_[i]->strip, *call_.final);
  }

 private:
  struct Running {
    MambaStrip strip;
    const float *rates, *lowest;
    float* h;
  };

  template <class Number, class Move>
  void forStates(Number* values, Move move) {
    for (std::size_t s = 0; s < count_; ++s) {
      const MambaStrip& strip = strips_[s]->strip;
      for (std::size_t i = 0; i < strip.width; ++i) {
        for (std::size_t n = 0; n < block_.states; ++n) {
          move(values ? values + strip.stateAt(i) + n : nullptr, strips_[s]->h[n * kRow + i]);
        }
      }
    }
  }

  // Where the parts of the next tiles that belong to channels from i lie: x and the output, or dt
  // and z.
  Ahead aheadOf(const MambaStrip& next, std::int64_t from, std::size_t i, bool first) const {
    Ahead ahead{
        {reinterpret_cast<const std::byte*>(out_), reinterpret_cast<const std::byte*>(out_)},
        {0, 0}};
    if (from >= call_.sizes.tokens() || i >= next.width) return ahead;
    const auto add = [&](int place, const auto& tensor) {
      const std::ptrdiff_t size = tensor.storage == Storage::f32 ? 4 : 2;
      const std::ptrdiff_t offset = next.batch * tensor.stride[0] + from * tensor.stride[1] +
                                    next.channel(i) * tensor.stride[2];
      ahead.rows[place] = static_cast<const std::byte*>(tensor.data) + offset * size;
      ahead.strides[place] = tensor.stride[1] * size;
    };
    add(0, call_.inputs[first ? kMambaX : kMambaStep]);
    if (first) {
      add(1, call_.output);
    } else if (block_.gate) {
      add(1, call_.inputs[kMambaGate]);
    }
    return ahead;
  }

  void tokens(const Running& running, std::int64_t from, std::size_t count, const MambaStrip& next,
              std::int64_t next_from) {
    const MambaStrip& strip = running.strip;
    if (!call_.kept.empty()) keep(running, from / kMambaTokens);
    block_.load(strip, from, count);
    std::fill_n(out_, count * kRow, 0.0f);
    for (std::size_t i = 0; i < strip.width; i += hn::Lanes(Lane())) {
      const auto scan = block_.isBounded(running.lowest, i, count) ? scanGroup<kSigned, true>
                                                                   : scanGroup<kSigned, false>;
      for (std::size_t n = 0; n < block_.states; n += kStateGroup) {
        scan(count, block_.padded, running.rates + n * kRow + i, block_.step + i, block_.write + i,
             block_.b + n, block_.c + n, running.h + n * kRow + i, out_ + i,
             aheadOf(next, next_from, i, n == 0));
      }
    }
    block_.finish(strip, count, out_);
    block_.store(strip, from, count, out_);
  }

  void keep(const Running& running, std::int64_t block) {
    const std::int64_t blocks = (call_.sizes.tokens() + kMambaTokens - 1) / kMambaTokens;
    for (std::size_t n = 0; n < block_.states; ++n) {
      const std::int64_t row = (running.strip.batch * blocks + block) * call_.sizes.keys() +
                               static_cast<std::int64_t>(n);
      std::copy_n(running.h + n * kRow, running.strip.width,
                  call_.kept.data() + row * call_.sizes.heads() + running.strip.first);
    }
  }

  const Call<float>& call_;
  Workspace work_;
  MambaBlock block_;
  float* out_;
  std::array<std::optional<Running>, kMambaChannels / kMambaStrip> strips_;
  std::size_t count_ = 0;
};

// One token of `count` channels: the states of a channel lie in the lanes as they lie in memory, so
// that each is read and written once and nothing is turned. The lanes of C h go to `parts`, a
// vector for each channel. `next` is where the states after these lie.
template <bool kSigned, bool kWholeVectors>
HWY_INLINE void stepChannels(std::size_t count, std::size_t states, std::size_t padded,
                             const float* HWY_RESTRICT rates, const float* HWY_RESTRICT step,
                             const float* HWY_RESTRICT write, const float* HWY_RESTRICT b,
                             const float* HWY_RESTRICT c, float* HWY_RESTRICT h,
                             float* HWY_RESTRICT parts, const float* next) {
  const Lane d;
  constexpr std::size_t kLanes = HWY_LANES(float);
  for (std::size_t i = 0; i < count; ++i, h += states, next += states, rates += padded) {
    const Vector dt = hn::Set(d, step[i]), dtx = hn::Set(d, write[i]);
    Vector sum = hn::Zero(d);
    for (std::size_t n = 0; n < states; n += kLanes) {
      hwy::Prefetch(next + n);
      const std::size_t some = states - n;
      const Vector before = kWholeVectors ? hn::LoadU(d, h + n) : loadFirst(d, some, h + n);
      const Vector a = decayOf<kSigned>(d, powerOfTwo(d, hn::Mul(dt, hn::Load(d, rates + n))));
      const Vector after = hn::MulAdd(a, before, hn::Mul(dtx, hn::Load(d, b + n)));
      if (kWholeVectors) {
        hn::StoreU(after, d, h + n);
      } else {
        storeFirst(after, d, some, h + n);
      }
      sum = hn::MulAdd(after, hn::Load(d, c + n), sum);
    }
    hn::Store(sum, d, parts + i * kLanes);
  }
}

// A token of channels [first, last), whose weights serve one batch entry after the other.
template <bool kSigned>
class StepTask {
  static constexpr std::size_t kLanes = HWY_LANES(float);

 public:
  StepTask(const Call<float>& call, std::int64_t first, std::int64_t last)
      : call_(call),
        layout_(call.sizes),
        block_(call, work_, 1),
        out_(work_.tile(1, kRow)),
        parts_(work_.tile(kRow, kLanes)) {
    for (; first < last; first += kMambaStrip) {
      const MambaStrip strip(call, 0, first, last, work_);
      strips_[count_++].emplace(Weighted{strip, loadRates(strip)});
    }
  }

  void run(std::int64_t batch) {
    for (std::size_t s = 0; s < count_; ++s) {
      const bool last = s + 1 == count_;
      MambaStrip& strip = strips_[s]->strip;
      strip.batch = batch;
      if (s == 0) block_.loadShared(strip, 0, 1);
      block_.load(strip, 0, 1);
      MambaStrip next = strips_[last ? 0 : s + 1]->strip;
      next.batch = std::min(last ? batch + 1 : batch, call_.sizes.batch() - 1);
      prefetch(next);
      advance(*strips_[s], next);
      for (std::size_t i = 0; i < strip.width; i += kLanes) {
        hn::Store(sumsOfRows(Lane(), parts_ + i * kLanes), Lane(), out_ + i);
      }
      block_.finish(strip, 1, out_);
      block_.store(strip, 0, 1, out_);
      block_.storePastBehind(strip, 1, *call_.final);
    }
  }

 private:
  struct Weighted {
    MambaStrip strip;
    const float* rates;
  };

  // A times log2(e), the states of a channel beside each other; those behind the last one are 0.
  float* loadRates(const MambaStrip& strip) {
    float* rates = work_.tile(strip.width, block_.padded);
    for (std::size_t i = 0; i < strip.width; ++i) {
      float* to = rates + i * block_.padded;
      const float* row = call_.inputs[kMambaRate].row(to, call_.sizes.keys(), strip.channel(i));
      for (std::size_t n = 0; n < block_.states; ++n) to[n] = kLog2E * row[n];
    }
    return rates;
  }

  // What the next strip reads and writes beside its states.
  void prefetch(const MambaStrip& next) {
    const auto width = static_cast<std::int64_t>(next.width);
    ahead_.clear();
    for (const MambaInput input : {kMambaX, kMambaStep, kMambaGate}) {
      if (call_.inputs[input]) ahead_.addRow(call_.inputs[input], width, next.batch, 0, next.first);
    }
    ahead_.addRow(call_.output, width, next.batch, 0, next.first);
    ahead_.add(call_.final->values.data() + next.pastAt(0),
               next.width * block_.past * sizeof(float));
    ahead_.askForAll();
  }

  void advance(const Weighted& weighted, const MambaStrip& following) {
    const MambaStrip& strip = weighted.strip;
    float* states = call_.final->values.data();
    const float* next = states + following.stateAt(0);
    const auto step =
        block_.states % kLanes == 0 ? stepChannels<kSigned, true> : stepChannels<kSigned, false>;
    step(strip.width, block_.states, block_.padded, weighted.rates, block_.step, block_.write,
         block_.b, block_.c, states + strip.stateAt(0), parts_, next);
  }

  const Call<float>& call_;
  MambaState layout_;
  Workspace work_;
  MambaBlock block_;
  float *out_, *parts_;
  PrefetchList ahead_;
  std::array<std::optional<Weighted>, kMambaStepChannels / kMambaStrip> strips_;
  std::size_t count_ = 0;
};

template <bool kSigned>
void stepTask(const Call<float>& call, std::int64_t begin, std::int64_t end, std::int64_t first,
              std::int64_t last) {
  StepTask<kSigned> task(call, first, last);
  for (std::int64_t batch = begin; batch < end; ++batch) task.run(batch);
}

void forward(const Call<float>& call, bool is_signed, std::int64_t batch, std::int64_t first) {
  const FlushSubnormals flush;
  if (is_signed) {
    ForwardTask<true>(call, batch, first).run();
  } else {
    ForwardTask<false>(call, batch, first).run();
  }
}

void step(const Call<float>& call, bool is_signed, std::int64_t begin, std::int64_t end,
          std::int64_t first, std::int64_t last) {
  const FlushSubnormals flush;
  (is_signed ? stepTask<true> : stepTask<false>)(call, begin, end, first, last);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(forward);
HWY_EXPORT(step);

std::int64_t mambaPaddedStates(std::int64_t states) {
  return static_cast<std::int64_t>(tileStride(static_cast<std::size_t>(states)));
}

void mambaForward(const Call<float>& call, bool is_signed, std::int64_t batch, std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(forward)(call, is_signed, batch, first);
}

void mambaStep(const Call<float>& call, bool is_signed, std::int64_t begin, std::int64_t end,
               std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(step)(call, is_signed, begin, end, first, last);
}

}  // namespace lineament::sequence
#endif
