// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/softmax_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/sequence/prefetch.h"
#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/softmax_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/elementwise-inl.h"
#include "core/sequence/small_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;

// The keys and values of one head, those of the state first.
struct Keys {
  const Call<float>& call;
  std::int64_t batch, head;
  std::int64_t past = call.initial ? call.initial->tokens : 0;

  std::int64_t stateOffset(std::int64_t token) const {
    return ((token * call.sizes.batch() + batch) * call.sizes.heads() + head) *
           (call.sizes.keys() + call.sizes.values());
  }
  // Keys (part 0) or values (part 1) of tokens [first, first + count), counted from the state's
  // first.
  void load(int part, std::int64_t first, std::int64_t count, float* tile) const {
    const std::int64_t width = part == 0 ? call.sizes.keys() : call.sizes.values();
    const auto stride = static_cast<std::int64_t>(tileStride(static_cast<std::size_t>(width)));
    std::int64_t i = 0;
    for (; i < count && first + i < past; ++i) {
      const float* row = call.initial->values.data() + stateOffset(first + i) +
                         (part == 0 ? 0 : call.sizes.keys());
      std::copy_n(row, width, tile + i * stride);
    }
    loadTile(call.inputs[part == 0 ? kKey : kValue], batch, first + i - past, count - i, head,
             width, tile + i * stride, stride);
  }
  // Asks for the keys and values of these tokens, as far as they are inputs.
  void foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const {
    list.clear();
    for (std::int64_t t = std::max<std::int64_t>(0, first - past); t < first + count - past; ++t) {
      list.addRow(call.inputs[kKey], call.sizes.keys(), batch, t, head);
      list.addRow(call.inputs[kValue], call.sizes.values(), batch, t, head);
    }
  }
  // The keys of these tokens as columns; `spare` has room for them as rows.
  void loadAcross(std::int64_t first, std::size_t count, float* spare, float* across,
                  std::size_t across_stride) const {
    const auto width = static_cast<std::size_t>(call.sizes.keys());
    const StoredView& given = call.inputs[kKey];
    if (first >= past && given.storage == Storage::f32) {  // from where they lie
      transpose(given.row(spare, call.sizes.keys(), batch, first - past, head), count, width,
                static_cast<std::size_t>(given.stride[1]), across, across_stride);
      return;
    }
    load(0, first, static_cast<std::int64_t>(count), spare);
    transpose(spare, count, width, tileStride(width), across, across_stride);
  }
};

struct Shape {
  std::size_t keys, values, key_stride, value_stride;
  explicit Shape(const Sizes& sizes)
      : keys(static_cast<std::size_t>(sizes.keys())),
        values(static_cast<std::size_t>(sizes.values())),
        key_stride(tileStride(keys)),
        value_stride(tileStride(values)) {}
};

constexpr std::size_t kScoreStride = tileStride(kKeyTile);
constexpr std::int64_t kQueriesAtOnce = 64;  // of the backward pass
constexpr std::int64_t kRowBlock = static_cast<std::int64_t>(kBlockRows);

// The scores of a query tile against a key tile, those of later keys at the lowest number, whose
// exponential is 0. `visible` is how many of the keys the first query sees.
template <class Between = Nothing>
HWY_INLINE void maskedScores(std::size_t rows, std::size_t count, std::int64_t visible,
                             const Shape& shape, const float* queries, const float* keys_across,
                             float* scores, Between between = {}) {
  smallProduct<false>(rows, count, shape.keys, queries,
                      static_cast<std::ptrdiff_t>(shape.key_stride), 1, keys_across, kScoreStride,
                      scores, kScoreStride, between);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto seen = std::clamp<std::int64_t>(visible + static_cast<std::int64_t>(i), 0,
                                               static_cast<std::int64_t>(count));
    std::fill(scores + i * kScoreStride + seen, scores + (i + 1) * kScoreStride,
              std::numeric_limits<float>::lowest());
  }
}

