// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/ssd_tiles.h"

#include <array>

#include "core/base/subnormals.h"
#include "core/sequence/diagonal_chunks.h"
#include "core/sequence/diagonal_layout.h"
#include "core/sequence/prefetch.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/ssd_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/ssd_chunk-inl.h"
#include "core/sequence/tail-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// States, x and what is written of it lie in strips of columns: all that the products of a strip
// take and make is in the first-level cache while they go on.
class SsdForward {
 public:
  SsdForward(const Call<float>& call, const SsdTask& task)
      : call_(call),
        task_(task),
        shape_(call.sizes),
        b_(work_.tile(kChunk, shape_.keys)),
        c_(work_.tile(kChunk, shape_.keys)),
        b_across_(work_.tile(shape_.keys, kChunk)),
        scores_(work_.tile(kChunk, kChunk)),
        weights_(work_.tile(kChunk, kChunk)),
        row_(work_.tile(1, shape_.values)),
        out_(work_.tile(kChunk, shape_.values)),
        x_(stripsOf(kChunk)),
        written_(stripsOf(kChunk)) {
    for (std::int64_t i = 0; i < task.heads; ++i) {
      states_[static_cast<std::size_t>(i)] = stripsOf(shape_.keys);
    }
  }

  void run() {
    forStates([&](const Strips& state, std::size_t at) {
      if (call_.initial) state.copyFrom(call_.initial->values.data() + at);
    });
    const std::int64_t tokens = call_.sizes.tokens();
    for (std::int64_t from = 0; from < tokens; from += kSsdChunk) {
      if (!call_.kept.empty() && from % kSsdSegment == 0) keepStates(from / kSsdSegment);
      chunk(from, static_cast<std::size_t>(std::min(kSsdChunk, tokens - from)));
    }
    if (call_.final == nullptr) return;
    forStates([&](const Strips& state, std::size_t at) {
      state.copyTo(call_.final->values.data() + at);
    });
  }

 private:
  Strips stripsOf(std::size_t rows) {
    return {work_.numbers(Strips::numbers(rows, shape_.values)).data(), rows, shape_.values};
  }

  template <class Work>
  void forStates(Work work) {
    for (std::int64_t i = 0; i < task_.heads; ++i) {
      const std::int64_t row = task_.batch * call_.sizes.heads() + task_.head + i;
      work(states_[static_cast<std::size_t>(i)],
           static_cast<std::size_t>(row) * shape_.keys * shape_.values);
    }
  }

  void keepStates(std::int64_t segment) {
    const auto segments =
        static_cast<std::size_t>((call_.sizes.tokens() + kSsdSegment - 1) / kSsdSegment);
    forStates([&](const Strips& state, std::size_t at) {
      state.copyTo(call_.kept.data() + at * segments +
                   static_cast<std::size_t>(segment) * shape_.keys * shape_.values);
    });
  }

  // B or C of a chunk: the caller's own rows where they are single precision, otherwise a tile.
  Rows rowsOf(std::size_t input, std::int64_t from, std::size_t count, float* tile) const {
    const StoredView& view = call_.inputs[input];
    if (view.storage == Storage::f32) {
      return {static_cast<const float*>(view.data) + view.offsetOf(task_.batch, from, task_.group),
              view.stride[1]};
    }
    const auto stride = static_cast<std::int64_t>(shape_.key_stride);
    loadTile(view, task_.batch, from, static_cast<std::int64_t>(count), task_.group,
             call_.sizes.keys(), tile, stride);
    return {tile, stride};
  }

  void chunk(std::int64_t from, std::size_t count) {
    const Rows b = rowsOf(kSsdB, from, count, b_), c = rowsOf(kSsdC, from, count, c_);
    chunkScores(shape_, count, b, c, b_across_, scores_);
    for (std::int64_t i = 0; i < task_.heads; ++i) {
      const bool last = i + 1 == task_.heads;
      lookAhead(last ? from + kSsdChunk : from, task_.head + (last ? 0 : i + 1));
      headChunk(from, count, task_.head + i, b, c, states_[static_cast<std::size_t>(i)]);
    }
  }

  // What the next head needs: each row is pages away from the one before it.
  void lookAhead(std::int64_t from, std::int64_t head) {
    ahead_.clear();
    const std::int64_t end = std::min(from + kSsdChunk, call_.sizes.tokens());
    for (std::int64_t token = from; token < end; ++token) {
      ahead_.addRow(call_.inputs[kSsdX], call_.sizes.values(), task_.batch, token, head);
      ahead_.addRow(call_.output, call_.sizes.values(), task_.batch, token, head);
    }
    const std::size_t times = x_.count() * (shape_.keys / kBlockRows + 2);
    ahead_.spread(times);
  }

