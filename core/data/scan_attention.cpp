// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/scan_attention.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"
#include "core/base/subnormals.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/data/scan_attention.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#ifndef LINEAMENT_DATA_SCAN_TILE
#define LINEAMENT_DATA_SCAN_TILE
namespace lineament {

constexpr std::size_t kScanSide = 32;  // of a tile, in tokens
constexpr std::size_t kScanSpan = 16;  // tokens from one kept sum of steps to the next

// Cells [query, query + queries) x [key, key + keys) of a layer, at most kScanSide of each; `cells`
// is the first.
struct ScanTile {
  const ScanFactors* factors;
  const double* sums;
  std::size_t query, queries, key, keys;
  float* cells;
  std::size_t stride;
};

}  // namespace lineament
#endif

HWY_BEFORE_NAMESPACE();
namespace lineament::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr std::size_t kLanes = hn::MaxLanes(D());

// As many channels at once as a vector has lanes; those behind the last have steps of 0.
class Scan {
 public:
  explicit Scan(const ScanTile& tile)
      : tile_(tile),
        states_(tile.factors->states),
        rates_(states_ * kLanes),
        held_(states_ * kLanes),
        decays_(tile.queries * states_ * kLanes),
        magnitudes_(tile.queries * tile.keys * kLanes, 0.0F) {}

  void run() {
    for (std::size_t first = 0; first < tile_.factors->channels; first += kLanes) {
      channel_ = first;
      count_ = std::min(kLanes, tile_.factors->channels - first);
      prepare();
      for (std::size_t k = tile_.keys; k-- > 0;) {
        if (!column(k)) break;
      }
    }
    const D d;
    const auto share = 1 / static_cast<float>(tile_.factors->channels);
    for (std::size_t q = 0; q < tile_.queries; ++q) {
      for (std::size_t k = 0; k < tile_.keys; ++k) {
        const float* from = magnitudes_.data() + (q * tile_.keys + k) * kLanes;
        tile_.cells[q * tile_.stride + k] =
            share * hn::GetLane(hn::SumOfLanes(d, hn::LoadU(d, from)));
      }
    }
  }

 private:
  V stepsOf(std::size_t token) const {
    HWY_ALIGN float steps[kLanes] = {};
    const float* from = tile_.factors->steps.data() + token * tile_.factors->channels + channel_;
    std::copy_n(from, count_, steps);
    return hn::Load(D(), steps);
  }

  // The steps before `token`, added up.
  void sumBefore(std::size_t token, double (&sum)[kLanes]) const {
    const std::size_t channels = tile_.factors->channels, span = token / kScanSpan;
    for (std::size_t c = 0; c < count_; ++c) {
      sum[c] = tile_.sums[span * channels + channel_ + c];
      for (std::size_t t = span * kScanSpan; t < token; ++t) {
        sum[c] += double(tile_.factors->steps[t * channels + channel_ + c]);
      }
    }
  }

  void prepare() {
    const D d;
    std::fill(rates_.begin(), rates_.end(), 0.0F);
    for (std::size_t n = 0; n < states_; ++n) {
      for (std::size_t c = 0; c < count_; ++c) {
        rates_[n * kLanes + c] = tile_.factors->rates[(channel_ + c) * states_ + n];
      }
    }
    for (std::size_t q = 0; q < tile_.queries; ++q) {
      const V steps = stepsOf(tile_.query + q);
      for (std::size_t n = 0; n < states_; ++n) {
        const V rate = hn::LoadU(d, rates_.data() + n * kLanes);
        hn::StoreU(hn::Exp(d, hn::Mul(rate, steps)), d,
                   decays_.data() + (q * states_ + n) * kLanes);
      }
    }
    // What passes between the last key and the first query, both of their own steps left out.
    std::fill(std::begin(passed_), std::end(passed_), 0.0F);
    const std::size_t last = tile_.key + tile_.keys;
    if (tile_.query < last) return;
    double to[kLanes] = {}, from[kLanes] = {};
    sumBefore(tile_.query, to);
    sumBefore(last, from);
    for (std::size_t c = 0; c < count_; ++c) passed_[c] = static_cast<float>(to[c] - from[c]);
  }