void tile(const Call<float>& call, float scale, std::int64_t batch, std::int64_t head,
          std::int64_t first) {
  const Shape shape(call.sizes);
  const Keys keys{call, batch, head};
  const auto rows = static_cast<std::size_t>(
      std::min(softmaxQueryTile(call.sizes.tokens()), call.sizes.tokens() - first));
  Workspace work;
  float* queries = work.tile(rows, shape.keys);
  float* key_rows = work.tile(kKeyTile, shape.keys);
  float* keys_across = work.tile(shape.keys, kKeyTile);
  float* value_rows = work.tile(kKeyTile, shape.values);
  float* scores = work.tile(rows, kKeyTile);
  float* out = work.tile(rows, shape.values);
  float *highest = work.numbers(rows).data(), *sum = work.numbers(rows).data();
  std::fill_n(highest, rows, std::numeric_limits<float>::lowest());
  loadTile(call.inputs[kQuery], batch, first, static_cast<std::int64_t>(rows), head,
           call.sizes.keys(), queries, static_cast<std::int64_t>(shape.key_stride));
  scaleAll(queries, rows * shape.key_stride, scale);

  PrefetchList ahead;
  const std::int64_t end = keys.past + first + static_cast<std::int64_t>(rows);
  for (std::int64_t from = 0; from < end; from += kKeyTile) {
    const auto count = static_cast<std::size_t>(std::min(kKeyTile, end - from));
    keys.loadAcross(from, count, key_rows, keys_across, kScoreStride);
    keys.load(1, from, static_cast<std::int64_t>(count), value_rows);
    keys.foresee(from + kKeyTile, std::min(kKeyTile, end - from - kKeyTile), ahead);
    // In blocks of two vectors of columns at least.
    ahead.spread((rows / kBlockRows + 1) * (static_cast<std::size_t>(kKeyTile) / kScoreStride + 1));
    const auto between = [&] { ahead.ask(); };
    // Queries before this one see none of these keys.
    const auto seeing = static_cast<std::size_t>(
        std::max<std::int64_t>(0, from - keys.past - first) / kRowBlock * kRowBlock);
    maskedScores(rows - seeing, count,
                 keys.past + first + static_cast<std::int64_t>(seeing) + 1 - from, shape,
                 queries + seeing * shape.key_stride, keys_across, scores + seeing * kScoreStride,
                 between);
    for (std::size_t i = seeing; i < rows; ++i) {
      float* row = scores + i * kScoreStride;
      const float top = std::max(highest[i], largest(row, kScoreStride));
      const float factor = std::exp(highest[i] - top);
      sum[i] = sum[i] * factor + exponentials(row, kScoreStride, top);
      highest[i] = top;
      if (factor != 1) scaleAll(out + i * shape.value_stride, shape.value_stride, factor);
    }
    smallProduct<true>(rows - seeing, shape.values, count, scores + seeing * kScoreStride,
                       kScoreStride, 1, value_rows, static_cast<std::ptrdiff_t>(shape.value_stride),
                       out + seeing * shape.value_stride,
                       static_cast<std::ptrdiff_t>(shape.value_stride), between);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    scaleAll(out + i * shape.value_stride, shape.value_stride, 1 / sum[i]);
    if (call.kept.empty()) continue;
    const std::int64_t row = (batch * call.sizes.heads() + head) * call.sizes.tokens() + first;
    call.kept[static_cast<std::size_t>(row) + i] = highest[i] + std::log(sum[i]);
  }
  storeTile(call.output, batch, first, static_cast<std::int64_t>(rows), head, call.sizes.values(),
            out, static_cast<std::int64_t>(shape.value_stride));
}

// Rows of a float view as a tile; rows of a tile added to one.
template <class T>
void loadRows(const View<T>& from, std::int64_t batch, std::int64_t first, std::size_t count,
              std::int64_t head, std::size_t width, float* to) {
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(from.row(batch, first + static_cast<std::int64_t>(i), head), width,
                to + i * tileStride(width));
  }
}

// The memory of one head's backward pass.
struct BackwardTiles {
  Workspace work;
  float *queries, *key_rows, *keys_across, *value_rows, *values_across, *above, *weights, *slopes,
      *query_gradient, *key_gradient, *value_gradient;

