// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/sequence/diagonal_chunks.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/diagonal_step.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/elementwise-inl.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A token's numbers by channel, and the state they change.
struct Step {
  std::size_t keys, values;
  const float *query, *key, *factors;  // the query with its scale; factors are exp(g)
  const float* value;
  float* matrix;
  float* output;
};

// S = diag(factors) S + k' v and o = q S for kVectors vectors of columns.
template <bool kReadsFirst, std::size_t kVectors>
HWY_INLINE void stepColumns(const Step& step, std::size_t column) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<decltype(d)> value[kVectors], output[kVectors];
  HWY_UNROLL(8)
  for (std::size_t j = 0; j < kVectors; ++j) {
    value[j] = hn::LoadU(d, step.value + column + j * lanes);
    output[j] = hn::Zero(d);
  }
  float* row = step.matrix + column;
  for (std::size_t c = 0; c < step.keys; ++c, row += step.values) {
    const auto factor = hn::Set(d, step.factors[c]);
    const auto key = hn::Set(d, step.key[c]);
    const auto query = hn::Set(d, step.query[c]);
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < kVectors; ++j) {
      float* at = row + j * lanes;
      const auto before = hn::LoadU(d, at);
      const auto state = hn::MulAdd(before, factor, hn::Mul(key, value[j]));
      output[j] = hn::MulAdd(query, kReadsFirst ? before : state, output[j]);
      hn::StoreU(state, d, at);
    }
  }
  HWY_UNROLL(8)
  for (std::size_t j = 0; j < kVectors; ++j) {
    hn::StoreU(output[j], d, step.output + column + j * lanes);
  }
}

// The same for what is left beside whole vectors.
template <bool kReadsFirst>
HWY_INLINE void stepRest(const Step& step, std::size_t column) {
  for (; column < step.values; ++column) {
    float output = 0;
    for (std::size_t c = 0; c < step.keys; ++c) {
      float& state = step.matrix[c * step.values + column];
      const float before = state;
      state = before * step.factors[c] + step.key[c] * step.value[column];
      output += step.query[c] * (kReadsFirst ? before : state);
    }
    step.output[column] = output;
  }
}

template <bool kReadsFirst>
HWY_INLINE void stepAll(const Step& step) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<float>());
  std::size_t column = 0;
  for (; column + 8 * lanes <= step.values; column += 8 * lanes)
    stepColumns<kReadsFirst, 8>(step, column);
  for (; column + 4 * lanes <= step.values; column += 4 * lanes)
    stepColumns<kReadsFirst, 4>(step, column);
  for (; column + lanes <= step.values; column += lanes) stepColumns<kReadsFirst, 1>(step, column);
  stepRest<kReadsFirst>(step, column);
}

void step(const DiagonalShape& shape, const float* query, const float* key, const float* value,
          const float* decays, float rate, bool reads_first, DiagonalState<float> state,
          float* output) {
  Workspace work;
  const auto keys = static_cast<std::size_t>(shape.keys);
  float* queries = work.numbers(keys).data();
  float* factors = work.numbers(keys).data();
  std::copy_n(query, keys, queries);
  scaleAll(queries, tileStride(keys), shape.scale);
  if (decays != nullptr) {
    std::copy_n(decays, keys, factors);
  } else {
    std::fill_n(factors, keys, rate);
  }
  exponentials(factors, tileStride(keys), 0);
  const Step one{
      keys,  static_cast<std::size_t>(shape.values), queries, key, factors, value, state.matrix,
      output};
  if (reads_first) {
    stepAll<true>(one);
  } else {
    stepAll<false>(one);
  }
  if (!shape.normalise) return;
  float denominator = kNormaliserEps;
  for (std::size_t c = 0; c < keys; ++c) {
    state.sums[c] = factors[c] * state.sums[c] + key[c];
    denominator += queries[c] * state.sums[c];
  }
  for (std::size_t e = 0; e < one.values; ++e) output[e] /= denominator;
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(step);

void diagonalStep(const DiagonalShape& shape, const float* query, const float* key,
                  const float* value, const float* decays, float rate, bool reads_first,
                  DiagonalState<float> state, float* output) {
  HWY_DYNAMIC_DISPATCH(step)(shape, query, key, value, decays, rate, reads_first, state, output);
}

}  // namespace lineament::sequence
#endif
