// SPDX-License-Identifier: GPL-3.0-or-later
// The delta rule with or without a scalar decay, over tokens that share one state of one head, in
// the vector instructions of the including target. The mathematics are in deltanet.h,
// gated_deltanet.h and delta_chunks-inl.h; here a chunk is made from queries, keys and gates:
//   reads = [gam_t k_t; gam_t q_t],  writes = [gl_i k_i],  rates = beta,
//   gram[t, i] = Dm[t, i] k_t . k_i (i < t),  gram[C + t, i] = Dm[t, i] q_t . k_i (i <= t)
// with Dm[t, i] = exp(G_t - G_i), gam = exp(G), gl_i = Dm[C - 1, i] and G the cumulative log decay
// inside the chunk. No exponent is positive, and each is a sum of its own decays (never a
// difference of long sums), so that gates of any strength are exact, those that forget all too.
#if defined(LINEAMENT_SEQUENCE_DELTA_HEAD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_DELTA_HEAD_INL_H
#undef LINEAMENT_SEQUENCE_DELTA_HEAD_INL_H
#else
#define LINEAMENT_SEQUENCE_DELTA_HEAD_INL_H
#endif

#include <algorithm>
#include <limits>
#include <utility>

#include "core/sequence/delta_chunks-inl.h"
#include "core/sequence/delta_tokens.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// What the loss changes with at one token; rows of the padded widths.
struct DeltaTokenGradient {
  std::int64_t token;
  std::int64_t place;  // of the token among those of the call
  const float* query;  // by the query times its scale and weight
  const float* key;
  const float* minus_value;
  float beta, log_decay;
};

class DeltaHead {
 public:
  DeltaHead(Workspace& work, const DeltaShape& shape, bool gated)
      : shape_(shape),
        gated_(gated),
        rows_(work.tile(2 * kDeltaChunk, shape.keys)),
        keys_across_(work.tile(shape.key_stride, kDeltaChunk)),
        gram_(work.tile(2 * kDeltaChunk, kGramStride)),
        x_(work.tile(kDeltaChunk, shape.values)),
        from_state_(work.tile(2 * kDeltaChunk, shape.values)) {
    if (!gated) return;
    reads_ = work.tile(2 * kDeltaChunk, shape.keys);
    writes_ = work.tile(kDeltaChunk, shape.keys);
    decays_ = work.tile(kDeltaChunk, kDeltaChunk);
    keep_ = work.tile(1, shape.keys);
  }

  // Moves `state` over all tokens. emit(i, row) takes the output of token i of them; the excess z
  // is left in rows of value_stride numbers where `excess` is not null.
  template <class Emit>
  void forward(const DeltaTokens& tokens, float* state, float* excess, Emit emit) {
    for (std::int64_t first = 0; first < tokens.count; first += kChunk) {
      forwardOne(tokens, first, state, excess, emit);
    }
  }

  // The same over the chunk that begins at token `first` of them.
  template <class Emit>
  void forwardOne(const DeltaTokens& tokens, std::int64_t first, float* state, float* excess,
                  Emit emit) {
    loadKeys(tokens, first);
    loadQueries(tokens, first);
    for (std::size_t i = 0; i < count_; ++i) {
      loadRow(tokens.from->value, tokens, first + static_cast<std::int64_t>(i), shape_.values,
              x_ + i * shape_.value_stride);
    }
    forwardChunk(shape_, chunk(), x_, state, from_state_, ahead_);
    if (excess) {
      std::copy_n(from_state_, count_ * shape_.value_stride,
                  excess + static_cast<std::size_t>(first) * shape_.value_stride);
    }
    for (std::size_t i = 0; i < count_; ++i) {
      emit(first + static_cast<std::int64_t>(i), from_state_ + (count_ + i) * shape_.value_stride);
    }
  }

  // What the next forwardOne reads and its caller writes for consecutive tokens [first, end) of a
  // head: asked for a few rows at a time while this one's products go on.
  void expect(const DeltaOperands& from, const StoredTarget& output, std::int64_t batch,
              std::int64_t head, std::int64_t first, std::int64_t end) {
    const auto keys = static_cast<std::int64_t>(shape_.keys);
    const auto values = static_cast<std::int64_t>(shape_.values);
    ahead_.clear();
    for (std::int64_t t = first; t < end; ++t) {
      ahead_.addRow(from.key, keys, batch, t, head);
      ahead_.addRow(from.query, keys, batch, t, head);
      ahead_.addRow(from.value, values, batch, t, head);
      ahead_.addRow(output, values, batch, t, head);
    }
  }

