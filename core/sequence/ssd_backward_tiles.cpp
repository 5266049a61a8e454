// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/subnormals.h"
#include "core/sequence/ssd_tiles.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/ssd_backward_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/ssd_chunk-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

constexpr auto kSegment = static_cast<std::size_t>(kSsdSegment);
constexpr std::size_t kChunks = kSegment / kChunk;

HWY_INLINE float dot(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, std::size_t count) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// With V = dt x, P = tril(C B' * exp(G_t - G_s)), e = exp(G), w = exp(G_last - G), dS' the gradient
// by the state behind the chunk and S, S' the states around it:
//   dP = dO V',  dM = dP * exp(G_t - G_s)
//   dC = dM B + (e dO) S',  dB = dM' C + (w V) dS''    (S', dS'' here turned)
//   dV = P' dO + w (B dS'),  dS = exp(G_last) dS' + C' (e dO)
//   d(dt A)_r = sum_{s < r <= t} E_ts + sum_{t >= r} e_t dO_t . (C_t S)
//               + sum_{s < r} w_s V_s . (B_s dS') + exp(G_last) <dS', S>,   E = dP * P
// Each term is what one path over token r adds: summing gradients by G from the end
// would be shorter, but where decays are 0 its terms are huge and only their sum is not.
class SsdBackward {
 public:
  SsdBackward(const BackwardCall<float>& back, const SsdBackwardPass& pass, std::int64_t index)
      : back_(back),
        call_(back.forward),
        pass_(pass),
        task_(ssdTask(call_.sizes, index)),
        index_(static_cast<std::size_t>(index)),
        shape_(call_.sizes),
        b_(work_.tile(kSegment, shape_.keys)),
        c_(work_.tile(kSegment, shape_.keys)),
        across_(work_.tile(shape_.keys, kChunk)),
        c_across_(work_.tile(kChunks * shape_.keys, kChunk)),
        scores_(work_.tile(kSegment, kChunk)),
        score_gradients_(work_.tile(kSegment, kChunk)),
        b_gradients_(work_.tile(kChunks * shape_.keys, kChunk)),
        c_gradients_(work_.tile(kChunks * shape_.keys, kChunk)),
        states_(work_.tile(kChunks * shape_.keys, shape_.state_stride)),
        behind_(work_.tile(shape_.keys, shape_.state_stride)),
        weights_(work_.tile(kChunk, kChunk)),
        between_(work_.tile(kChunk, kChunk)),
        slopes_(work_.tile(kChunk, kChunk)),
        x_(work_.tile(kChunk, shape_.values)),
        values_(work_.tile(kChunk, shape_.values)),
        above_(work_.tile(kChunk, shape_.values)),
        scaled_(work_.tile(kChunk, shape_.values)),
        value_gradient_(work_.tile(kChunk, shape_.values)),
        values_across_(work_.tile(shape_.values, kChunk)),
        above_across_(work_.tile(shape_.values, kChunk)) {}

  void run() {
    const auto chunks =
        static_cast<std::size_t>((pass_.end - pass_.begin + kSsdChunk - 1) / kSsdChunk);
    for (std::size_t i = 0; i < chunks; ++i) {
      loadGroup(kSsdB, i, b_ + i * kChunk * shape_.key_stride);
      loadGroup(kSsdC, i, c_ + i * kChunk * shape_.key_stride);
      chunkScores(shape_, countOf(i), groupRows(b_, i), groupRows(c_, i), across_,
                  scores_ + i * kScores);
      transpose(c_ + i * kChunk * shape_.key_stride, countOf(i), shape_.keys, shape_.key_stride,
                c_across_ + i * shape_.keys * kChunk, kChunk);
    }
    for (std::int64_t head = task_.head; head < task_.head + task_.heads; ++head) {
      replay(head, chunks);
      for (std::size_t i = chunks; i-- > 0;) chunkGradients(head, i);
      storeState(shape_, behind_, pass_.state + stateAt(head));
    }
    for (std::size_t i = 0; i < chunks; ++i) groupGradients(i);
  }

