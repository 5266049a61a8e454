// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/lssl_tiles.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/subnormals.h"
#include "core/sequence/prefetch.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/lssl_tiles.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/lssl_strip-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// Outputs of a strip, a row [feature][channel] for a token, from vectors of a channel each.
class LsslOutputRow {
 public:
  LsslOutputRow(const Call<float>& call, const LsslStrip& strip, Workspace& work)
      : call_(call), strip_(strip), row_(work.numbers(strip.row * strip.channels).data()) {}

  void put(std::size_t channel, std::size_t vector, Vector outputs) const {
    const Lane d;
    if (strip_.channels == 1) return hn::Store(outputs, d, row_ + vector * kLanes);
    alignas(64) float lanes[kLanes];
    hn::Store(outputs, d, lanes);
    for (std::size_t i = 0; i < kLanes; ++i) {
      row_[(vector * kLanes + i) * strip_.channels + channel] = lanes[i];
    }
  }

  void store(std::int64_t batch, std::int64_t token) const {
    const auto channels = static_cast<std::int64_t>(strip_.channels);
    const auto width = static_cast<std::int64_t>(strip_.width);
    if (call_.output.stride[2] == channels) {
      call_.output.store(row_, width * channels, batch, token, strip_.first);
      return;
    }
    for (std::int64_t i = 0; i < width; ++i) {
      call_.output.store(row_ + i * channels, channels, batch, token, strip_.first + i);
    }
  }

 private:
  const Call<float>& call_;
  const LsslStrip& strip_;
  float* row_;
};

class LsslForward {
 public:
  LsslForward(const Call<float>& call, std::int64_t first, std::int64_t end)
      : call_(call),
        strip_(call, first, end, work_),
        state_(work_.numbers(strip_.vectors * strip_.padded * kLanes).data()),
        input_(work_.numbers(strip_.row).data()),
        carried_(work_, strip_.vectors),
        outputs_(work_, strip_.channels * strip_.vectors),
        row_(call, strip_, work_) {}

  void run(std::int64_t batch) {
    for (std::size_t v = 0; v < strip_.vectors; ++v) {
      strip_.loadState(call_.initial, batch, v, stateOf(v));
    }
    for (std::int64_t from = 0; from < call_.sizes.tokens(); from += kLsslBlock) {
      const auto count =
          static_cast<std::size_t>(std::min(kLsslBlock, call_.sizes.tokens() - from));
      if (!call_.kept.empty()) keep(batch, from / kLsslBlock);
      load(batch, from, count);
      lookAhead(batch, from + kLsslBlock);
      for (std::size_t v = 0; v < strip_.vectors; ++v) {
        for (std::size_t n = 0; n < strip_.padded; n += kStateGroup) {
          ahead_.ask();
          filter(v, n, count);
        }
      }
      store(batch, from, count);
    }
    for (std::size_t v = 0; call_.final != nullptr && v < strip_.vectors; ++v) {
      strip_.storeState(stateOf(v), batch, v, *call_.final);
    }
  }

 private:
  float* stateOf(std::size_t vector) const { return state_ + vector * strip_.padded * kLanes; }

  void keep(std::int64_t batch, std::int64_t block) const {
    const Lane d;
    for (std::size_t n = 0; n < strip_.states; ++n) {
      for (std::size_t v = 0; v < strip_.vectors; ++v) {
        storeFirst(hn::Load(d, stateOf(v) + n * kLanes), d, strip_.countOf(v),
                   strip_.kept(batch, block, n, v));
      }
    }
  }

  // q of the first state, d u, and D u, which the outputs begin with.
  void load(std::int64_t batch, std::int64_t from, std::size_t count) const {
    const Lane d;
    for (std::size_t t = 0; t < count; ++t) {
      const float* u = strip_.inputs(batch, from + static_cast<std::int64_t>(t), input_);
      for (std::size_t v = 0; v < strip_.vectors; ++v) {
        const Vector input = hn::LoadU(d, u + v * kLanes);
        hn::Store(hn::Mul(hn::Load(d, strip_.step + v * kLanes), input), d, carried_.at(v, t));
        for (std::size_t m = 0; m < strip_.channels; ++m) {
          hn::Store(hn::Mul(strip_.skip(m, v), input), d, outputs_.at(m * strip_.vectors + v, t));
        }
      }
    }
  }