  // How often beta |k|^2 passed 2 in forward passes since the last call: the state may grow without
  // bound from there.
  std::int64_t takeOvershoots() { return std::exchange(overshoots_, 0); }

 protected:
  static constexpr auto kChunk = static_cast<std::int64_t>(kDeltaChunk);

  static void loadRow(const StoredView& from, const DeltaTokens& tokens, std::int64_t i,
                      std::size_t width, float* to) {
    const float* row =
        from.row(to, static_cast<std::int64_t>(width), tokens.batch, tokens.token(i), tokens.head);
    if (row == to) return;
    const hn::ScalableTag<float> d;
    std::size_t j = 0;
    for (; j + hn::Lanes(d) <= width; j += hn::Lanes(d))
      hn::StoreU(hn::LoadU(d, row + j), d, to + j);
    for (; j < width; ++j) to[j] = row[j];
  }

  // Everything of a chunk that moves the state.
  void loadKeys(const DeltaTokens& tokens, std::int64_t first) {
    count_ = static_cast<std::size_t>(std::min(kChunk, tokens.count - first));
    for (std::size_t i = 0; i < count_; ++i) {
      const std::int64_t at = first + static_cast<std::int64_t>(i);
      loadRow(tokens.from->key, tokens, at, shape_.keys, rows_ + i * shape_.key_stride);
      betas_[i] = tokens.from->beta.at(tokens.batch, tokens.token(at), tokens.head);
      if (gated_) {
        gates_[i] = tokens.from->log_decay.at(tokens.batch, tokens.token(at), tokens.head);
      }
    }
    if (!gated_) return;
    findDecays();
    std::fill_n(keep_, shape_.keys, gains_[count_ - 1]);
    for (std::size_t i = 0; i < count_; ++i) {
      scaledRow(rows_ + i * shape_.key_stride, shape_.key_stride, lastDecay(i),
                writes_ + i * shape_.key_stride);
    }
  }

  // What a chunk's outputs and corrections need beside that.
  void loadQueries(const DeltaTokens& tokens, std::int64_t first) {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::int64_t at = first + static_cast<std::int64_t>(i);
      float* row = rows_ + (count_ + i) * shape_.key_stride;
      loadRow(tokens.from->query, tokens, at, shape_.keys, row);
      scaleAll(row, shape_.key_stride, tokens.scale * tokens.weight(at));
    }
    transpose(rows_, count_, shape_.keys, shape_.key_stride, keys_across_, kDeltaChunk);
    product(2 * count_, count_, shape_.keys, rows_, shape_.key_stride, 1, keys_across_, kDeltaChunk,
            gram_, kGramStride);
    for (std::size_t t = 0; t < count_; ++t) {
      float* keys = gram_ + t * kGramStride;
      float* queries = gram_ + (count_ + t) * kGramStride;
      if (betas_[t] * keys[t] > kLargestRate) ++overshoots_;
      if (gated_) {
        multiplyRow(keys, decays_ + t * kDeltaChunk);
        multiplyRow(queries, decays_ + t * kDeltaChunk);
      }
      std::fill(keys + t, keys + kDeltaChunk, 0.0f);
      std::fill(queries + t + 1, queries + kDeltaChunk, 0.0f);
    }
    for (std::size_t i = 0; gated_ && i < 2 * count_; ++i) {
      scaledRow(rows_ + i * shape_.key_stride, shape_.key_stride,
                gains_[i < count_ ? i : i - count_], reads_ + i * shape_.key_stride);
    }
  }

  DeltaChunk chunk() const {
    return {.count = count_,
            .sources = count_,
            .reads = gated_ ? reads_ : rows_,
            .writes = gated_ ? writes_ : rows_,
            .gram = gram_,
            .rates = betas_,
            .keep = keep_};
  }

  static void scaledRow(const float* from, std::size_t count, float factor, float* to) {
    const hn::ScalableTag<float> d;
    const auto factors = hn::Set(d, factor);
    for (std::size_t j = 0; j < count; j += hn::Lanes(d)) {
      hn::StoreU(hn::Mul(hn::LoadU(d, from + j), factors), d, to + j);
    }
  }

  // exp(G_i - G_last): what is left of token i's write at the chunk's end.
  float lastDecay(std::size_t i) const { return decays_[(count_ - 1) * kDeltaChunk + i]; }

  const DeltaShape& shape_;
  bool gated_;
  float *rows_, *keys_across_, *gram_, *x_, *from_state_;  // rows_: keys, then queries
  float *reads_ = nullptr, *writes_ = nullptr, *decays_ = nullptr, *keep_ = nullptr;
  std::size_t count_ = 0;
  float betas_[kDeltaChunk] = {};
  float gains_[kDeltaChunk] = {};  // exp(G_t)

 private:
  // 2 but for the rounding of a key of unit length.
  static constexpr float kLargestRate = 2.0f * (1 + 1e-5f);

  // Dm, whose rows are those before plus the token's own decay, and gam.
  void findDecays() {
    constexpr float kGone = -std::numeric_limits<float>::infinity();
    for (std::size_t t = 0; t < count_; ++t) {
      float* row = decays_ + t * kDeltaChunk;
      for (std::size_t i = 0; i < t; ++i) row[i] = row[i - kDeltaChunk] + gates_[t];
      row[t] = 0;
      std::fill(row + t + 1, row + kDeltaChunk, kGone);
      gains_[t] = (t == 0 ? 0 : gains_[t - 1]) + gates_[t];
    }
    exponentials(decays_, count_ * kDeltaChunk, 0);
    std::fill(gains_ + count_, gains_ + kDeltaChunk, 0.0f);
    exponentials(gains_, kDeltaChunk, 0);
  }

  static void multiplyRow(float* row, const float* factors) {
    for (std::size_t i = 0; i < kDeltaChunk; ++i) row[i] *= factors[i];
  }

  PrefetchList ahead_;
  float gates_[kDeltaChunk] = {};
  std::int64_t overshoots_ = 0;
};