 private:
  std::int64_t firstOf(std::size_t chunk) const {
    return pass_.begin + static_cast<std::int64_t>(chunk) * kSsdChunk;
  }
  std::size_t countOf(std::size_t chunk) const {
    return static_cast<std::size_t>(std::min(kSsdChunk, pass_.end - firstOf(chunk)));
  }
  std::size_t headAt(std::int64_t head) const {
    return static_cast<std::size_t>(task_.batch * call_.sizes.heads() + head);
  }
  std::size_t stateAt(std::int64_t head) const {
    return headAt(head) * shape_.keys * shape_.values;
  }
  Rows groupRows(const float* tile, std::size_t chunk) const {
    return {tile + chunk * kChunk * shape_.key_stride,
            static_cast<std::ptrdiff_t>(shape_.key_stride)};
  }
  float* state(std::size_t chunk) const { return states_ + chunk * shape_.stateTile(); }

  void loadGroup(std::size_t input, std::size_t chunk, float* tile) const {
    loadTile(call_.inputs[input], task_.batch, firstOf(chunk),
             static_cast<std::int64_t>(countOf(chunk)), task_.group, call_.sizes.keys(), tile,
             static_cast<std::int64_t>(shape_.key_stride));
  }
  void loadValues(std::int64_t head, std::size_t chunk) const {
    loadTile(call_.inputs[kSsdX], task_.batch, firstOf(chunk),
             static_cast<std::int64_t>(countOf(chunk)), head, call_.sizes.values(), x_,
             static_cast<std::int64_t>(shape_.value_stride));
  }

  // The state before each chunk, from the one that was kept.
  void replay(std::int64_t head, std::size_t chunks) {
    const auto segments =
        static_cast<std::size_t>((call_.sizes.tokens() + kSsdSegment - 1) / kSsdSegment);
    const std::size_t segment = static_cast<std::size_t>(pass_.begin / kSsdSegment);
    const float* kept =
        call_.kept.data() + (headAt(head) * segments + segment) * shape_.keys * shape_.values;
    loadState(shape_, kept, state(0));
    loadState(shape_, pass_.state + stateAt(head), behind_);
    for (std::size_t i = 0; i + 1 < chunks; ++i) {
      const std::size_t count = countOf(i);
      ChunkDecays decays;
      decays.load(call_, task_, head, firstOf(i), count);
      loadValues(head, i);
      alignas(64) float left[kChunk];
      multiply(decays.step, decays.to_end, kChunk, left);
      scaleRows(x_, count, shape_.value_stride, left, scaled_);
      updateState(shape_, count, decays.all, groupRows(b_, i), scaled_, state(i), state(i + 1));
    }
  }

  void chunkGradients(std::int64_t head, std::size_t chunk) {
    const std::size_t count = countOf(chunk);
    ChunkDecays decays;
    decays.load(call_, task_, head, firstOf(chunk), count);
    loadValues(head, chunk);
    scaleRows(x_, count, shape_.value_stride, decays.step, values_);
    loadAbove(head, chunk);
    decays.between(count, between_);
    multiply(between_, scores_ + chunk * kScores, count * kChunk, weights_);
    transpose(values_, count, shape_.values, shape_.value_stride, values_across_, kChunk);
    transpose(above_, count, shape_.values, shape_.value_stride, above_across_, kChunk);

    scoreGradients(count, score_gradients_ + chunk * kScores);
    valueGradients(count, b_ + chunk * kChunk * shape_.key_stride, decays);
    groupPartsOfState(chunk, decays);
    inputGradients(head, chunk, decays);
    scaleRows(above_, count, shape_.value_stride, decays.from_start, scaled_);
    updateState(shape_, count, decays.all, groupRows(c_, chunk), scaled_, behind_, behind_);
  }

  void loadAbove(std::int64_t head, std::size_t chunk) {
    for (std::size_t t = 0; t < countOf(chunk); ++t) {
      const float* row = back_.output_gradient.row(
          task_.batch, firstOf(chunk) + static_cast<std::int64_t>(t), head);
      std::copy_n(row, shape_.values, above_ + t * shape_.value_stride);
    }
  }

