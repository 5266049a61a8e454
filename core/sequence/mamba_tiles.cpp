// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mamba_tiles.h"

#include "core/base/denormals.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/mamba_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/mamba_block-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// One vector of channels and kStateGroup of their states over a block of tokens, all in registers:
// out += C h. `h` and `rates` are rows of states, `b` and `c` the columns of the group's first one.
template <bool kSigned>
HWY_INLINE void scanGroup(std::size_t count, std::size_t padded, const float* HWY_RESTRICT rates,
                          const float* HWY_RESTRICT step, const float* HWY_RESTRICT write,
                          const float* HWY_RESTRICT b, const float* HWY_RESTRICT c,
                          float* HWY_RESTRICT h, float* HWY_RESTRICT out) {
  const Lane d;
  Vector state[kStateGroup], rate[kStateGroup];
  HWY_UNROLL(8)
  for (std::size_t n = 0; n < kStateGroup; ++n) {
    state[n] = hn::Load(d, h + n * kRow);
    rate[n] = hn::Load(d, rates + n * kRow);
  }
  for (std::size_t t = 0; t < count; ++t) {
    const Vector dt = hn::Load(d, step + t * kRow), dtx = hn::Load(d, write + t * kRow);
    Vector y = hn::Load(d, out + t * kRow);
    HWY_UNROLL(8)
    for (std::size_t n = 0; n < kStateGroup; ++n) {
      const Vector a = decayOf<kSigned>(d, powerOfTwo(d, hn::Mul(dt, rate[n])));
      state[n] = hn::MulAdd(a, state[n], hn::Mul(dtx, hn::Set(d, b[t * padded + n])));
      y = hn::MulAdd(state[n], hn::Set(d, c[t * padded + n]), y);
    }
    hn::Store(y, d, out + t * kRow);
  }
  HWY_UNROLL(8)
  for (std::size_t n = 0; n < kStateGroup; ++n) hn::Store(state[n], d, h + n * kRow);
}

template <bool kSigned>
void scanBlock(const MambaBlock& block, std::size_t count, const float* rates, float* h,
               float* out) {
  std::fill_n(out, count * kRow, 0.0f);
  for (std::size_t i = 0; i < block.width; i += hn::Lanes(Lane())) {
    for (std::size_t n = 0; n < block.states; n += kStateGroup) {
      scanGroup<kSigned>(count, block.padded, rates + n * kRow + i, block.step + i, block.write + i,
                         block.b + n, block.c + n, h + n * kRow + i, out + i);
    }
  }
}

template <bool kSigned>
void forwardTask(const Call<float>& call, std::int64_t batch, std::int64_t first) {
  const FlushDenormals flush;
  MambaBlock block(call, batch, first);
  const float* rates = block.loadRates();
  float* h = block.work.tile(block.padded, kRow);
  float* out = block.work.tile(MambaBlock::kTokens, kRow);
  for (std::size_t i = 0; call.initial && i < block.width; ++i) {
    for (std::size_t n = 0; n < block.states; ++n) {
      h[n * kRow + i] = call.initial->values[block.stateAt(i) + n];
    }
  }
  const std::int64_t tokens = call.sizes.tokens(), channels = call.sizes.heads();
  const std::int64_t blocks = (tokens + kMambaTokens - 1) / kMambaTokens;
  for (std::int64_t from = 0; from < tokens; from += kMambaTokens) {
    const auto count = static_cast<std::size_t>(std::min(kMambaTokens, tokens - from));
    for (std::size_t n = 0; !call.kept.empty() && n < block.states; ++n) {
      const std::int64_t row =
          (batch * blocks + from / kMambaTokens) * call.sizes.keys() + static_cast<std::int64_t>(n);
      std::copy_n(h + n * kRow, block.width, call.kept.data() + row * channels + first);
    }
    block.load(from, count);
    scanBlock<kSigned>(block, count, rates, h, out);
    block.finish(count, out);
    block.store(from, count, out);
  }
  if (call.final == nullptr) return;
  for (std::size_t i = 0; i < block.width; ++i) {
    for (std::size_t n = 0; n < block.states; ++n) {
      call.final->values[block.stateAt(i) + n] = h[n * kRow + i];
    }
  }
  block.storePast(*call.final);
}

// One token: the states of a channel lie in the lanes as they lie in memory, so that each is read
// and written once and nothing is turned.
template <bool kSigned>
void stepTask(const Call<float>& call, std::int64_t batch, std::int64_t first) {
  const FlushDenormals flush;
  const Lane d;
  constexpr std::size_t kLanes = HWY_LANES(float);
  MambaBlock block(call, batch, first);
  block.load(0, 1);
  float* out = block.work.tile(1, kRow);
  float* parts = block.work.tile(kRow, kLanes);
  float* buffer = block.work.tile(1, block.padded);
  for (std::size_t i = 0; i < block.width; ++i) {
    float* h = call.final->values.data() + block.stateAt(i);
    const float* rates = call.inputs[kMambaRate].row(buffer, call.sizes.keys(), block.channel(i));
    const Vector dt = hn::Set(d, kLog2E * block.step[i]), dtx = hn::Set(d, block.write[i]);
    Vector sum = hn::Zero(d);
    for (std::size_t n = 0; n < block.states; n += kLanes) {
      const auto some = hn::FirstN(d, block.states - n);
      const Vector rate = hn::MaskedLoad(some, d, rates + n);
      const Vector a = decayOf<kSigned>(d, powerOfTwo(d, hn::Mul(dt, rate)));
      const Vector state =
          hn::MulAdd(a, hn::MaskedLoad(some, d, h + n), hn::Mul(dtx, hn::LoadU(d, block.b + n)));
      hn::BlendedStore(state, some, d, h + n);
      sum = hn::MulAdd(state, hn::LoadU(d, block.c + n), sum);
    }
    hn::Store(sum, d, parts + i * kLanes);
  }
  for (std::size_t i = 0; i < block.width; i += kLanes) {
    hn::Store(sumsOfRows(d, parts + i * kLanes), d, out + i);
  }
  block.finish(1, out);
  block.store(0, 1, out);
  block.storePast(*call.final);
}

void forward(const Call<float>& call, bool is_signed, std::int64_t batch, std::int64_t first) {
  (is_signed ? forwardTask<true> : forwardTask<false>)(call, batch, first);
}

void step(const Call<float>& call, bool is_signed, std::int64_t batch, std::int64_t first) {
  (is_signed ? stepTask<true> : stepTask<false>)(call, batch, first);
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

void mambaStep(const Call<float>& call, bool is_signed, std::int64_t batch, std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(step)(call, is_signed, batch, first);
}

}  // namespace lineament::sequence
#endif