// The same backwards.
class DeltaHeadBackward : public DeltaHead {
 public:
  // As many tokens as one call may have.
  DeltaHeadBackward(Workspace& work, const DeltaShape& shape, bool gated, std::int64_t most_tokens)
      : DeltaHead(work, shape, gated),
        scratch_(work, shape),
        excess_(nullptr),
        dm_gram_(work.tile(2 * kDeltaChunk, kGramStride)),
        states_(
            work.tile(static_cast<std::size_t>((most_tokens + kChunk - 1) / kChunk) * shape.keys,
                      shape.state_stride)) {
    to_.from_state = from_state_;
    to_.x = work.tile(kDeltaChunk, shape.values);
    to_.gram = work.tile(2 * kDeltaChunk, kGramStride);
    to_.reads = work.tile(2 * kDeltaChunk, shape.keys);
    to_.writes = work.tile(kDeltaChunk, shape.keys);
    if (gated) to_.keep = work.tile(1, shape.keys);
  }

  // The working memory of the state before the first token, for the caller to fill.
  float* firstState() { return states_; }

  // Moves `state_gradient` from after the tokens to before them. load(i, row) gives the gradient by
  // the output of token i; emit takes those of its inputs. `excess` is that of forward().
  template <class Load, class Emit>
  void backward(const DeltaTokens& tokens, const float* excess, float* state_gradient, Load load,
                Emit emit) {
    const std::int64_t chunks = (tokens.count + kChunk - 1) / kChunk;
    for (std::int64_t c = 0; c + 1 < chunks; ++c) {
      loadKeys(tokens, c * kChunk);
      loadSolution(excess, c * kChunk);
      advanceState(shape_, chunk(), shape_.value_stride, x_, stateOf(c), stateOf(c + 1));
    }
    to_.state = state_gradient;
    for (std::int64_t c = chunks; c-- > 0;) {
      const std::int64_t first = c * kChunk;
      loadKeys(tokens, first);
      loadQueries(tokens, first);
      loadSolution(excess, first);
      for (std::size_t i = 0; i < count_; ++i) {
        load(first + static_cast<std::int64_t>(i),
             from_state_ + (count_ + i) * shape_.value_stride);
      }
      backwardChunk(shape_, chunk(), x_, stateOf(c), scratch_, to_);
      combine();
      for (std::size_t i = 0; i < count_; ++i) emit(gradientOf(tokens, first, i));
    }
  }

