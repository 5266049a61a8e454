// SPDX-License-Identifier: GPL-3.0-or-later
// Chunks of the delta rules, whose transition is a decay minus a matrix of rank one, in the vector
// instructions of the including target.
//
// A chunk of C tokens that enters with the state S [Dk, Dv] is (Yang et al. 2024, "Parallelizing
// linear transformers with the delta rule over sequence length", section 3; Yang, Kautz and
// Hatamizadeh 2024, "Gated delta networks", section 3.3, in the form that needs no inverse):
//   Y = reads S                                rows t: what is removed, rows C + t: the queries
//   x_t = rate_t (r_t - Y_t - sum_{i<t} gram[t, i] x_i)        one forward substitution
//   o_t = Y_{C+t} + sum_{i<=t} gram[C+t, i] x_i
//   S'  = keep * S + writes^T x                `keep` one factor for each row of S
// `x` may have a second half of C rows that are given, not solved for: values that are written as
// they are (RWKV-7). `gram` has a column for each row of x and holds the decays between tokens.
//
// The columns of S do not depend on each other: they are walked in strips of kBlockVectors vectors,
// and what a strip of S needs is done while it is in the first-level cache. Flops a token, D = Dk =
// Dv: 6 D^2 + 10 C D; bytes from the second-level cache 8 D^2 / C.
#if defined(LINEAMENT_SEQUENCE_DELTA_CHUNKS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_DELTA_CHUNKS_INL_H
#undef LINEAMENT_SEQUENCE_DELTA_CHUNKS_INL_H
#else
#define LINEAMENT_SEQUENCE_DELTA_CHUNKS_INL_H
#endif

#include <algorithm>
#include <cstddef>

#include "core/sequence/delta_shape.h"
#include "core/sequence/elementwise-inl.h"
#include "core/sequence/small_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// One chunk, prepared by a mechanism. Rows have the strides of the shape, those of `gram`
// kGramStride.
struct DeltaChunk {
  std::size_t count = 0;          // tokens: C above, at most kDeltaChunk
  std::size_t sources = 0;        // rows of x: count, or twice that
  const float* reads = nullptr;   // [2 count, key]
  const float* writes = nullptr;  // [sources, key]
  const float* gram = nullptr;    // [2 count, sources]; 0 where token i is not before (at) token t
  const float* rates = nullptr;   // [count]; null: 1
  const float* keep = nullptr;    // [key]; null: 1
};

// Not inlined: one copy of each serves all products of a chunk.
HWY_NOINLINE void product(std::size_t rows, std::size_t columns, std::size_t depth, const float* a,
                          std::size_t a_row, std::size_t a_column, const float* b,
                          std::size_t b_row, float* c, std::size_t c_row) {
  smallProduct<false>(rows, columns, depth, a, static_cast<std::ptrdiff_t>(a_row),
                      static_cast<std::ptrdiff_t>(a_column), b, static_cast<std::ptrdiff_t>(b_row),
                      c, static_cast<std::ptrdiff_t>(c_row));
}
HWY_NOINLINE void addProduct(std::size_t rows, std::size_t columns, std::size_t depth,
                             const float* a, std::size_t a_row, std::size_t a_column,
                             const float* b, std::size_t b_row, float* c, std::size_t c_row) {
  smallProduct<true>(rows, columns, depth, a, static_cast<std::ptrdiff_t>(a_row),
                     static_cast<std::ptrdiff_t>(a_column), b, static_cast<std::ptrdiff_t>(b_row),
                     c, static_cast<std::ptrdiff_t>(c_row));
}

// Row i of `x` times factors[i]; `columns` of them, rows `stride` apart.
HWY_INLINE void scaleRows(float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                          const float* factors) {
  for (std::size_t i = 0; i < rows; ++i) scaleAll(x + i * stride, columns, factors[i]);
}