  // The rows of the next block are asked for a few at a time: each is pages away from the last.
  void lookAhead(std::int64_t batch, std::int64_t from) {
    const auto width = static_cast<std::int64_t>(strip_.width);
    ahead_.clear();
    const std::int64_t end = std::min(from + kLsslBlock, call_.sizes.tokens());
    for (std::int64_t token = from; token < end; ++token) {
      ahead_.addRow(call_.inputs[kLsslU], width, batch, token, strip_.first);
      ahead_.addRow(call_.output, width * static_cast<std::int64_t>(strip_.channels), batch, token,
                    strip_.first);
    }
    const std::size_t times = strip_.vectors * (strip_.padded / kStateGroup);
    ahead_.spread(times);
  }

  // States [n, n + kStateGroup) of a vector of features over the block.
  HWY_INLINE void filter(std::size_t v, std::size_t n, std::size_t count) const {
    const Lane d;
    Vector x[kStateGroup], e[kStateGroup], f[kStateGroup], l[kStateGroup], m[kStateGroup];
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kStateGroup; ++k) {
      x[k] = hn::Load(d, stateOf(v) + (n + k) * kLanes);
      e[k] = strip_.coefficient(LsslStrip::kE, n + k, v);
      f[k] = strip_.coefficient(LsslStrip::kF, n + k, v);
      l[k] = strip_.coefficient(LsslStrip::kL, n + k, v);
      m[k] = strip_.coefficient(LsslStrip::kM, n + k, v);
    }
    // Copies: whatever is stored might be a member.
    float *carried = carried_.at(v, 0), *outputs = outputs_.at(v, 0);
    const float* readings = strip_.readings(0, n, v);
    const std::size_t channels = strip_.channels, row = strip_.row;
    const std::size_t next_output = strip_.vectors * LsslTile::kStride;
    const std::size_t next_readings = strip_.padded * row;
    for (std::size_t t = 0; t < count; ++t, carried += kLanes, outputs += kLanes) {
      Vector q = hn::Load(d, carried);
      HWY_UNROLL(4)
      for (std::size_t k = 0; k < kStateGroup; ++k) {
        const Vector before = x[k];
        x[k] = hn::MulAdd(e[k], before, hn::Mul(f[k], q));
        q = hn::MulAdd(l[k], q, hn::Mul(m[k], before));
      }
      hn::Store(q, d, carried);
      for (std::size_t c = 0; c < channels; ++c) {
        Vector y = hn::Load(d, outputs + c * next_output);
        HWY_UNROLL(4)
        for (std::size_t k = 0; k < kStateGroup; ++k) {
          y = hn::MulAdd(hn::Load(d, readings + c * next_readings + k * row), x[k], y);
        }
        hn::Store(y, d, outputs + c * next_output);
      }
    }
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kStateGroup; ++k) {
      hn::Store(x[k], d, stateOf(v) + (n + k) * kLanes);
    }
  }

  void store(std::int64_t batch, std::int64_t from, std::size_t count) const {
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t c = 0; c < strip_.channels; ++c) {
        for (std::size_t v = 0; v < strip_.vectors; ++v) {
          row_.put(c, v, hn::Load(Lane(), outputs_.at(c * strip_.vectors + v, t)));
        }
      }
      row_.store(batch, from + static_cast<std::int64_t>(t));
    }
  }

  const Call<float>& call_;
  Workspace work_;
  LsslStrip strip_;
  float* state_;  // [vector][padded state][lane]
  float* input_;
  LsslTile carried_;  // q, of the states that are next
  LsslTile outputs_;  // a vector of each channel after the other
  LsslOutputRow row_;
  PrefetchList ahead_;
};

// One token. The states of kEntries batch entries go through the rows side by side, which hides
// that each row waits for the one above it.
class LsslStepTask {
  static constexpr auto kEntries = static_cast<std::size_t>(kLsslEntries);

 public:
  LsslStepTask(const Call<float>& call, std::int64_t first, std::int64_t end)
      : call_(call),
        strip_(call, first, end, work_),
        states_(work_.numbers(kEntries * strip_.padded * kLanes).data()),
        inputs_(work_.tile(kEntries, strip_.width)) {
    for (auto& row : rows_) row.emplace(call, strip_, work_);
  }