 private:
  float* stateOf(std::int64_t chunk) {
    return states_ + static_cast<std::size_t>(chunk) * shape_.keys * shape_.state_stride;
  }

  // x = -beta z
  void loadSolution(const float* excess, std::int64_t first) {
    excess_ = excess + static_cast<std::size_t>(first) * shape_.value_stride;
    for (std::size_t i = 0; i < count_; ++i) {
      scaledRow(excess_ + i * shape_.value_stride, shape_.value_stride, -betas_[i],
                x_ + i * shape_.value_stride);
    }
  }

  // Gradients by reads, writes and gram become those by keys, queries and cumulative log decays.
  void combine() {
    std::fill_n(slopes_, kDeltaChunk, 0.0f);
    const std::size_t stride = shape_.key_stride;
    if (gated_) combineDecays();
    combineGram();
    addProduct(2 * count_, stride, count_, dm_gram_, kGramStride, 1, rows_, stride, to_.reads,
               stride);
    addProduct(count_, stride, 2 * count_, dm_gram_, 1, kGramStride, rows_, stride, to_.reads,
               stride);
    for (std::size_t i = 0; i < count_; ++i) {
      addScaledRow(to_.writes + i * stride, gated_ ? lastDecay(i) : 1, to_.reads + i * stride);
    }
    for (std::size_t t = count_; t-- > 1;) slopes_[t - 1] += slopes_[t];
  }

  void combineDecays() {
    const std::size_t stride = shape_.key_stride;
    float last = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      float* key = to_.reads + i * stride;
      float* query = to_.reads + (count_ + i) * stride;
      scaleAll(key, stride, gains_[i]);
      scaleAll(query, stride, gains_[i]);
      const float write = lastDecay(i) * dot(rows_ + i * stride, to_.writes + i * stride, stride);
      slopes_[i] += dot(rows_ + i * stride, key, stride) +
                    dot(rows_ + (count_ + i) * stride, query, stride) - write;
      last += write;
    }
    float kept = 0;
    for (std::size_t i = 0; i < shape_.keys; ++i) kept += to_.keep[i];
    slopes_[count_ - 1] += last + gains_[count_ - 1] * kept;
  }

  // The gradient by the plain products of rows, masked, to dm_gram_.
  void combineGram() {
    for (std::size_t r = 0; r < 2 * count_; ++r) {
      const std::size_t t = r < count_ ? r : r - count_;
      const std::size_t seen = r < count_ ? t : t + 1;
      const float* gradient = to_.gram + r * kGramStride;
      const float* gram = gram_ + r * kGramStride;
      const float* decay = decays_ + t * kDeltaChunk;
      float* plain = dm_gram_ + r * kGramStride;
      for (std::size_t i = 0; i < seen; ++i) {
        plain[i] = gated_ ? gradient[i] * decay[i] : gradient[i];
        if (i == t) continue;  // a token's decay against itself is 1
        slopes_[t] += gradient[i] * gram[i];
        slopes_[i] -= gradient[i] * gram[i];
      }
      std::fill(plain + seen, plain + kDeltaChunk, 0.0f);
    }
  }

  void addScaledRow(const float* from, float factor, float* to) const {
    const hn::ScalableTag<float> d;
    const auto factors = hn::Set(d, factor);
    for (std::size_t j = 0; j < shape_.key_stride; j += hn::Lanes(d)) {
      hn::StoreU(hn::MulAdd(hn::LoadU(d, from + j), factors, hn::LoadU(d, to + j)), d, to + j);
    }
  }

  DeltaTokenGradient gradientOf(const DeltaTokens& tokens, std::int64_t first,
                                std::size_t i) const {
    const std::int64_t place = first + static_cast<std::int64_t>(i);
    return {.token = tokens.token(place),
            .place = place,
            .query = to_.reads + (count_ + i) * shape_.key_stride,
            .key = to_.reads + i * shape_.key_stride,
            .minus_value = from_state_ + i * shape_.value_stride,
            .beta = -dot(to_.x + i * shape_.value_stride, excess_ + i * shape_.value_stride,
                         shape_.value_stride),
            .log_decay = slopes_[i]};
  }

  DeltaScratch scratch_;
  DeltaChunkGradient to_;
  const float* excess_;
  float *dm_gram_, *states_;
  float slopes_[kDeltaChunk] = {};  // by G_t, then by g_t
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
