// SPDX-License-Identifier: GPL-3.0-or-later
// Chunks of the delta rules, whose transition is a decay minus a matrix of rank one, in the vector
// instructions of the including target.
//
// A chunk of C tokens that enters with the state S [Dk, Dv] is (Yang et al. 2024, "Parallelizing
// linear transformers with the delta rule over sequence length", section 3; Yang, Kautz and
// Hatamizadeh 2024, "Gated delta networks", section 3.3, in the form that needs no inverse):
//   Y = reads S                                rows t: what is recalled, rows C + t: the queries
//   z_t = Y_t - r_t + sum_{i<t} gram[t, i] x_i,  x_t = -rate_t z_t        forward substitution
//   o_t = Y_{C+t} + sum_{i<=t} gram[C+t, i] x_i
//   S'  = keep * S + writes^T x                `keep` one factor for each row of S
// z is the excess: what the state would recall, less what is to be written.
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
#include "core/sequence/prefetch.h"
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

// Not inlined: one copy of each serves all products of a chunk. Between blocks some lines of what
// is `ahead` are asked for.
static HWY_NOINLINE void product(std::size_t rows, std::size_t columns, std::size_t depth,
                                 const float* a, std::size_t a_row, std::size_t a_column,
                                 const float* b, std::size_t b_row, float* c, std::size_t c_row,
                                 PrefetchList* ahead = nullptr) {
  smallProduct<false>(rows, columns, depth, a, static_cast<std::ptrdiff_t>(a_row),
                      static_cast<std::ptrdiff_t>(a_column), b, static_cast<std::ptrdiff_t>(b_row),
                      c, static_cast<std::ptrdiff_t>(c_row), [ahead] {
                        if (ahead) ahead->ask();
                      });
}
static HWY_NOINLINE void addProduct(std::size_t rows, std::size_t columns, std::size_t depth,
                                    const float* a, std::size_t a_row, std::size_t a_column,
                                    const float* b, std::size_t b_row, float* c,
                                    std::size_t c_row) {
  smallProduct<true>(rows, columns, depth, a, static_cast<std::ptrdiff_t>(a_row),
                     static_cast<std::ptrdiff_t>(a_column), b, static_cast<std::ptrdiff_t>(b_row),
                     c, static_cast<std::ptrdiff_t>(c_row));
}

// Row i of `x` times factors[i]; `columns` of them, rows `stride` apart.
HWY_INLINE void scaleRows(float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                          const float* factors) {
  for (std::size_t i = 0; i < rows; ++i) scaleAll(x + i * stride, columns, factors[i]);
}

// The system z_t += sum_{i<t} factors(t, i) x_i, x_t = -rate_t z_t for t = 0, 1, ... Steps may be
// negative, so that the transposed system is this one from its end.
struct DeltaTriangle {
  std::size_t count = 0;
  const float* factors = nullptr;  // (t, i) at factors[t * row + i * column]
  std::ptrdiff_t row = 0, column = 0;
  const float* rates = nullptr;  // null: 1
  std::ptrdiff_t rate_step = 1;
};

// z and x have rows `stride` apart.
static HWY_NOINLINE void solveTriangle(const DeltaTriangle& system, std::size_t columns, float* z,
                                       float* x, std::ptrdiff_t stride) {
  const hn::ScalableTag<float> d;
  forProductBlocks(system.count, columns, [&](auto fit, std::size_t first, std::size_t j) {
    typename decltype(fit)::Block block;
    constexpr std::size_t kRows = decltype(block)::kCount;
    constexpr std::size_t kVectors = sizeof(block.sum[0]) / sizeof(block.sum[0][0]);
    const auto t = static_cast<std::ptrdiff_t>(first);
    const float* factors = system.factors + t * system.row;
    float* out = x + t * stride + j;
    block.load(z + t * stride + j, stride);
    block.multiply(first, factors, system.row, system.column, x + j, stride);
    const float* inner = factors + t * system.column;
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto row = static_cast<std::ptrdiff_t>(i);
      const float rate = system.rates ? system.rates[(t + row) * system.rate_step] : 1;
      HWY_UNROLL(4)
      for (std::size_t v = 0; v < kVectors; ++v) {
        const auto solved = hn::Mul(block.sum[i][v], hn::Set(d, -rate));
        hn::StoreU(solved, d, out + row * stride + v * hn::Lanes(d));
        HWY_UNROLL(16)
        for (std::size_t r = i + 1; r < kRows; ++r) {
          const auto below = static_cast<std::ptrdiff_t>(r);
          block.sum[r][v] = hn::MulAdd(hn::Set(d, inner[below * system.row + row * system.column]),
                                       solved, block.sum[r][v]);
        }
      }
    }
    block.store(z + t * stride + j, stride);
  });
}

// Y_t - r_t + the rows of x that are given.
HWY_INLINE void subtractValues(const DeltaShape& shape, const DeltaChunk& chunk,
                               std::size_t columns, const float* x, float* from_state) {
  const hn::ScalableTag<float> d;
  for (std::size_t t = 0; t < chunk.count; ++t) {
    const float* values = x + t * shape.value_stride;
    float* sum = from_state + t * shape.value_stride;
    for (std::size_t j = 0; j < columns; j += hn::Lanes(d)) {
      hn::StoreU(hn::Sub(hn::LoadU(d, sum + j), hn::LoadU(d, values + j)), d, sum + j);
    }
  }
  if (chunk.sources == chunk.count) return;
  addProduct(chunk.count, columns, chunk.count, chunk.gram + chunk.count, kGramStride, 1,
             x + chunk.count * shape.value_stride, shape.value_stride, from_state,
             shape.value_stride);
}