  void run(std::int64_t begin, std::int64_t end) {
    for (std::int64_t batch = begin; batch < end; batch += kLsslEntries) {
      const auto count = static_cast<std::size_t>(std::min(kLsslEntries, end - batch));
      const float* u[kEntries];
      for (std::size_t b = 0; b < count; ++b) {
        u[b] = strip_.inputs(entry(batch, b), 0, inputs_ + b * strip_.row);
      }
      for (std::size_t v = 0; v < strip_.vectors; ++v) {
        for (std::size_t b = 0; b < count; ++b) {
          prefetchBehind(entry(batch, b), v, end);
          strip_.loadState(call_.initial, entry(batch, b), v, stateOf(b));
        }
        advance(v, u, count);
        for (std::size_t b = 0; b < count; ++b) {
          readOut(v, b, hn::LoadU(Lane(), u[b] + v * kLanes));
          strip_.storeState(stateOf(b), entry(batch, b), v, *call_.final);
        }
      }
      for (std::size_t b = 0; b < count; ++b) rows_[b]->store(entry(batch, b), 0);
    }
  }

 private:
  static std::int64_t entry(std::int64_t batch, std::size_t b) {
    return batch + static_cast<std::int64_t>(b);
  }
  float* stateOf(std::size_t b) const { return states_ + b * strip_.padded * kLanes; }

  // What is loaded next in this one's place.
  void prefetchBehind(std::int64_t batch, std::size_t vector, std::int64_t end) const {
    if (++vector == strip_.vectors) {
      vector = 0;
      batch = std::min(batch + kLsslEntries, end - 1);
    }
    const float* from = call_.initial->values.data() + strip_.stateAt(batch, vector);
    const std::size_t numbers = strip_.countOf(vector) * strip_.states;
    for (std::size_t i = 0; i < numbers; i += kTilePadding) hwy::Prefetch(from + i);
  }

  HWY_INLINE void advance(std::size_t v, const float* const (&u)[kEntries],
                          std::size_t count) const {
    const Lane d;
    Vector q[kEntries];
    for (std::size_t b = 0; b < kEntries; ++b) {
      const float* row = b < count ? u[b] : u[0];
      q[b] = hn::Mul(hn::Load(d, strip_.step + v * kLanes), hn::LoadU(d, row + v * kLanes));
    }
    for (std::size_t n = 0; n < strip_.states; ++n) {
      const Vector e = strip_.coefficient(LsslStrip::kE, n, v);
      const Vector f = strip_.coefficient(LsslStrip::kF, n, v);
      const Vector l = strip_.coefficient(LsslStrip::kL, n, v);
      const Vector m = strip_.coefficient(LsslStrip::kM, n, v);
      HWY_UNROLL(4)
      for (std::size_t b = 0; b < kEntries; ++b) {
        float* place = stateOf(b) + n * kLanes;
        const Vector x = hn::Load(d, place);
        hn::Store(hn::MulAdd(e, x, hn::Mul(f, q[b])), d, place);
        q[b] = hn::MulAdd(l, q[b], hn::Mul(m, x));
      }
    }
  }

  void readOut(std::size_t v, std::size_t b, Vector input) const {
    const Lane d;
    const float* x = stateOf(b);
    for (std::size_t c = 0; c < strip_.channels; ++c) {
      Vector even = hn::Mul(strip_.skip(c, v), input), odd = hn::Zero(d);
      for (std::size_t n = 0; n < strip_.padded; n += 2) {
        even = hn::MulAdd(strip_.read(c, n, v), hn::Load(d, x + n * kLanes), even);
        odd = hn::MulAdd(strip_.read(c, n + 1, v), hn::Load(d, x + (n + 1) * kLanes), odd);
      }
      rows_[b]->put(c, v, hn::Add(even, odd));
    }
  }

  const Call<float>& call_;
  Workspace work_;
  LsslStrip strip_;
  float* states_;  // [entry][padded state][lane]
  float* inputs_;
  std::array<std::optional<LsslOutputRow>, kEntries> rows_;
};

void forwardFeatures(const Call<float>& call, std::int64_t first, std::int64_t end) {
  const FlushSubnormals flush;
  LsslForward task(call, first, end);
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) task.run(b);
}

void stepFeatures(const Call<float>& call, std::int64_t first, std::int64_t end, std::int64_t begin,
                  std::int64_t end_batch) {
  const FlushSubnormals flush;
  LsslStepTask(call, first, end).run(begin, end_batch);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(forwardFeatures);
HWY_EXPORT(stepFeatures);

void lsslForward(const Call<float>& call, std::int64_t first, std::int64_t end) {
  HWY_DYNAMIC_DISPATCH(forwardFeatures)(call, first, end);
}

void lsslStep(const Call<float>& call, std::int64_t first, std::int64_t end, std::int64_t begin,
              std::int64_t end_batch) {
  HWY_DYNAMIC_DISPATCH(stepFeatures)(call, first, end, begin, end_batch);
}

}  // namespace lineament::sequence
#endif
