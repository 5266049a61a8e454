// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/rwkv7_tiles.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/base/subnormals.h"
#include "core/sequence/delta_place.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/rwkv7_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/delta_chunks-inl.h"
#include "core/sequence/delta_step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

constexpr auto kChunk = static_cast<std::int64_t>(kDeltaChunk);

// A chunk made from one head's inputs. `near` rows are what the products between tokens take, with
// exponents counted from the chunk's first token; reads and writes are those times what lies
// between the token and the state.
class Rwkv7Chunk {
 public:
  Rwkv7Chunk(Workspace& work, const DeltaShape& shape, const Call<float>& call, float scale,
             std::int64_t batch)
      : shape_(shape),
        call_(call),
        scale_(scale),
        batch_(batch),
        gates_(work.tile(kDeltaChunk, shape.keys)),
        removals_(work.tile(kDeltaChunk, shape.keys)),
        rates_(work.tile(kDeltaChunk, shape.keys)),
        rise_(work.tile(kDeltaChunk, shape.keys)),
        fall_(work.tile(kDeltaChunk, shape.keys)),
        near_reads_(work.tile(2 * kDeltaChunk, shape.keys)),
        near_writes_(work.tile(2 * kDeltaChunk, shape.keys)),
        reads_(work.tile(2 * kDeltaChunk, shape.keys)),
        writes_(work.tile(2 * kDeltaChunk, shape.keys)),
        across_(work.tile(shape.key_stride, 2 * kDeltaChunk)),
        gram_(work.tile(2 * kDeltaChunk, kGramStride)),
        first_gain_(work.tile(1, shape.keys)),
        keep_(work.tile(1, shape.keys)),
        x_(work.tile(2 * kDeltaChunk, shape.values)) {}

  // Loads the decays of a head from token `first` on, as many tokens as one chunk can have before
  // `end`. Returns how many.
  std::int64_t begin(std::int64_t head, std::int64_t first, std::int64_t end) {
    head_ = head;
    first_ = first;
    const std::int64_t most = std::min(kChunk, end - first);
    load(Rwkv7Input::log_decay, most, gates_);
    count_ = 1;
    // Row t becomes the sum of the decays after the first token, up to its own; row 0 stays.
    while (count_ < static_cast<std::size_t>(most) && addDecays(count_)) ++count_;
    return static_cast<std::int64_t>(count_);
  }

  // After begin(): everything that moves the state, but the solved half of x.
  void loadWrites() {
    load(Rwkv7Input::removal, count(), removals_);
    load(Rwkv7Input::rate, count(), rates_);
    load(Rwkv7Input::key, count(), near_writes_ + count_ * shape_.key_stride);
    load(Rwkv7Input::value, count(), x_ + count_ * shape_.value_stride, shape_.values);
    const hn::ScalableTag<float> d;
    for (std::size_t j = 0; j < shape_.key_stride; j += hn::Lanes(d)) {
      const auto first_gain = boundedExponential(d, hn::LoadU(d, gates_ + j));
      auto rise = hn::Set(d, 1.0f), fall = rise;
      for (std::size_t t = 0; t < count_; ++t) {
        const std::size_t at = t * shape_.key_stride + j, key = at + count_ * shape_.key_stride;
        if (t > 0) exponentialPair(d, hn::LoadU(d, gates_ + at), rise, fall);
        const auto removal = hn::Mul(hn::LoadU(d, rates_ + at), hn::LoadU(d, removals_ + at));
        hn::StoreU(rise, d, rise_ + at);
        hn::StoreU(fall, d, fall_ + at);
        hn::StoreU(hn::Mul(removal, fall), d, near_writes_ + at);
        hn::StoreU(hn::Mul(hn::LoadU(d, near_writes_ + key), fall), d, near_writes_ + key);
      }
      for (std::size_t i = 0; i < 2 * count_; ++i) {
        const std::size_t at = i * shape_.key_stride + j;
        hn::StoreU(hn::Mul(hn::LoadU(d, near_writes_ + at), rise), d, writes_ + at);
      }
      hn::StoreU(first_gain, d, first_gain_ + j);
      hn::StoreU(hn::Mul(first_gain, rise), d, keep_ + j);
    }
  }