  // dM += (dO V') * exp(G_t - G_s), and what the scores add to d(dt A).
  void scoreGradients(std::size_t count, float* to) {
    const hn::ScalableTag<float> d;
    const auto places = hn::Iota(d, 0.0f);
    smallProduct<false>(count, kChunk, shape_.values, above_,
                        static_cast<std::ptrdiff_t>(shape_.value_stride), 1, values_across_, kChunk,
                        slopes_, kChunk);
    alignas(64) float later[kChunk] = {};  // sum over t >= r of E_ts
    for (std::size_t t = count; t-- > 0;) {
      auto over = hn::Zero(d);
      for (std::size_t s = 0; s < kChunk; s += hn::Lanes(d)) {
        const std::size_t i = t * kChunk + s;
        const auto slope = hn::Load(d, slopes_ + i);
        hn::Store(hn::MulAdd(slope, hn::Load(d, between_ + i), hn::Load(d, to + i)), d, to + i);
        const auto sum = hn::MulAdd(slope, hn::Load(d, weights_ + i), hn::Load(d, later + s));
        hn::Store(sum, d, later + s);
        const auto earlier =
            hn::Lt(places, hn::Set(d, static_cast<float>(t) - static_cast<float>(s)));
        over = hn::Add(over, hn::IfThenElseZero(earlier, sum));
      }
      decay_gradients_[t] = hn::GetLane(hn::SumOfLanes(d, over));
    }
  }

  void valueGradients(std::size_t count, const float* b, const ChunkDecays& decays) {
    const auto stride = static_cast<std::ptrdiff_t>(shape_.value_stride);
    smallProduct<false>(count, shape_.values, shape_.keys, b,
                        static_cast<std::ptrdiff_t>(shape_.key_stride), 1, behind_,
                        static_cast<std::ptrdiff_t>(shape_.state_stride), value_gradient_, stride);
    scaleRows(value_gradient_, count, shape_.value_stride, decays.to_end, value_gradient_);
    float written = 0;
    for (std::size_t t = 0; t < count; ++t) {
      const std::size_t row = t * shape_.value_stride;
      decay_gradients_[t] += written;
      written += dot(value_gradient_ + row, values_ + row, shape_.value_stride);
    }
    smallProduct<true>(count, shape_.values, count, weights_, 1, kChunk, above_, stride,
                       value_gradient_, stride);
  }

  // From dV: dx, d(dt), dA and dD of a chunk's tokens.
  void inputGradients(std::int64_t head, std::size_t chunk, const ChunkDecays& decays) {
    const float rate = call_.inputs[kSsdRate].at(head);
    const float skip = call_.inputs[kSsdSkip] ? call_.inputs[kSsdSkip].at(head) : 0.0f;
    float later = decays.all * dot(behind_, state(chunk), shape_.stateTile());
    float rate_sum = 0, skip_sum = 0;
    for (std::size_t t = countOf(chunk); t-- > 0;) {
      const std::int64_t token = firstOf(chunk) + static_cast<std::int64_t>(t);
      const float* above = above_ + t * shape_.value_stride;
      const float* x = x_ + t * shape_.value_stride;
      const float* dv = value_gradient_ + t * shape_.value_stride;
      const float by_x = dot(dv, x, shape_.value_stride);
      const float straight = dot(above, x, shape_.value_stride);
      later += reads_[t];
      const float decay_gradient = decay_gradients_[t] + later;
      rate_sum += decay_gradient * decays.step[t];
      skip_sum += straight;
      if (const View<float>& to = back_.input_gradients[kSsdStep]) {
        to(task_.batch, token, head) += by_x + rate * decay_gradient;
      }
      if (const View<float>& to = back_.input_gradients[kSsdX]) {
        float* row = to.row(task_.batch, token, head);
        for (std::size_t i = 0; i < shape_.values; ++i) {
          row[i] += decays.step[t] * dv[i] + skip * above[i];
        }
      }
    }
    pass_.rates[headAt(head)] += rate_sum;
    pass_.skip[headAt(head)] += skip_sum;
  }