// The part of the outputs that was written in the chunk itself.
static HWY_NOINLINE void addOwnWrites(const DeltaShape& shape, const DeltaChunk& chunk,
                                      std::size_t columns, const float* x, float* out) {
  const auto stride = static_cast<std::ptrdiff_t>(shape.value_stride);
  const auto count = static_cast<std::ptrdiff_t>(chunk.count);
  forProductBlocks(chunk.count, columns, [&](auto fit, std::size_t first, std::size_t j) {
    typename decltype(fit)::Block block;
    const auto t = static_cast<std::ptrdiff_t>(first);
    const float* gram = chunk.gram + (count + t) * static_cast<std::ptrdiff_t>(kGramStride);
    const std::size_t seen = first + decltype(block)::kCount;
    block.load(out + t * stride + j, stride);
    block.multiply(seen, gram, kGramStride, 1, x + j, stride);
    if (chunk.sources > chunk.count) {
      block.multiply(seen, gram + count, kGramStride, 1, x + count * stride + j, stride);
    }
    block.store(out + t * stride + j, stride);
  });
}

// Moves the state over a chunk of which `x` [sources, value] is known.
static HWY_NOINLINE void advanceState(const DeltaShape& shape, const DeltaChunk& chunk,
                                      std::size_t columns, const float* x, const float* before,
                                      float* state, PrefetchList* ahead = nullptr) {
  const auto stride = static_cast<std::ptrdiff_t>(shape.state_stride);
  forProductBlocks(shape.keys, columns, [&](auto fit, std::size_t first, std::size_t j) {
    typename decltype(fit)::Block block;
    const std::ptrdiff_t offset = static_cast<std::ptrdiff_t>(first) * stride;
    block.load(before + offset + j, stride);
    if (chunk.keep) block.scaleRows(chunk.keep + first);
    block.multiply(chunk.sources, chunk.writes + first, 1,
                   static_cast<std::ptrdiff_t>(shape.key_stride), x + j,
                   static_cast<std::ptrdiff_t>(shape.value_stride));
    block.store(state + offset + j, stride);
    if (ahead) ahead->ask();
  });
}

// The chunk's outputs, to rows [count, 2 count) of `out` [2 count, value] with the excess z in
// those before, and the state after it. `x` [sources, value] has r and becomes the solution. What
// is `ahead` is asked for meanwhile.
HWY_INLINE void forwardChunk(const DeltaShape& shape, const DeltaChunk& chunk, float* x,
                             float* state, float* out, PrefetchList& ahead) {
  const std::size_t strip = kBlockVectors * hn::Lanes(hn::ScalableTag<float>());
  const DeltaTriangle system{.count = chunk.count,
                             .factors = chunk.gram,
                             .row = kGramStride,
                             .column = 1,
                             .rates = chunk.rates};
  const std::size_t strips = (shape.value_stride + strip - 1) / strip;
  ahead.spread(strips * ((shape.keys + 2 * chunk.count) / kBlockRows + 1));
  for (std::size_t j = 0; j < shape.value_stride; j += strip) {
    const std::size_t columns = std::min(strip, shape.value_stride - j);
    product(2 * chunk.count, columns, shape.keys, chunk.reads, shape.key_stride, 1, state + j,
            shape.state_stride, out + j, shape.value_stride, &ahead);
    subtractValues(shape, chunk, columns, x + j, out + j);
    solveTriangle(system, columns, out + j, x + j, static_cast<std::ptrdiff_t>(shape.value_stride));
    addOwnWrites(shape, chunk, columns, x + j, out + chunk.count * shape.value_stride + j);
    advanceState(shape, chunk, columns, x + j, state + j, state + j, &ahead);
  }
}

// What a chunk's backward pass makes, in the caller's memory. Gradients of the loss by ...
struct DeltaChunkGradient {
  float* from_state = nullptr;  // Y, [2 count, value]: in: rows [count, 2 count) are those of the
                                // outputs; out: all. Those before are the excess's, too
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

HWY_INLINE float dot(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, std::size_t count) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// The system of the gradients, from the last token to the first: with dz_i the gradient by the
// excess, dx_t += sum_{i>t} gram[i, t] dz_i and dz_t = -rate_t dx_t.
HWY_INLINE DeltaTriangle transposed(const DeltaChunk& chunk) {
  const std::size_t last = chunk.count - 1;
  return {.count = chunk.count,
          .factors = chunk.gram + last * kGramStride + last,
          .row = -1,
          .column = -static_cast<std::ptrdiff_t>(kGramStride),
          .rates = chunk.rates ? chunk.rates + last : nullptr,
          .rate_step = -1};
}

// `x` is the solution, `state` the state before the chunk.
HWY_INLINE void backwardChunk(const DeltaShape& shape, const DeltaChunk& chunk, const float* x,
                              const float* state, DeltaScratch& scratch, DeltaChunkGradient& to) {
  const std::size_t both = 2 * chunk.count, last = (chunk.count - 1) * shape.value_stride;
  const std::size_t key_stride = shape.key_stride, value_stride = shape.value_stride;
  const float* query_gram = chunk.gram + chunk.count * kGramStride;
  const float* above = to.from_state + chunk.count * value_stride;
  product(chunk.sources, value_stride, shape.keys, chunk.writes, key_stride, 1, to.state,
          shape.state_stride, to.x, value_stride);
  addProduct(chunk.sources, value_stride, chunk.count, query_gram, 1, kGramStride, above,
             value_stride, to.x, value_stride);
  solveTriangle(transposed(chunk), value_stride, to.x + last, to.from_state + last,
                -static_cast<std::ptrdiff_t>(value_stride));
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
  const DeltaChunk back{.sources = both, .writes = chunk.reads, .keep = chunk.keep};
  advanceState(shape, back, value_stride, to.from_state, to.state, to.state);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