  // After loadWrites(): what outputs and recalls need beside that.
  void loadReads() {
    float* queries = near_reads_ + count_ * shape_.key_stride;
    load(Rwkv7Input::query, count(), queries);
    const hn::ScalableTag<float> d;
    for (std::size_t j = 0; j < shape_.key_stride; j += hn::Lanes(d)) {
      const auto first_gain = hn::LoadU(d, first_gain_ + j);
      const auto scale = hn::Set(d, scale_);
      auto before = hn::Set(d, 1.0f);
      for (std::size_t t = 0; t < count_; ++t) {
        const std::size_t at = t * shape_.key_stride + j, query = at + count_ * shape_.key_stride;
        const auto rise = hn::LoadU(d, rise_ + at);
        const auto recall = hn::Mul(hn::LoadU(d, removals_ + at), before);
        const auto read = hn::Mul(hn::Mul(hn::LoadU(d, near_reads_ + query), scale), rise);
        hn::StoreU(recall, d, near_reads_ + at);
        hn::StoreU(read, d, near_reads_ + query);
        hn::StoreU(t == 0 ? recall : hn::Mul(recall, first_gain), d, reads_ + at);
        hn::StoreU(hn::Mul(read, first_gain), d, reads_ + query);
        before = rise;
      }
    }
    transpose(near_writes_, 2 * count_, shape_.keys, shape_.key_stride, across_, kAcrossStride);
    product(2 * count_, 2 * count_, shape_.keys, near_reads_, shape_.key_stride, 1, across_,
            kAcrossStride, gram_, kGramStride);
    mask(gram_);
  }

  // What comes next of a head, tokens [first, first + kChunk) or fewer: asked for a few rows at a
  // time while this chunk's products go on.
  void expect(std::int64_t head, std::int64_t first) {
    ahead_.clear();
    const std::int64_t end = std::min(first + kChunk, call_.sizes.tokens());
    for (std::int64_t t = first; t < end; ++t) {
      for (std::size_t input = 0; input < call_.inputs.size(); ++input) {
        const bool is_value = input == static_cast<std::size_t>(Rwkv7Input::value);
        ahead_.addRow(call_.inputs[input], is_value ? call_.sizes.values() : call_.sizes.keys(),
                      batch_, t, head);
      }
      ahead_.addRow(call_.output, call_.sizes.values(), batch_, t, head);
    }
  }
  PrefetchList& ahead() { return ahead_; }

  // 0 where a token does not come before another: rows of recalls, then of queries; columns of
  // solved writes, then of given ones.
  void mask(float* gram) const {
    for (std::size_t t = 0; t < count_; ++t) {
      for (const std::size_t half : {std::size_t{0}, count_}) {
        float* recall = gram + t * kGramStride + half;
        float* query = gram + (count_ + t) * kGramStride + half;
        std::fill(recall + t, recall + count_, 0.0f);
        std::fill(query + t + 1, query + count_, 0.0f);
      }
    }
  }

  DeltaChunk chunk() const {
    return {.count = count_,
            .sources = 2 * count_,
            .reads = reads_,
            .writes = writes_,
            .gram = gram_,
            .keep = keep_};
  }

  std::int64_t first() const { return first_; }
  std::int64_t count() const { return static_cast<std::int64_t>(count_); }
  float* x() { return x_; }

 protected:
  // Rows [first, first + count) of an input.
  void load(Rwkv7Input input, std::int64_t count, float* tile, std::size_t width) const {
    loadTile(call_.inputs[static_cast<std::size_t>(input)], batch_, first_, count, head_,
             static_cast<std::int64_t>(width), tile, static_cast<std::int64_t>(tileStride(width)));
  }
  void load(Rwkv7Input input, std::int64_t count, float* tile) const {
    load(input, count, tile, shape_.keys);
  }

  const DeltaShape& shape_;
  const Call<float>& call_;
  float scale_;
  std::int64_t batch_, head_ = 0, first_ = 0;
  std::size_t count_ = 0;
  PrefetchList ahead_;
  float *gates_, *removals_, *rates_, *rise_, *fall_;
  float *near_reads_, *near_writes_, *reads_, *writes_, *across_, *gram_, *first_gain_, *keep_, *x_;