  void headChunk(std::int64_t from, std::size_t count, std::int64_t head, Rows b, Rows c,
                 const Strips& state) {
    ChunkDecays decays;
    decays.load(call_, task_, head, from, count);
    weigh(count, decays, head);
    loadValues(from, count, head, decays);
    const StoredTarget& to = call_.output;
    const bool placed = to.storage == Storage::f32 && shape_.values == shape_.value_stride;
    const RowsAt<float> out =
        placed ? RowsAt<float>{static_cast<float*>(to.data) + to.offsetOf(task_.batch, from, head),
                               to.stride[1]}
               : RowsAt<float>{out_, static_cast<std::ptrdiff_t>(shape_.value_stride)};
    for (std::size_t s = 0; s < state.count(); ++s) strip(s, count, decays, b, c, state, out);
    if (placed) return;
    storeTile(to, task_.batch, from, static_cast<std::int64_t>(count), head, call_.sizes.values(),
              out_, static_cast<std::int64_t>(shape_.value_stride));
  }

  // How much of x_s is in y_t: the scores times what is left by then and dt, and D on the diagonal.
  void weigh(std::size_t count, const ChunkDecays& decays, std::int64_t head) {
    const hn::ScalableTag<float> d;
    decays.between(count, weights_);
    const float skip = call_.inputs[kSsdSkip] ? call_.inputs[kSsdSkip].at(head) : 0.0f;
    for (std::size_t t = 0; t < count; ++t) {
      float* row = weights_ + t * kChunk;
      for (std::size_t s = 0; s < kChunk; s += hn::Lanes(d)) {
        const auto score =
            hn::Mul(hn::Load(d, scores_ + t * kChunk + s), hn::Load(d, decays.step + s));
        hn::Store(hn::Mul(hn::Load(d, row + s), score), d, row + s);
      }
      row[t] += skip;
    }
  }

  // x, and dt x times what is left of it at the chunk's end.
  void loadValues(std::int64_t from, std::size_t count, std::int64_t head,
                  const ChunkDecays& decays) {
    const hn::ScalableTag<float> d;
    const bool whole = shape_.values == shape_.value_stride;
    for (std::size_t t = 0; t < count; ++t) {
      const float* row = call_.inputs[kSsdX].row(row_, call_.sizes.values(), task_.batch,
                                                 from + static_cast<std::int64_t>(t), head);
      if (row != row_ && !whole) std::copy_n(row, shape_.values, row_);
      const auto left = hn::Set(d, decays.step[t] * decays.to_end[t]);
      for (std::size_t i = 0; i < shape_.value_stride; i += hn::Lanes(d)) {
        const auto x = hn::LoadU(d, (whole ? row : row_) + i);
        hn::Store(x, d, x_.at(t, i));
        hn::Store(hn::Mul(left, x), d, written_.at(t, i));
      }
    }
  }

  // For the columns of one strip, O = exp(G) C S + W x and S = exp(G_last) S + B' (what is left).
  HWY_INLINE void strip(std::size_t index, std::size_t count, const ChunkDecays& decays, Rows b,
                        Rows c, const Strips& state, const RowsAt<float>& out) {
    float* matrix = state.strip(index);
    const float *x = x_.strip(index), *written = written_.strip(index);
    const std::size_t width = state.width(index);
    forProductBlocks(count, width, [&](auto fit, std::size_t t, std::size_t j) {
      typename decltype(fit)::Block block;
      ahead_.ask();
      block.clear();
      block.multiply(shape_.keys, c.at(t), c.stride, 1, matrix + j, kStrip);
      block.scaleRows(decays.from_start + t);
      block.multiply(t + block.kCount, weights_ + t * kChunk, kChunk, 1, x + j, kStrip);
      block.store(out.row(t) + index * kStrip + j, out.stride);
    });
    forProductBlocks(shape_.keys, width, [&](auto fit, std::size_t n, std::size_t j) {
      typename decltype(fit)::Block block;
      float* to = matrix + n * kStrip + j;
      block.load(to, kStrip);
      block.scale(decays.all);
      block.multiply(count, b.first + n, 1, b.stride, written + j, kStrip);
      block.store(to, kStrip);
      ahead_.ask();
    });
  }

  const Call<float>& call_;
  const SsdTask& task_;
  SsdShape shape_;
  Workspace work_;
  float *b_, *c_, *b_across_, *scores_, *weights_, *row_, *out_;
  Strips x_, written_;
  std::array<Strips, static_cast<std::size_t>(kSsdHeads)> states_;
  PrefetchList ahead_;
};

