// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/ssd_tiles.h"

#include "core/base/subnormals.h"
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
        x_(work_.tile(kChunk, shape_.values)),
        values_(work_.tile(kChunk, shape_.values)),
        out_(work_.tile(kChunk, shape_.values)),
        states_(work_.tile(static_cast<std::size_t>(task.heads) * shape_.keys, shape_.values)) {}

  void run() {
    forStates([&](float* tile, std::size_t at) {
      if (call_.initial) loadState(shape_, call_.initial->values.data() + at, tile);
    });
    const std::int64_t tokens = call_.sizes.tokens();
    for (std::int64_t from = 0; from < tokens; from += kSsdChunk) {
      if (!call_.kept.empty() && from % kSsdSegment == 0) keepStates(from / kSsdSegment);
      chunk(from, static_cast<std::size_t>(std::min(kSsdChunk, tokens - from)));
    }
    if (call_.final == nullptr) return;
    forStates([&](const float* tile, std::size_t at) {
      storeState(shape_, tile, call_.final->values.data() + at);
    });
  }

 private:
  template <class Work>
  void forStates(Work work) {
    for (std::int64_t i = 0; i < task_.heads; ++i) {
      const std::int64_t row = task_.batch * call_.sizes.heads() + task_.head + i;
      work(states_ + static_cast<std::size_t>(i) * shape_.stateTile(),
           static_cast<std::size_t>(row) * shape_.keys * shape_.values);
    }
  }

  void keepStates(std::int64_t segment) {
    const auto segments =
        static_cast<std::size_t>((call_.sizes.tokens() + kSsdSegment - 1) / kSsdSegment);
    forStates([&](const float* tile, std::size_t at) {
      storeState(shape_, tile,
                 call_.kept.data() + at * segments +
                     static_cast<std::size_t>(segment) * shape_.keys * shape_.values);
    });
  }

  // Rows of a chunk: the caller's own where they are single precision (and, where whole vectors are
  // read, have no ragged end), otherwise a tile of them.
  Rows rowsOf(std::size_t input, std::int64_t from, std::size_t count, std::int64_t head,
              std::size_t width, bool vectors, float* tile) const {
    const StoredView& view = call_.inputs[input];
    if (view.storage == Storage::f32 && (!vectors || width == tileStride(width))) {
      return {static_cast<const float*>(view.data) + view.offsetOf(task_.batch, from, head),
              view.stride[1]};
    }
    const auto stride = static_cast<std::int64_t>(tileStride(width));
    loadTile(view, task_.batch, from, static_cast<std::int64_t>(count), head,
             static_cast<std::int64_t>(width), tile, stride);
    return {tile, stride};
  }

  void chunk(std::int64_t from, std::size_t count) {
    const Rows b = rowsOf(kSsdB, from, count, task_.group, shape_.keys, false, b_);
    const Rows c = rowsOf(kSsdC, from, count, task_.group, shape_.keys, false, c_);
    chunkScores(shape_, count, b, c, b_across_, scores_);
    for (std::int64_t i = 0; i < task_.heads; ++i) {
      const bool last = i + 1 == task_.heads;
      lookAhead(last ? from + kSsdChunk : from, task_.head + (last ? 0 : i + 1));
      headChunk(from, count, task_.head + i, b, c,
                states_ + static_cast<std::size_t>(i) * shape_.stateTile());
      storeTile(call_.output, task_.batch, from, static_cast<std::int64_t>(count), task_.head + i,
                call_.sizes.values(), out_, static_cast<std::int64_t>(shape_.value_stride));
    }
  }

  // What the next head needs: each row is pages away from the one before it.
  void lookAhead(std::int64_t from, std::int64_t head) {
    ahead_.clear();
    const std::int64_t end = std::min(from + kSsdChunk, call_.sizes.tokens());
    const auto add = [&](const auto& tensor, std::int64_t token) {
      const std::size_t size =
          tensor.storage == Storage::f32 ? sizeof(float) : sizeof(std::uint16_t);
      const std::ptrdiff_t offset =
          task_.batch * tensor.stride[0] + token * tensor.stride[1] + head * tensor.stride[2];
      ahead_.add(static_cast<const char*>(tensor.data) + offset * static_cast<std::ptrdiff_t>(size),
                 shape_.values * size);
    };
    for (std::int64_t token = from; token < end; ++token) {
      add(call_.inputs[kSsdX], token);
      add(call_.output, token);
    }
  }

  void headChunk(std::int64_t from, std::size_t count, std::int64_t head, Rows b, Rows c,
                 float* state) {
    const auto stride = static_cast<std::ptrdiff_t>(shape_.value_stride);
    const Rows x = rowsOf(kSsdX, from, count, head, shape_.values, true, x_);
    ChunkDecays decays;
    decays.load(call_, task_, head, from, count);
    ahead_.ask(kRowsAtATime);
    smallProduct<false>(count, shape_.values, shape_.keys, c.first, c.stride, 1, state, stride,
                        out_, stride);
    ahead_.ask(kRowsAtATime);
    scaleRowsAndSkip(count, decays, head, x);
    decays.between(count, weights_);
    multiply(weights_, scores_, count * kChunk, weights_);
    scaleRows(x, count, shape_.value_stride, decays.step, values_);
    ahead_.ask(kRowsAtATime);
    addLowerProduct(shape_, count, weights_, values_, out_);
    ahead_.ask(kRowsAtATime);
    scaleRows(values_, count, shape_.value_stride, decays.to_end, values_);
    updateState(shape_, count, decays.all, b, values_, state);
  }

  // out = exp(G_t) out + D x
  void scaleRowsAndSkip(std::size_t count, const ChunkDecays& decays, std::int64_t head, Rows x) {
    const hn::ScalableTag<float> d;
    const auto skip = hn::Set(d, call_.inputs[kSsdSkip] ? call_.inputs[kSsdSkip].at(head) : 0.0f);
    for (std::size_t t = 0; t < count; ++t) {
      const auto factor = hn::Set(d, decays.from_start[t]);
      float* row = out_ + t * shape_.value_stride;
      for (std::size_t i = 0; i < shape_.value_stride; i += hn::Lanes(d)) {
        const auto straight = hn::Mul(skip, hn::LoadU(d, x.at(t) + i));
        hn::Store(hn::MulAdd(factor, hn::Load(d, row + i), straight), d, row + i);
      }
    }
  }

  static constexpr std::size_t kRowsAtATime = 2 * kChunk / 4;  // of x and the output, in four goes

  const Call<float>& call_;
  const SsdTask& task_;
  SsdShape shape_;
  Workspace work_;
  float *b_, *c_, *b_across_, *scores_, *weights_, *x_, *values_, *out_, *states_;
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