 private:
  // Both exp(G) and exp(-G) times an input stay far inside the range of single precision.
  static constexpr float kMostDecay = 30;

  // Adds the sums of token t - 1 to the decays of token t, unless one would pass the most that a
  // chunk may decay.
  bool addDecays(std::size_t t) {
    const hn::ScalableTag<float> d;
    float* row = gates_ + t * shape_.key_stride;
    const float* before = row - shape_.key_stride;
    auto least = hn::Zero(d);
    const auto sumAt = [&](std::size_t j) {
      const auto own = hn::LoadU(d, row + j);
      return t == 1 ? own : hn::Add(hn::LoadU(d, before + j), own);
    };
    for (std::size_t j = 0; j < shape_.key_stride; j += hn::Lanes(d)) {
      least = hn::Min(least, sumAt(j));
    }
    if (hn::GetLane(hn::MinOfLanes(d, least)) < -kMostDecay) return false;
    for (std::size_t j = 0; j < shape_.key_stride; j += hn::Lanes(d)) {
      hn::StoreU(sumAt(j), d, row + j);
    }
    return true;
  }
};

// What the forward pass of one head goes through.
struct Rwkv7Run {
  DeltaPlace place;
  float* state;
  std::int64_t token = 0;

  // One chunk, which does not pass the end of its window.
  void advance(const Call<float>& call, Rwkv7Chunk& chunk, float* out) {
    const DeltaShape& shape = place.shape;
    const std::int64_t window = token / kDeltaWindow, first = place.firstToken(window);
    if (place.keeps() && token == first) shape.storeState(state, place.keptState(window));
    const std::int64_t count = chunk.begin(place.head, token, first + place.tokensOf(window));
    const std::size_t half = static_cast<std::size_t>(count) * shape.value_stride;
    chunk.loadWrites();
    chunk.loadReads();
    std::fill_n(chunk.x(), half, 0.0f);
    forwardChunk(shape, chunk.chunk(), chunk.x(), state, out, chunk.ahead());
    if (place.keeps()) {
      std::copy_n(
          out, half,
          place.keptExcess(window) + static_cast<std::size_t>(token - first) * shape.value_stride);
    }
    storeTile(call.output, place.batch, token, count, place.head, call.sizes.values(), out + half,
              static_cast<std::int64_t>(shape.value_stride));
    token += count;
  }
};

void rwkv7Forward(const Call<float>& call, float scale, std::int64_t batch, std::int64_t first_head,
                  std::int64_t count) {
  const FlushSubnormals flush;
  const DeltaShape shape(call.sizes);
  Workspace work;
  Rwkv7Chunk chunk(work, shape, call, scale, batch);
  float* out = work.tile(2 * kDeltaChunk, shape.values);
  std::array<std::optional<Rwkv7Run>, kMostHeadsTogether> heads;
  for (std::int64_t h = 0; h < count; ++h) {
    const DeltaPlace place{call, batch, first_head + h};
    auto& run = heads[static_cast<std::size_t>(h)];
    run.emplace(place, work.numbers(shape.keys * shape.state_stride).data());
    place.load(call.initial, run->state);
  }
  bool busy = call.sizes.tokens() > 0;
  while (busy && !call.context->stopRequested()) {
    busy = false;
    for (std::int64_t h = 0; h < count; ++h) {
      Rwkv7Run& run = *heads[static_cast<std::size_t>(h)];
      const std::int64_t next = (h + 1) % count;
      chunk.expect(first_head + next,
                   heads[static_cast<std::size_t>(next)]->token + (next == h ? kChunk : 0));
      if (run.token < run.place.tokens) run.advance(call, chunk, out);
      busy |= run.token < run.place.tokens;
    }
  }
  for (std::int64_t h = 0; h < count; ++h) {
    const Rwkv7Run& run = *heads[static_cast<std::size_t>(h)];
    run.place.store(run.state, call.final);
  }
}