// Up to kVectors vectors of a state's columns: S = a S + B' v, y = C S. Each number of the state is
// read and written once.
template <std::size_t kVectors, class Load, class Store>
HWY_INLINE void stepColumns(std::size_t keys, std::size_t width, float decay, const float* b,
                            const float* c, const float* values, float* state, float* out,
                            Load load, Store store) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto a = hn::Set(d, decay);
  hn::Vec<decltype(d)> value[kVectors], sum[kVectors];
  HWY_UNROLL(4)
  for (std::size_t j = 0; j < kVectors; ++j) {
    value[j] = hn::Load(d, values + j * lanes);
    sum[j] = hn::Zero(d);
  }
  for (std::size_t n = 0; n < keys; ++n, state += width) {
    const auto write = hn::Set(d, b[n]), read = hn::Set(d, c[n]);
    HWY_UNROLL(4)
    for (std::size_t j = 0; j < kVectors; ++j) {
      const auto after = hn::MulAdd(a, load(state + j * lanes), hn::Mul(write, value[j]));
      store(after, state + j * lanes);
      sum[j] = hn::MulAdd(read, after, sum[j]);
    }
  }
  HWY_UNROLL(4)
  for (std::size_t j = 0; j < kVectors; ++j) hn::Store(sum[j], d, out + j * lanes);
}

void stepHead(const Call<float>& call, std::int64_t batch, std::int64_t head) {
  const FlushSubnormals flush;
  const hn::ScalableTag<float> d;
  constexpr std::size_t kVectors = 4;
  const std::size_t lanes = hn::Lanes(d);
  const SsdShape shape(call.sizes);
  const std::int64_t group = head * call.sizes[Dim::group] / call.sizes.heads();
  Workspace work;
  float* x = work.tile(1, shape.values);
  float* values = work.tile(1, shape.values);
  float* out = work.tile(1, shape.values);
  float* b_buffer = work.tile(1, shape.keys);
  float* c_buffer = work.tile(1, shape.keys);
  loadTile(call.inputs[kSsdX], batch, 0, 1, head, call.sizes.values(), x, 0);
  const float* b = call.inputs[kSsdB].row(b_buffer, call.sizes.keys(), batch, 0, group);
  const float* c = call.inputs[kSsdC].row(c_buffer, call.sizes.keys(), batch, 0, group);
  const float dt = call.inputs[kSsdStep].at(batch, 0, head);
  scaleRows(x, 1, shape.value_stride, &dt, values);
  const float decay =
      hn::GetLane(powerOfTwo(d, hn::Set(d, kLog2E * dt * call.inputs[kSsdRate].at(head))));
  float* state =
      call.final->values.data() +
      static_cast<std::size_t>(batch * call.sizes.heads() + head) * shape.keys * shape.values;
  std::size_t p = 0;
  for (; p + kVectors * lanes <= shape.values; p += kVectors * lanes) {
    stepColumns<kVectors>(
        shape.keys, shape.values, decay, b, c, values + p, state + p, out + p,
        [&](const float* from) { return hn::LoadU(d, from); },
        [&](auto v, float* to) { hn::StoreU(v, d, to); });
  }
  for (; p < shape.values; p += lanes) {
    const std::size_t some = shape.values - p;
    stepColumns<1>(
        shape.keys, shape.values, decay, b, c, values + p, state + p, out + p,
        [&](const float* from) { return loadFirst(d, some, from); },
        [&](auto v, float* to) { storeFirst(v, d, some, to); });
  }
  const float skip = call.inputs[kSsdSkip] ? call.inputs[kSsdSkip].at(head) : 0.0f;
  for (std::size_t i = 0; i < shape.values; ++i) out[i] += skip * x[i];
  call.output.store(out, call.sizes.values(), batch, 0, head);
}

void forwardTask(const Call<float>& call, const SsdTask& task) {
  const FlushSubnormals flush;
  SsdForward(call, task).run();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(forwardTask);
HWY_EXPORT(stepHead);

std::int64_t ssdTasksOfGroup(const Sizes& sizes) {
  const std::int64_t heads = sizes.heads() / sizes[Dim::group];
  return (heads + kSsdHeads - 1) / kSsdHeads;
}

SsdTask ssdTask(const Sizes& sizes, std::int64_t index) {
  const std::int64_t of_group = ssdTasksOfGroup(sizes), groups = sizes[Dim::group];
  const std::int64_t heads = sizes.heads() / groups, first = index % of_group * kSsdHeads;
  const std::int64_t group = index / of_group % groups;
  return {index / of_group / groups, group, group * heads + first,
          std::min(kSsdHeads, heads - first)};
}

void ssdForward(const Call<float>& call, const SsdTask& task) {
  HWY_DYNAMIC_DISPATCH(forwardTask)(call, task);
}

void ssdStep(const Call<float>& call, std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(stepHead)(call, batch, head);
}

}  // namespace lineament::sequence
#endif