  explicit BackwardTiles(const Shape& shape)
      : queries(work.tile(kQueriesAtOnce, shape.keys)),
        key_rows(work.tile(kKeyTile, shape.keys)),
        keys_across(work.tile(shape.keys, kKeyTile)),
        value_rows(work.tile(kKeyTile, shape.values)),
        values_across(work.tile(shape.values, kKeyTile)),
        above(work.tile(kQueriesAtOnce, shape.values)),
        weights(work.tile(kQueriesAtOnce, kKeyTile)),
        slopes(work.tile(kQueriesAtOnce, kKeyTile)),
        query_gradient(work.tile(kQueriesAtOnce, shape.keys)),
        key_gradient(work.tile(kKeyTile, shape.keys)),
        value_gradient(work.tile(kKeyTile, shape.values)) {}
};

class BackwardHead {
 public:
  BackwardHead(const BackwardCall<float>& back, float scale, std::int64_t batch, std::int64_t head)
      : back_(back),
        call_(back.forward),
        scale_(scale),
        batch_(batch),
        head_(head),
        shape_(call_.sizes),
        keys_{call_, batch, head},
        tiles_(shape_),
        means_(tiles_.work.numbers(static_cast<std::size_t>(call_.sizes.tokens()))) {}

  void run() {
    findMeans();
    const std::int64_t end = keys_.past + call_.sizes.tokens();
    for (std::int64_t from = 0; from < end; from += kKeyTile) {
      keyTile(from, static_cast<std::size_t>(std::min(kKeyTile, end - from)));
    }
  }