// The same backwards, one chunk.
class Rwkv7ChunkBackward : public Rwkv7Chunk {
 public:
  Rwkv7ChunkBackward(Workspace& work, const DeltaPlace& place, float scale)
      : Rwkv7Chunk(work, place.shape, place.call, scale, place.batch),
        scratch_(work, place.shape),
        near_read_slopes_(work.tile(2 * kDeltaChunk, place.shape.keys)),
        near_write_slopes_(work.tile(2 * kDeltaChunk, place.shape.keys)),
        slopes_(work.tile(kDeltaChunk, place.shape.keys)) {
    to_.from_state = work.tile(2 * kDeltaChunk, shape_.values);
    to_.x = work.tile(2 * kDeltaChunk, shape_.values);
    to_.gram = work.tile(2 * kDeltaChunk, kGramStride);
    to_.reads = work.tile(2 * kDeltaChunk, shape_.keys);
    to_.writes = work.tile(2 * kDeltaChunk, shape_.keys);
    to_.keep = work.tile(1, shape_.keys);
  }

  // The solved half of x from what the forward pass kept.
  void loadSolution(const float* excess) {
    for (std::size_t i = 0; i < count_ * shape_.value_stride; ++i) x_[i] = -excess[i];
  }

  // After loadWrites(), loadReads() and loadSolution(). `state` is the one before the chunk.
  void backward(const BackwardCall<float>& back, const float* state, float* state_gradient) {
    for (std::size_t i = 0; i < count_; ++i) {
      std::copy_n(back.output_gradient.row(batch_, first_ + static_cast<std::int64_t>(i), head_),
                  shape_.values, to_.from_state + (count_ + i) * shape_.value_stride);
    }
    to_.state = state_gradient;
    backwardChunk(shape_, chunk(), x_, state, scratch_, to_);
    mask(to_.gram);
    const std::size_t both = 2 * count_, stride = shape_.key_stride;
    product(both, stride, both, to_.gram, kGramStride, 1, near_writes_, stride, near_read_slopes_,
            stride);
    product(both, stride, both, to_.gram, 1, kGramStride, near_reads_, stride, near_write_slopes_,
            stride);
    const hn::ScalableTag<float> d;
    for (std::size_t j = 0; j < stride; j += hn::Lanes(d)) combine(j);
    handOver(back);
  }

 private:
  using V = hn::Vec<hn::ScalableTag<float>>;

  // A vector of channels: gradients by near and far rows become those by q (near_read_slopes_,
  // second half), kappa (first half), k (near_write_slopes_, second half), a (first half) and g
  // (slopes_).
  HWY_INLINE void combine(std::size_t j) {
    const hn::ScalableTag<float> d;
    const std::size_t half = count_ * shape_.key_stride;
    const V first_gain = hn::LoadU(d, first_gain_ + j);
    const V last_rise = hn::LoadU(d, rise_ + half - shape_.key_stride + j);
    const V kept = hn::Mul(hn::LoadU(d, to_.keep + j), hn::LoadU(d, keep_ + j));
    V by_first = kept, by_last = kept;
    for (std::size_t t = 0; t < count_; ++t) {
      const std::size_t at = t * shape_.key_stride + j;
      const V rise = hn::LoadU(d, rise_ + at), fall = hn::LoadU(d, fall_ + at);
      V slope = combineRead(at + half, first_gain, rise, by_first);
      slope = hn::Sub(slope, combineWrite(at, last_rise, fall, by_last));
      slope = hn::Sub(slope, combineWrite(at + half, last_rise, fall, by_last));
      hn::StoreU(slope, d, slopes_ + at);
      if (t == 0) {
        hn::StoreU(hn::LoadU(d, to_.reads + at), d, near_read_slopes_ + at);
      } else {
        const std::size_t before = at - shape_.key_stride;
        const V recall = combineRead(at, first_gain, hn::LoadU(d, rise_ + before), by_first);
        hn::StoreU(hn::Add(hn::LoadU(d, slopes_ + before), recall), d, slopes_ + before);
      }
      const V removal = hn::LoadU(d, removals_ + at), rate = hn::LoadU(d, rates_ + at);
      const V write = hn::LoadU(d, near_write_slopes_ + at);
      hn::StoreU(hn::Mul(write, removal), d, near_write_slopes_ + at);
      hn::StoreU(hn::MulAdd(write, rate, hn::LoadU(d, near_read_slopes_ + at)), d,
                 near_read_slopes_ + at);
    }
    sumSlopes(j, by_first, by_last);
  }