// x_t = rate_t (r_t - Y_t - sum_{i<t} gram[t, i] x_i - sum of the given rows), in the place of r;
// e_t = x_t / rate_t goes to `errors` where that is not null.
HWY_INLINE void solveForward(const DeltaShape& shape, const DeltaChunk& chunk, std::size_t columns,
                             const float* from_state, float* x, float* errors) {
  const hn::ScalableTag<float> d;
  const std::size_t stride = shape.value_stride;
  for (std::size_t j = 0; j < columns; j += hn::Lanes(d)) {
    for (std::size_t t = 0; t < chunk.count; ++t) {
      const float* gram = chunk.gram + t * kGramStride;
      auto sum =
          hn::Sub(hn::LoadU(d, x + t * stride + j), hn::LoadU(d, from_state + t * stride + j));
      for (std::size_t i = 0; i < t; ++i) {
        sum = hn::NegMulAdd(hn::Set(d, gram[i]), hn::LoadU(d, x + i * stride + j), sum);
      }
      for (std::size_t i = chunk.count; i + chunk.count < chunk.sources + t; ++i) {
        sum = hn::NegMulAdd(hn::Set(d, gram[i]), hn::LoadU(d, x + i * stride + j), sum);
      }
      if (errors) hn::StoreU(sum, d, errors + t * stride + j);
      if (chunk.rates) sum = hn::Mul(sum, hn::Set(d, chunk.rates[t]));
      hn::StoreU(sum, d, x + t * stride + j);
    }
  }
}

// Moves the state over a chunk of which `x` [sources, value] is known.
HWY_INLINE void advanceState(const DeltaShape& shape, const DeltaChunk& chunk, std::size_t columns,
                             const float* x, float* state) {
  if (chunk.keep) scaleRows(state, shape.keys, columns, shape.state_stride, chunk.keep);
  addProduct(shape.keys, columns, chunk.sources, chunk.writes, 1, shape.key_stride, x,
             shape.value_stride, state, shape.state_stride);
}

// The chunk's outputs, to rows [count, 2 count) of `out` [2 count, value], and the state after it.
// `x` [sources, value] has the right-hand sides r and becomes the solution; the errors x / rate go
// to `errors` [count, value] where that is not null.
HWY_INLINE void forwardChunk(const DeltaShape& shape, const DeltaChunk& chunk, float* x,
                             float* errors, float* state, float* out) {
  const std::size_t strip = kBlockVectors * hn::Lanes(hn::ScalableTag<float>());
  for (std::size_t j = 0; j < shape.value_stride; j += strip) {
    const std::size_t columns = std::min(strip, shape.value_stride - j);
    product(2 * chunk.count, columns, shape.keys, chunk.reads, shape.key_stride, 1, state + j,
            shape.state_stride, out + j, shape.value_stride);
    solveForward(shape, chunk, columns, out + j, x + j, errors ? errors + j : nullptr);
    addProduct(chunk.count, columns, chunk.sources, chunk.gram + chunk.count * kGramStride,
               kGramStride, 1, x + j, shape.value_stride,
               out + chunk.count * shape.value_stride + j, shape.value_stride);
    advanceState(shape, chunk, columns, x + j, state + j);
  }
}

// What a chunk's backward pass makes, in the caller's memory. Gradients of the loss by ...
struct DeltaChunkGradient {
  float* from_state = nullptr;  // Y, [2 count, value]: in: rows [count, 2 count) are those of the
                                // outputs; out: all. The errors' are minus rows [0, count)
  float* x = nullptr;           // [sources, value]
  float* gram = nullptr;        // [2 count, sources]; also where gram is 0 by definition
  float* reads = nullptr;       // [2 count, key], by way of the state alone
  float* writes = nullptr;      // [sources, key], by way of the state alone
  float* keep = nullptr;        // [key]; null: not wanted
  float* state = nullptr;       // in: of the state after the chunk; out: of the one before it
};

// The memory for it.
struct DeltaScratch {
  float *above_across, *x_across, *product_across;
  DeltaScratch(Workspace& work, const DeltaShape& shape)
      : above_across(work.tile(shape.value_stride, 2 * kDeltaChunk)),
        x_across(work.tile(shape.value_stride, 2 * kDeltaChunk)),
        product_across(work.tile(shape.key_stride, 2 * kDeltaChunk)) {}
};
inline constexpr std::size_t kAcrossStride = tileStride(2 * kDeltaChunk);