 private:
  // rowsum(P * dP) = rowsum(O * dO)
  void findMeans() {
    for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
      const float* out = back_.output.row(batch_, t, head_);
      const float* above = back_.output_gradient.row(batch_, t, head_);
      double sum = 0;
      for (std::size_t e = 0; e < shape_.values; ++e) sum += static_cast<double>(out[e]) * above[e];
      means_[static_cast<std::size_t>(t)] = static_cast<float>(sum);
    }
  }

  void keyTile(std::int64_t from, std::size_t count) {
    keys_.load(0, from, static_cast<std::int64_t>(count), tiles_.key_rows);
    keys_.load(1, from, static_cast<std::int64_t>(count), tiles_.value_rows);
    transpose(tiles_.key_rows, count, shape_.keys, shape_.key_stride, tiles_.keys_across,
              kScoreStride);
    transpose(tiles_.value_rows, count, shape_.values, shape_.value_stride, tiles_.values_across,
              kScoreStride);
    std::fill_n(tiles_.key_gradient, kKeyTile * shape_.key_stride, 0.0f);
    std::fill_n(tiles_.value_gradient, kKeyTile * shape_.value_stride, 0.0f);
    const std::int64_t first =
        std::max<std::int64_t>(0, from - keys_.past) / kQueriesAtOnce * kQueriesAtOnce;
    for (std::int64_t t = first; t < call_.sizes.tokens(); t += kQueriesAtOnce) {
      queryTile(from, count, t,
                static_cast<std::size_t>(std::min(kQueriesAtOnce, call_.sizes.tokens() - t)));
    }
    for (std::size_t i = 0; i < count; ++i) {
      handOver(from + static_cast<std::int64_t>(i), tiles_.key_gradient + i * shape_.key_stride,
               tiles_.value_gradient + i * shape_.value_stride);
    }
  }

  void queryTile(std::int64_t from, std::size_t count, std::int64_t first, std::size_t rows) {
    const auto key_stride = static_cast<std::ptrdiff_t>(shape_.key_stride);
    const auto value_stride = static_cast<std::ptrdiff_t>(shape_.value_stride);
    loadTile(call_.inputs[kQuery], batch_, first, static_cast<std::int64_t>(rows), head_,
             call_.sizes.keys(), tiles_.queries, key_stride);
    scaleAll(tiles_.queries, rows * shape_.key_stride, scale_);
    loadRows(back_.output_gradient, batch_, first, rows, head_, shape_.values, tiles_.above);
    maskedScores(rows, count, keys_.past + first + 1 - from, shape_, tiles_.queries,
                 tiles_.keys_across, tiles_.weights);
    smallProduct<false>(rows, count, shape_.values, tiles_.above, value_stride, 1,
                        tiles_.values_across, kScoreStride, tiles_.slopes, kScoreStride);
    const std::int64_t head_row = (batch_ * call_.sizes.heads() + head_) * call_.sizes.tokens();
    for (std::size_t i = 0; i < rows; ++i) {
      const auto token = static_cast<std::size_t>(first) + i;
      float* weights = tiles_.weights + i * kScoreStride;
      float* slopes = tiles_.slopes + i * kScoreStride;
      exponentials(weights, kScoreStride, call_.kept[static_cast<std::size_t>(head_row) + token]);
      for (std::size_t j = 0; j < kScoreStride; ++j)
        slopes[j] = weights[j] * (slopes[j] - means_[token]);
    }
    // The queries are scaled, so the keys' gradient has its factor already.
    smallProduct<true>(count, shape_.values, rows, tiles_.weights, 1, kScoreStride, tiles_.above,
                       value_stride, tiles_.value_gradient, value_stride);
    smallProduct<true>(count, shape_.keys, rows, tiles_.slopes, 1, kScoreStride, tiles_.queries,
                       key_stride, tiles_.key_gradient, key_stride);
    const View<float>& query_gradient = back_.input_gradients[kQuery];
    if (!query_gradient) return;
    smallProduct<false>(rows, shape_.keys, count, tiles_.slopes, kScoreStride, 1, tiles_.key_rows,
                        key_stride, tiles_.query_gradient, key_stride);
    scaleAll(tiles_.query_gradient, rows * shape_.key_stride, scale_);
    for (std::size_t i = 0; i < rows; ++i) {
      addRow(tiles_.query_gradient + i * shape_.key_stride, shape_.keys,
             query_gradient.row(batch_, first + static_cast<std::int64_t>(i), head_));
    }
  }

  // Adds the gradients of one key and value to where they belong: the inputs or the initial state.
  void handOver(std::int64_t token, const float* key, const float* value) {
    const float* ahead = back_.final_gradient
                             ? back_.final_gradient->values.data() + keys_.stateOffset(token)
                             : nullptr;
    float *key_to = nullptr, *value_to = nullptr;
    if (token < keys_.past) {
      if (back_.initial_gradient == nullptr) return;
      key_to = back_.initial_gradient->values.data() + keys_.stateOffset(token);
      value_to = key_to + shape_.keys;
    } else {
      const auto rowOf = [&](const View<float>& to) {
        return to ? to.row(batch_, token - keys_.past, head_) : nullptr;
      };
      key_to = rowOf(back_.input_gradients[kKey]);
      value_to = rowOf(back_.input_gradients[kValue]);
    }
    if (key_to) {
      addRow(key, shape_.keys, key_to);
      if (ahead) addRow(ahead, shape_.keys, key_to);
    }
    if (value_to) {
      addRow(value, shape_.values, value_to);
      if (ahead) addRow(ahead + shape_.keys, shape_.values, value_to);
    }
  }

  const BackwardCall<float>& back_;
  const Call<float>& call_;
  float scale_;
  std::int64_t batch_, head_;
  Shape shape_;
  Keys keys_;
  BackwardTiles tiles_;
  std::span<float> means_;
};

void backwardHead(const BackwardCall<float>& back, float scale, std::int64_t batch,
                  std::int64_t head) {
  BackwardHead(back, scale, batch, head).run();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(tile);
HWY_EXPORT(backwardHead);

void softmaxTile(const Call<float>& call, float scale, std::int64_t batch, std::int64_t head,
                 std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(tile)(call, scale, batch, head, first);
}

void softmaxBackwardHead(const BackwardCall<float>& back, float scale, std::int64_t batch,
                         std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(backwardHead)(back, scale, batch, head);
}

}  // namespace lineament::sequence
#endif