  // From the sums after the first token to the decays: the slope of a token is that of all sums
  // from it on, and the first token's is that of the gain between the state and the chunk.
  HWY_INLINE void sumSlopes(std::size_t j, V by_first, V by_last) {
    const hn::ScalableTag<float> d;
    V sum = by_last;
    for (std::size_t t = count_; t-- > 1;) {
      float* slope = slopes_ + t * shape_.key_stride + j;
      sum = hn::Add(sum, hn::LoadU(d, slope));
      hn::StoreU(sum, d, slope);
    }
    hn::StoreU(by_first, d, slopes_ + j);
  }

  // One row of reads: leaves the gradient by what the row is made of, returns that by the exponent
  // since the first token, and adds that by the first token's.
  HWY_INLINE V combineRead(std::size_t at, V first_gain, V rise, V& by_first) {
    const hn::ScalableTag<float> d;
    const V far = hn::LoadU(d, to_.reads + at);
    const V near = hn::MulAdd(far, first_gain, hn::LoadU(d, near_read_slopes_ + at));
    by_first = hn::MulAdd(far, hn::LoadU(d, reads_ + at), by_first);
    hn::StoreU(hn::Mul(near, rise), d, near_read_slopes_ + at);
    return hn::Mul(near, hn::LoadU(d, near_reads_ + at));
  }

  // One row of writes, likewise; by_last is the gradient by the chunk's whole decay.
  HWY_INLINE V combineWrite(std::size_t at, V last_rise, V fall, V& by_last) {
    const hn::ScalableTag<float> d;
    const V far = hn::LoadU(d, to_.writes + at);
    const V near = hn::MulAdd(far, last_rise, hn::LoadU(d, near_write_slopes_ + at));
    by_last = hn::MulAdd(far, hn::LoadU(d, writes_ + at), by_last);
    hn::StoreU(hn::Mul(near, fall), d, near_write_slopes_ + at);
    return hn::Mul(near, hn::LoadU(d, near_writes_ + at));
  }

  void handOver(const BackwardCall<float>& back) const {
    const std::size_t half = count_ * shape_.key_stride;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t row = i * shape_.key_stride;
      const auto add = [&](Rwkv7Input input, const float* from, std::size_t width, float factor) {
        addToRow(back.input_gradients[static_cast<std::size_t>(input)], batch_,
                 first_ + static_cast<std::int64_t>(i), head_, from, width, factor);
      };
      add(Rwkv7Input::query, near_read_slopes_ + half + row, shape_.keys, scale_);
      add(Rwkv7Input::removal, near_read_slopes_ + row, shape_.keys, 1);
      add(Rwkv7Input::key, near_write_slopes_ + half + row, shape_.keys, 1);
      add(Rwkv7Input::rate, near_write_slopes_ + row, shape_.keys, 1);
      add(Rwkv7Input::log_decay, slopes_ + row, shape_.keys, 1);
      add(Rwkv7Input::value, to_.x + (count_ + i) * shape_.value_stride, shape_.values, 1);
    }
  }

  DeltaScratch scratch_;
  DeltaChunkGradient to_;
  float *near_read_slopes_, *near_write_slopes_, *slopes_;
};

// The chunks of a window: where each one begins, and the states before them.
class Rwkv7Window {
 public:
  Rwkv7Window(Workspace& work, const DeltaPlace& place, std::int64_t window,
              Rwkv7ChunkBackward& chunk)
      : shape_(place.shape),
        head_(place.head),
        first_(place.firstToken(window)),
        excess_(place.keptExcess(window)) {
    const std::int64_t end = first_ + place.tokensOf(window);
    for (std::int64_t t = first_; t < end; t += chunk.begin(head_, t, end)) starts_.push_back(t);
    starts_.push_back(end);
    states_ = work.numbers(chunks() * stateSize()).data();
    shape_.loadState(place.keptState(window), states_);
    for (std::size_t c = 0; c + 1 < chunks(); ++c) {
      begin(c, chunk);
      advanceState(shape_, chunk.chunk(), shape_.value_stride, chunk.x(), state(c), state(c + 1));
    }
  }