  // What dB and dC get through the states around the chunk.
  void groupPartsOfState(std::size_t chunk, const ChunkDecays& decays) {
    const hn::ScalableTag<float> d;
    const auto stride = static_cast<std::ptrdiff_t>(shape_.state_stride);
    for (std::size_t e = 0; e < shape_.values; ++e) {
      multiply(values_across_ + e * kChunk, decays.to_end, kChunk, values_across_ + e * kChunk);
      multiply(above_across_ + e * kChunk, decays.from_start, kChunk, above_across_ + e * kChunk);
    }
    const std::size_t group = chunk * shape_.keys * kChunk;
    smallProduct<true>(shape_.keys, kChunk, shape_.values, behind_, stride, 1, values_across_,
                       kChunk, b_gradients_ + group, kChunk);
    smallProduct<false>(shape_.keys, kChunk, shape_.values, state(chunk), stride, 1, above_across_,
                        kChunk, across_, kChunk);
    for (std::size_t s = 0; s < kChunk; s += hn::Lanes(d)) {
      auto read = hn::Zero(d);
      for (std::size_t i = s; i < shape_.keys * kChunk; i += kChunk) {
        const auto part = hn::Load(d, across_ + i);
        float* to = c_gradients_ + group + i;
        read = hn::MulAdd(part, hn::Load(d, c_across_ + group + i), read);
        hn::Store(hn::Add(part, hn::Load(d, to)), d, to);
      }
      hn::Store(read, d, reads_ + s);
    }
  }

  // dB and dC of a chunk from what its heads left, where the pass collects them.
  void groupGradients(std::size_t chunk) {
    const std::size_t count = countOf(chunk);
    const auto stride = static_cast<std::ptrdiff_t>(shape_.key_stride);
    const float* slopes = score_gradients_ + chunk * kScores;
    float* tokens = pass_.write_read + (index_ * kSegment + chunk * kChunk) * 2 * shape_.key_stride;
    float* to[2] = {tokens, tokens + shape_.key_stride};
    const float* across[2] = {b_gradients_ + chunk * shape_.keys * kChunk,
                              c_gradients_ + chunk * shape_.keys * kChunk};
    for (std::size_t part = 0; part < 2; ++part) {
      transpose(across[part], shape_.keys, count, kChunk, to[part], 2 * shape_.key_stride);
    }
    smallProduct<true>(count, shape_.keys, count, slopes, 1, kChunk,
                       c_ + chunk * kChunk * shape_.key_stride, stride, to[0], 2 * stride);
    smallProduct<true>(count, shape_.keys, count, slopes, kChunk, 1,
                       b_ + chunk * kChunk * shape_.key_stride, stride, to[1], 2 * stride);
  }

  const BackwardCall<float>& back_;
  const Call<float>& call_;
  const SsdBackwardPass& pass_;
  SsdTask task_;
  std::size_t index_;
  SsdShape shape_;
  Workspace work_;
  float *b_, *c_, *across_, *c_across_, *scores_, *score_gradients_, *b_gradients_, *c_gradients_;
  float *states_, *behind_;  // before each chunk; the gradient by the one behind a chunk
  float *weights_, *between_, *slopes_;
  alignas(64) float decay_gradients_[kChunk];  // d(dt A)
  alignas(64) float reads_[kChunk];            // e_t dO_t . (C_t S)
  float *x_, *values_, *above_, *scaled_, *value_gradient_, *values_across_, *above_across_;
};

void backwardTask(const BackwardCall<float>& back, const SsdBackwardPass& pass,
                  std::int64_t index) {
  const FlushSubnormals flush;
  SsdBackward(back, pass, index).run();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(backwardTask);

void ssdBackward(const BackwardCall<float>& back, const SsdBackwardPass& pass, std::int64_t index) {
  HWY_DYNAMIC_DISPATCH(backwardTask)(back, pass, index);
}

}  // namespace lineament::sequence
#endif