  // The cells of one key; keys come from the last to the first. False where nothing is left of it
  // in any of the channels: of those before it there is nothing, either.
  bool column(std::size_t k) {
    const D d;
    const std::size_t s = tile_.key + k;
    const V own = stepsOf(s), passed = hn::LoadU(d, passed_);
    const float* writes = tile_.factors->writes.data() + s * states_;
    const bool before = s < tile_.query;
    V most = hn::Zero(d);
    for (std::size_t n = 0; n < states_; ++n) {
      V held = hn::Mul(hn::Set(d, writes[n]), own);
      if (before) {
        const V kept = hn::Exp(d, hn::Mul(hn::LoadU(d, rates_.data() + n * kLanes), passed));
        most = hn::Max(most, kept);
        held = hn::Mul(held, kept);
      }
      hn::StoreU(held, d, held_.data() + n * kLanes);
    }
    if (before) hn::StoreU(hn::Add(passed, own), d, passed_);
    if (before && hn::AllTrue(d, hn::Eq(most, hn::Zero(d)))) return false;
    const std::size_t first = before ? 0 : s - tile_.query;
    for (std::size_t q = first; q < tile_.queries; ++q) {
      const float* reads = tile_.factors->reads.data() + (tile_.query + q) * states_;
      const float* decays = decays_.data() + q * states_ * kLanes;
      const bool decayed = tile_.query + q > s;
      V sum = hn::Zero(d);
      for (std::size_t n = 0; n < states_; ++n) {
        V held = hn::LoadU(d, held_.data() + n * kLanes);
        if (decayed) {
          held = hn::Mul(held, hn::LoadU(d, decays + n * kLanes));
          hn::StoreU(held, d, held_.data() + n * kLanes);
        }
        sum = hn::MulAdd(hn::Set(d, reads[n]), held, sum);
      }
      float* to = magnitudes_.data() + (q * tile_.keys + k) * kLanes;
      hn::StoreU(hn::Add(hn::LoadU(d, to), hn::Abs(sum)), d, to);
    }
    return true;
  }

  const ScanTile& tile_;
  std::size_t states_, channel_ = 0, count_ = 0;
  std::vector<float> rates_;       // [state, lane]
  std::vector<float> held_;        // of the column at work, [state, lane]
  std::vector<float> decays_;      // over a query's own step, [query, state, lane]
  std::vector<float> magnitudes_;  // [query, key, lane]
  // Steps behind the key at work and before the first query, added up.
  float passed_[kLanes] = {};
};

void scanTile(const ScanTile& tile) {
  Scan(tile).run();
}

}  // namespace lineament::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament {

HWY_EXPORT(scanTile);

bool ScanFactors::fits() const {
  const auto has = [](const SharedArray<float>& array, std::size_t rows, std::size_t width) {
    std::size_t numbers = 0;
    return !__builtin_mul_overflow(rows, width, &numbers) && array.size() == numbers;
  };
  return channels > 0 && states > 0 && has(steps, tokens, channels) &&
         has(rates, channels, states) && has(writes, tokens, states) && has(reads, tokens, states);
}

ScanAttention::ScanAttention(std::vector<ScanFactors> layers) : layers_(std::move(layers)) {
  for (const ScanFactors& layer : layers_) {
    std::vector<double> sums, sum(layer.channels, 0.0);
    for (std::size_t t = 0; t < layer.tokens; ++t) {
      if (t % kScanSpan == 0) sums.insert(sums.end(), sum.begin(), sum.end());
      for (std::size_t c = 0; c < layer.channels; ++c) {
        sum[c] += double(layer.steps[t * layer.channels + c]);
      }
    }
    // A window may end where the text does.
    sums.insert(sums.end(), sum.begin(), sum.end());
    sums_.push_back(std::move(sums));
  }
}

void ScanAttention::cells(std::size_t layer, std::size_t, const AttentionWindow& window,
                          std::span<float> weights, const Context& context) const {
  std::fill_n(weights.begin(), window.queries * window.keys, 0.0F);
  const std::size_t across = (window.keys + kScanSide - 1) / kScanSide;
  const std::size_t down = (window.queries + kScanSide - 1) / kScanSide;
  forBlocks(across * down, 1, context, [&](std::size_t begin, std::size_t end) {
    const FlushSubnormals flush;
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t q = i / across * kScanSide, k = i % across * kScanSide;
      ScanTile tile{&layers_[layer],
                    sums_[layer].data(),
                    window.query + q,
                    std::min(kScanSide, window.queries - q),
                    window.key + k,
                    std::min(kScanSide, window.keys - k),
                    weights.data() + q * window.keys + k,
                    window.keys};
      const std::size_t last = tile.query + tile.queries;
      if (tile.key >= last) continue;  // above the diagonal
      tile.keys = std::min(tile.keys, last - tile.key);
      HWY_DYNAMIC_DISPATCH(scanTile)(tile);
    }
  });
}

std::vector<double> scanAttentionReference(const ScanFactors& factors) {
  const std::size_t tokens = factors.tokens, states = factors.states;
  std::vector<double> made(tokens * tokens, 0.0);
  for (std::size_t c = 0; c < factors.channels; ++c) {
    const auto step = [&](std::size_t t) {
      return double(factors.steps[t * factors.channels + c]);
    };
    for (std::size_t s = 0; s < tokens; ++s) {
      double passed = 0;
      for (std::size_t t = s; t < tokens; ++t) {
        if (t > s) passed += step(t);
        double sum = 0;
        for (std::size_t n = 0; n < states; ++n) {
          sum += double(factors.reads[t * states + n]) *
                 std::exp(double(factors.rates[c * states + n]) * passed) * step(s) *
                 double(factors.writes[s * states + n]);
        }
        made[t * tokens + s] += std::abs(sum) / static_cast<double>(factors.channels);
      }
    }
  }
  return made;
}

}  // namespace lineament
#endif