// The transposed system, from the last token to the first: with z_i = -(gradient of e_i),
//   dx_t += sum_{i>t} gram[i, t] z_i,  z_t = -rate_t dx_t.
HWY_INLINE void solveBackward(const DeltaShape& shape, const DeltaChunk& chunk, float* x_gradient,
                              float* z) {
  const hn::ScalableTag<float> d;
  const std::size_t stride = shape.value_stride;
  for (std::size_t j = 0; j < stride; j += hn::Lanes(d)) {
    for (std::size_t t = chunk.count; t-- > 0;) {
      auto sum = hn::LoadU(d, x_gradient + t * stride + j);
      for (std::size_t i = chunk.count; i-- > t + 1;) {
        sum = hn::MulAdd(hn::Set(d, chunk.gram[i * kGramStride + t]),
                         hn::LoadU(d, z + i * stride + j), sum);
      }
      hn::StoreU(sum, d, x_gradient + t * stride + j);
      const float rate = chunk.rates ? chunk.rates[t] : 1;
      hn::StoreU(hn::Mul(sum, hn::Set(d, -rate)), d, z + t * stride + j);
    }
  }
}

HWY_INLINE float dot(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, std::size_t count) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// `x` is the solution, `state` the state before the chunk.
HWY_INLINE void backwardChunk(const DeltaShape& shape, const DeltaChunk& chunk, const float* x,
                              const float* state, DeltaScratch& scratch, DeltaChunkGradient& to) {
  const std::size_t both = 2 * chunk.count;
  const std::size_t key_stride = shape.key_stride, value_stride = shape.value_stride;
  const float* query_gram = chunk.gram + chunk.count * kGramStride;
  const float* above = to.from_state + chunk.count * value_stride;
  product(chunk.sources, value_stride, shape.keys, chunk.writes, key_stride, 1, to.state,
          shape.state_stride, to.x, value_stride);
  addProduct(chunk.sources, value_stride, chunk.count, query_gram, 1, kGramStride, above,
             value_stride, to.x, value_stride);
  solveBackward(shape, chunk, to.x, to.from_state);
  if (chunk.sources > chunk.count) {
    addProduct(chunk.sources - chunk.count, value_stride, chunk.count, chunk.gram + chunk.count, 1,
               kGramStride, to.from_state, value_stride, to.x + chunk.count * value_stride,
               value_stride);
  }

  transpose(x, chunk.sources, shape.values, value_stride, scratch.x_across, kAcrossStride);
  transpose(to.from_state, both, shape.values, value_stride, scratch.above_across, kAcrossStride);
  product(both, chunk.sources, shape.values, to.from_state, value_stride, 1, scratch.x_across,
          kAcrossStride, to.gram, kGramStride);
  product(shape.keys, both, shape.values, state, shape.state_stride, 1, scratch.above_across,
          kAcrossStride, scratch.product_across, kAcrossStride);
  transpose(scratch.product_across, shape.keys, both, kAcrossStride, to.reads, key_stride);
  product(shape.keys, chunk.sources, shape.values, to.state, shape.state_stride, 1,
          scratch.x_across, kAcrossStride, scratch.product_across, kAcrossStride);
  transpose(scratch.product_across, shape.keys, chunk.sources, kAcrossStride, to.writes,
            key_stride);

  for (std::size_t i = 0; to.keep && i < shape.keys; ++i) {
    to.keep[i] =
        dot(to.state + i * shape.state_stride, state + i * shape.state_stride, value_stride);
  }
  if (chunk.keep) scaleRows(to.state, shape.keys, value_stride, shape.state_stride, chunk.keep);
  addProduct(shape.keys, value_stride, both, chunk.reads, 1, key_stride, to.from_state,
             value_stride, to.state, shape.state_stride);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