  std::size_t chunks() const { return starts_.size() - 1; }
  float* state(std::size_t chunk) { return states_ + chunk * stateSize(); }
  void begin(std::size_t c, Rwkv7ChunkBackward& chunk) const {
    chunk.begin(head_, starts_[c], starts_[c + 1]);
    chunk.loadWrites();
    chunk.loadSolution(excess_ +
                       static_cast<std::size_t>(starts_[c] - first_) * shape_.value_stride);
  }

 private:
  std::size_t stateSize() const { return shape_.keys * shape_.state_stride; }

  const DeltaShape& shape_;
  std::int64_t head_, first_;
  const float* excess_;
  std::vector<std::int64_t> starts_;
  float* states_ = nullptr;
};

void rwkv7Backward(const BackwardCall<float>& back, float scale, std::int64_t batch,
                   std::int64_t head) {
  const FlushSubnormals flush;
  const DeltaPlace place{back.forward, batch, head};
  Workspace work;
  Rwkv7ChunkBackward chunk(work, place, scale);
  float* state_gradient = work.numbers(place.shape.keys * place.shape.state_stride).data();
  place.load(back.final_gradient, state_gradient);
  for (std::int64_t i = place.windows; i-- > 0 && !place.call.context->stopRequested();) {
    Workspace states;
    Rwkv7Window window(states, place, i, chunk);
    for (std::size_t c = window.chunks(); c-- > 0;) {
      window.begin(c, chunk);
      chunk.loadReads();
      chunk.backward(back, window.state(c), state_gradient);
    }
  }
  place.store(state_gradient, back.initial_gradient);
}

void rwkv7Step(const Call<float>& call, float scale, std::int64_t batch, std::int64_t head,
               float* state) {
  const FlushSubnormals flush;
  const DeltaShape shape(call.sizes);
  Workspace work;
  const auto row = [&](Rwkv7Input input, std::size_t width) {
    float* buffer = work.tile(1, width);
    const float* from = call.inputs[static_cast<std::size_t>(input)].row(
        buffer, static_cast<std::int64_t>(width), batch, 0, head);
    if (from != buffer) std::copy_n(from, width, buffer);
    return buffer;
  };
  float* query = row(Rwkv7Input::query, shape.keys);
  float* keep = row(Rwkv7Input::log_decay, shape.keys);
  float* write = row(Rwkv7Input::rate, shape.keys);
  const float* key = row(Rwkv7Input::key, shape.keys);
  const float* removal = row(Rwkv7Input::removal, shape.keys);
  float* out = work.tile(1, shape.values);
  exponentials(keep, shape.key_stride, 0);
  DeltaStep step{.keys = shape.keys,
                 .values = shape.values,
                 .recall = removal,
                 .query = query,
                 .keep = keep,
                 .write = write,
                 .given = key,
                 .value = row(Rwkv7Input::value, shape.values),
                 .state = state,
                 .out = out};
  for (std::size_t i = 0; i < shape.keys; ++i) {
    write[i] *= removal[i];
    query[i] *= scale;
    step.own += query[i] * write[i];
    step.given_own += query[i] * key[i];
    query[i] *= keep[i];
  }
  stepState(step);
  call.output.store(out, call.sizes.values(), batch, 0, head);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(rwkv7Forward);
HWY_EXPORT(rwkv7Backward);
HWY_EXPORT(rwkv7Step);

void rwkv7ForwardHeads(const Call<float>& call, float scale, std::int64_t batch,
                       std::int64_t first_head, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(rwkv7Forward)(call, scale, batch, first_head, count);
}

void rwkv7BackwardHead(const BackwardCall<float>& back, float scale, std::int64_t batch,
                       std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(rwkv7Backward)(back, scale, batch, head);
}

void rwkv7StepHead(const Call<float>& call, float scale, std::int64_t batch, std::int64_t head,
                   float* state) {
  HWY_DYNAMIC_DISPATCH(rwkv7Step)(call, scale, batch, head, state);
}

}  // namespace lineament::sequence
#endif
