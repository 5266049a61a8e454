// SPDX-License-Identifier: GPL-3.0-or-later
// Chunks of normalised linear attention over features, and of exact attention over a window beside
// it, for one head, in the vector instructions of the including target:
//   o_i = (sum_j w_ij v_j) / (sum_j w_ij + epsilon),  w_ij = f(q_i) . f(k_j) for tokens before the
//   window, a function of s_ij = u(q_i) . u(k_j) for those in it, where u is f or the input itself.
//
// Tokens go by tiles of kTokens. What belongs to a tile's queries and keys lies across: a row for
// each input or feature, a column for each token, so that feature maps are plain vector arithmetic
// over tokens and transposed products need no copy. Pairs of near tiles (the tile itself and `lag`
// tiles before it) are weighed one by one; all earlier tokens are in S [feature, value] and z
// [feature], whose rows are walked in blocks that stay in the first-level cache.
//
// Backward: the gradient by w_ij is a_i . v_j + b_i with a = dO / sum, b = -dO . o / sum, as if
// values had one more column of ones. Nothing decays, so two walks need no stored states: forward
// with S for the queries, backward with dS for the keys and values. Flops a token: forward
// 4 F Dv, backward 10 F Dv, and the pairs.
#if defined(LINEAMENT_SEQUENCE_FEATURE_CHUNKS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_FEATURE_CHUNKS_INL_H
#undef LINEAMENT_SEQUENCE_FEATURE_CHUNKS_INL_H
#else
#define LINEAMENT_SEQUENCE_FEATURE_CHUNKS_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/sequence/across-inl.h"
#include "core/sequence/elementwise-inl.h"
#include "core/sequence/heads.h"
#include "core/sequence/small_product-inl.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

enum class Side : std::uint8_t { query, key };

// Rows of S that are worked on together; what `from` and `to` mean is the mechanism's own.
struct FeatureBlock {
  std::size_t first, count, from, to;
};

// A tile's inputs, across and by rows, and its features where pairs are on features.
struct FeatureInputs {
  const float *across, *rows, *features;
};

// What one head's mechanism tells the walks ("mixer" below):
//   kPairsOnFeatures, kWindows                     u is f; some pairs are exponentials
//   inputs, features_count, values                      widths
//   tokens, past, window, lag, epsilon             of the call; past tokens have indices below 0
//   blocks                                         vector<FeatureBlock>; one if kPairsOnFeatures
//   loadInputs(side, first, count, rows), loadValues(first, count, rows)
//   features(side, block, inputs across, features across)
//   pull(side, block, FeatureInputs, feature gradient (may be used up), input gradient added to)
//   pair(d, s, shift, far, in_window, weight, slope)     w and dw/ds over exp(shift); far is
//                                                        exp(-shift)
//   loadState(matrix, normaliser), storeState(matrix, normaliser)
//   prefetchOutput(first), walk(step): in the backward pass, that tiles now follow the other way
template <class Mixer>
class FeatureTiles {
 protected:
  using Tag = hn::ScalableTag<float>;
  using Vector = hn::Vec<Tag>;

  // Queries or keys of kTokens tokens.
  struct Tile {
    float* inputs;         // across
    float* features;       // across; only where pairs are on features
    float* rows;           // values or output gradients [kTokens, values]
    float ones[kTokens];   // b of the output gradient
    float shift[kTokens];  // of each query
    float far[kTokens];    // exp(-shift)

    const float* pairs() const { return Mixer::kPairsOnFeatures ? features : inputs; }
  };

  explicit FeatureTiles(Mixer& mixer)
      : mixer_(mixer),
        value_stride_(tileStride(mixer.values)),
        input_stride_(tileStride(mixer.inputs)),
        chunks_((mixer.tokens + kTokensSigned - 1) / kTokensSigned),
        near_(static_cast<std::size_t>(mixer.lag) + 1),
        input_rows_(work_.tile(kTokens, mixer.inputs)) {
    std::size_t most = 1;
    for (const FeatureBlock& block : mixer.blocks) most = std::max(most, block.count);
    block_features_ = work_.tile(most, kTokens);
  }

  void makeState() {
    const std::size_t rows = std::max<std::size_t>(1, mixer_.features_count);
    matrix_ = work_.tile(rows, mixer_.values);
    normaliser_ = work_.numbers(rows).data();
  }

  Tile makeTile() {
    return {work_.tile(mixer_.inputs, kTokens),
            Mixer::kPairsOnFeatures ? work_.tile(mixer_.features_count, kTokens) : nullptr,
            work_.tile(kTokens, mixer_.values),
            {},
            {},
            {}};
  }

  std::size_t countOf(std::int64_t tile) const {
    return static_cast<std::size_t>(
        std::min<std::int64_t>(kTokensSigned, mixer_.tokens - tile * kTokensSigned));
  }
  std::size_t pairDepth() const {
    return Mixer::kPairsOnFeatures ? mixer_.features_count : mixer_.inputs;
  }

  // Columns of a tile that hold tokens [first, end).
  struct Columns {
    std::size_t from, to;
  };
  static Columns columnsOf(std::int64_t tile, std::int64_t first, std::int64_t end) {
    const auto within = [&](std::int64_t token) {
      return static_cast<std::size_t>(
          std::clamp<std::int64_t>(token - tile * kTokensSigned, 0, kTokensSigned));
    };
    const std::size_t from = within(first);
    return {from, std::max(from, within(end))};
  }

  static bool isWhole(Columns columns) { return columns.from == 0 && columns.to == kTokens; }

  void loadInputs(Side side, std::int64_t tile, Tile& to) {
    const Columns own = columnsOf(tile, -mixer_.past, mixer_.tokens);
    if (!isWhole(own)) std::fill_n(input_rows_, kTokens * input_stride_, 0.0f);
    if (own.from < own.to) {
      mixer_.loadInputs(side, tile * kTokensSigned + static_cast<std::int64_t>(own.from),
                        own.to - own.from, input_rows_ + own.from * input_stride_);
    }
    transpose(input_rows_, kTokens, mixer_.inputs, input_stride_, to.inputs, kTokens);
    if constexpr (Mixer::kPairsOnFeatures) {
      mixer_.features(side, mixer_.blocks.front(), to.inputs, to.features);
      keepColumns(to.features, mixer_.features_count, own);
    }
  }
  void loadKeys(std::int64_t tile, Tile& to) {
    loadInputs(Side::key, tile, to);
    const Columns own = columnsOf(tile, -mixer_.past, mixer_.tokens);
    if (!isWhole(own)) std::fill_n(to.rows, kTokens * value_stride_, 0.0f);
    if (own.from == own.to) return;
    mixer_.loadValues(tile * kTokensSigned + static_cast<std::int64_t>(own.from), own.to - own.from,
                      to.rows + own.from * value_stride_);
  }

  static void keepColumns(float* across, std::size_t rows, Columns columns) {
    if (isWhole(columns)) return;
    for (std::size_t i = 0; i < rows; ++i) {
      std::fill_n(across + i * kTokens, columns.from, 0.0f);
      std::fill(across + i * kTokens + columns.to, across + (i + 1) * kTokens, 0.0f);
    }
  }

  // The features of a block for a tile's columns; 0 in all others.
  const float* featuresOf(Side side, const FeatureBlock& block, const Tile& tile, Columns columns) {
    if constexpr (Mixer::kPairsOnFeatures) {
      if (isWhole(columns)) return tile.features;
      std::copy_n(tile.features, block.count * kTokens, block_features_);
    } else {
      mixer_.features(side, block, tile.inputs, block_features_);
    }
    keepColumns(block_features_, block.count, columns);
    return block_features_;
  }

  // S += f(k)' v and z += sum f(k) over a tile's columns.
  void write(const FeatureBlock& block, const Tile& tile, Columns columns, const float* features) {
    smallProduct<true>(block.count, mixer_.values, columns.to, features, kTokens, 1, tile.rows,
                       stride(), matrix_ + block.first * value_stride_, stride());
    addRowSums(features, block.count, normaliser_ + block.first);
  }

  std::ptrdiff_t stride() const { return static_cast<std::ptrdiff_t>(value_stride_); }

  // exp(-shift), the factor of all that comes through features; 0 where nothing does.
  float farOf(float shift) const { return mixer_.features_count > 0 ? std::exp(-shift) : 0.0f; }

  Mixer& mixer_;
  Workspace work_;
  std::size_t value_stride_, input_stride_;
  std::int64_t chunks_;
  std::size_t near_;
  float *matrix_ = nullptr, *normaliser_ = nullptr, *input_rows_, *block_features_ = nullptr;
};

template <class Mixer>
class FeatureForward : FeatureTiles<Mixer> {
  using Base = FeatureTiles<Mixer>;
  using typename Base::Columns;
  using typename Base::Tag;
  using typename Base::Tile;

 public:
  explicit FeatureForward(Mixer& mixer)
      : Base(mixer),
        query_(this->makeTile()),
        weights_(this->work_.tile(kTokens, this->near_ * kTokens)),
        out_(this->work_.tile(kTokens, mixer.values)),
        added_(-mixer.past) {
    this->makeState();
    for (std::size_t i = 0; i < this->near_; ++i) ring_.push_back(this->makeTile());
  }

  void run() {
    mixer_.loadState(this->matrix_, this->normaliser_);
    for (std::int64_t tile = -mixer_.lag; tile < 0; ++tile) this->loadKeys(tile, ring(tile));
    for (std::int64_t chunk = 0; chunk < this->chunks_; ++chunk) one(chunk);
    for (std::int64_t tile = this->chunks_ - mixer_.lag; tile < this->chunks_; ++tile) add(tile);
    mixer_.storeState(this->matrix_, this->normaliser_);
  }

 private:
  using Base::mixer_;

  Tile& ring(std::int64_t tile) {
    const auto size = static_cast<std::int64_t>(ring_.size());
    return ring_[static_cast<std::size_t>((tile % size + size) % size)];
  }

  // Tokens of a tile that pass from the near ones to the state: all but those that stay in the
  // window after the last token.
  Columns leaving(std::int64_t tile) const {
    return Base::columnsOf(tile, added_,
                           std::min((tile + 1) * kTokensSigned, mixer_.tokens - mixer_.window));
  }
  void left(std::int64_t tile, Columns columns) {
    if (columns.from < columns.to) {
      added_ = tile * kTokensSigned + static_cast<std::int64_t>(columns.to);
    }
  }
  void add(std::int64_t tile) {
    const Columns columns = leaving(tile);
    if (columns.from == columns.to) return;
    for (const FeatureBlock& block : mixer_.blocks) {
      this->write(block, ring(tile), columns,
                  this->featuresOf(Side::key, block, ring(tile), columns));
    }
    left(tile, columns);
  }

  void one(std::int64_t chunk) {
    const std::size_t count = this->countOf(chunk);
    this->loadInputs(Side::query, chunk, query_);
    this->loadKeys(chunk, ring(chunk));
    mixer_.prefetchOutput(chunk * kTokensSigned);
    if (mixer_.blocks.empty()) std::fill_n(out_, kTokens * this->value_stride_, 0.0f);
    std::fill_n(sums_, kTokens, 0.0f);
    const std::int64_t gone = chunk - mixer_.lag;
    const Columns columns = leaving(gone), own{0, count};
    for (const FeatureBlock& block : mixer_.blocks) {
      read(block, count, this->featuresOf(Side::query, block, query_, own));
      if (columns.from == columns.to) continue;
      this->write(block, ring(gone), columns,
                  this->featuresOf(Side::key, block, ring(gone), columns));
    }
    weigh(chunk, count);
    left(gone, columns);
    for (std::size_t i = 0; i < count; ++i) {
      scaleAll(out_ + i * this->value_stride_, this->value_stride_, 1 / sums_[i]);
    }
    mixer_.keep(chunk * kTokensSigned, count, sums_, query_.shift);
    mixer_.store(chunk * kTokensSigned, count, out_);
  }

  void read(const FeatureBlock& block, std::size_t count, const float* features) {
    const float* matrix = this->matrix_ + block.first * this->value_stride_;
    if (block.first == 0) {
      smallProduct<false>(count, mixer_.values, block.count, features, 1, kTokens, matrix,
                          this->stride(), out_, this->stride());
    } else {
      smallProduct<true>(count, mixer_.values, block.count, features, 1, kTokens, matrix,
                         this->stride(), out_, this->stride());
    }
    addWeightedRows(features, block.count, this->normaliser_ + block.first, sums_);
  }

  // Weighs the pairs of near tiles and adds them to what came from the state.
  void weigh(std::int64_t chunk, std::size_t count) {
    const auto score_stride = static_cast<std::ptrdiff_t>(this->near_ * kTokens);
    const std::int64_t oldest = chunk - mixer_.lag;
    for (std::size_t slot = 0; slot < this->near_; ++slot) {
      const Tile& keys = ring(oldest + static_cast<std::int64_t>(slot));
      smallProduct<false>(count, kTokens, this->pairDepth(), query_.pairs(), 1, kTokens,
                          keys.pairs(), kTokens, weights_ + slot * kTokens, score_stride);
    }
    const std::int64_t first = std::max(-mixer_.past, oldest * kTokensSigned);
    for (std::size_t i = 0; i < count; ++i) {
      weighRow(weights_ + i * this->near_ * kTokens, oldest * kTokensSigned, first,
               chunk * kTokensSigned + static_cast<std::int64_t>(i), i);
    }
    for (std::size_t slot = 0; slot < this->near_; ++slot) {
      const Tile& keys = ring(oldest + static_cast<std::int64_t>(slot));
      const bool own = slot + 1 == this->near_;
      // The upper half of the diagonal tile sees only its own first half.
      for (std::size_t from = 0; from < count; from += kTokens / 2) {
        const std::size_t rows = std::min(kTokens / 2, count - from);
        smallProduct<true>(rows, mixer_.values, own ? from + rows : kTokens,
                           weights_ + from * this->near_ * kTokens + slot * kTokens, score_stride,
                           1, keys.rows, this->stride(), out_ + from * this->value_stride_,
                           this->stride());
      }
    }
  }

  // Scores of one query, whose first is that of token `origin`, become weights.
  void weighRow(float* row, std::int64_t origin, std::int64_t first, std::int64_t token,
                std::size_t i) {
    const Tag d;
    const std::size_t width = this->near_ * kTokens;
    const PairMasks masks{first - origin, token - mixer_.window - origin, token - origin};
    float shift = 0, far = 1;
    if constexpr (Mixer::kWindows) {
      if (mixer_.has_exponentials) {
        shift = highestIn(row, width, std::max(masks.first, masks.window), masks.last);
        if (mixer_.features_count > 0) shift = std::max(shift, 0.0f);
        far = this->farOf(shift);
        if (far != 1) scaleAll(out_ + i * this->value_stride_, this->value_stride_, far);
      }
    }
    auto sum = hn::Zero(d);
    for (std::size_t j = 0; j < width; j += hn::Lanes(d)) {
      auto weight = hn::Zero(d), slope = hn::Zero(d);
      mixer_.pair(d, hn::LoadU(d, row + j), hn::Set(d, shift), hn::Set(d, far),
                  masks.inWindow(d, j), weight, slope);
      weight = hn::IfThenElseZero(masks.seen(d, j), weight);
      hn::StoreU(weight, d, row + j);
      sum = hn::Add(sum, weight);
    }
    sums_[i] = (sums_[i] + mixer_.epsilon) * far + hn::GetLane(hn::SumOfLanes(d, sum));
    query_.shift[i] = shift;
  }

  Tile query_;
  std::vector<Tile> ring_;
  float *weights_, *out_;
  float sums_[kTokens];
  std::int64_t added_;
};

// A token of each of up to kTokens batch entries of a head, which take the places of tokens in a
// tile, so that their features are made together. The states are changed in place: each row of S is
// read and written once. Needs no window, and of a mixer also enter(batch), matrixOf(state) and
// normaliserOf(state) of the entry it is in.
template <class Mixer>
class FeatureStep : FeatureTiles<Mixer> {
  using Base = FeatureTiles<Mixer>;
  using typename Base::Tag;

 public:
  explicit FeatureStep(Mixer& mixer)
      : Base(mixer),
        inputs_(this->work_.tile(mixer.inputs, kTokens)),
        feature_stride_(tileStride(mixer.features_count)),
        reads_(this->work_.tile(kTokens, mixer.features_count)),
        writes_(this->work_.tile(kTokens, mixer.features_count)),
        value_(this->work_.tile(1, mixer.values)),
        out_(this->work_.tile(1, mixer.values)) {}

  void run(std::int64_t begin, std::int64_t end, State<float>& state) {
    static_assert(kTokensSigned == kStepEntries);
    takeFeatures(Side::query, begin, end, reads_);
    takeFeatures(Side::key, begin, end, writes_);
    for (std::int64_t entry = begin; entry < end; ++entry) {
      mixer_.enter(entry);
      const std::size_t row = static_cast<std::size_t>(entry - begin) * feature_stride_;
      one(reads_ + row, writes_ + row, mixer_.matrixOf(state), mixer_.normaliserOf(state));
    }
  }

 private:
  using Base::mixer_;

  // A row of features for each entry.
  void takeFeatures(Side side, std::int64_t begin, std::int64_t end, float* to) {
    for (std::int64_t entry = begin; entry < end; ++entry) {
      mixer_.enter(entry);
      mixer_.loadInputs(
          side, 0, 1,
          this->input_rows_ + static_cast<std::size_t>(entry - begin) * this->input_stride_);
    }
    transpose(this->input_rows_, kTokens, mixer_.inputs, this->input_stride_, inputs_, kTokens);
    for (const FeatureBlock& block : mixer_.blocks) {
      mixer_.features(side, block, inputs_, this->block_features_);
      transpose(this->block_features_, block.count, kTokens, kTokens, to + block.first,
                feature_stride_);
    }
  }

  void one(const float* HWY_RESTRICT reads, const float* HWY_RESTRICT writes, float* matrix,
           float* HWY_RESTRICT normaliser) {
    mixer_.loadValues(0, 1, value_);
    float sum = mixer_.epsilon;
    for (std::size_t f = 0; f < mixer_.features_count; ++f) {
      normaliser[f] += writes[f];
      sum += reads[f] * normaliser[f];
    }
    const std::size_t lanes = hn::Lanes(Tag()), values = mixer_.values;
    std::size_t e = 0;
    for (; e + 8 * lanes <= values; e += 8 * lanes) columns<8>(reads, writes, matrix, e);
    for (; e + 4 * lanes <= values; e += 4 * lanes) columns<4>(reads, writes, matrix, e);
    for (; e + lanes <= values; e += lanes) columns<1>(reads, writes, matrix, e);
    for (; e < values; ++e) column(reads, writes, matrix, e);
    scaleAll(out_, this->value_stride_, 1 / sum);
    mixer_.store(0, 1, out_);
  }

  template <std::size_t kVectors>
  HWY_INLINE void columns(const float* HWY_RESTRICT reads, const float* HWY_RESTRICT writes,
                          float* HWY_RESTRICT matrix, std::size_t e) const {
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<Tag> value[kVectors], out[kVectors];
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < kVectors; ++i) {
      value[i] = hn::LoadU(d, value_ + e + i * lanes);
      out[i] = hn::Zero(d);
    }
    for (std::size_t f = 0; f < mixer_.features_count; ++f) {
      float* row = matrix + f * mixer_.values + e;
      const auto write = hn::Set(d, writes[f]), read = hn::Set(d, reads[f]);
      HWY_UNROLL(8)
      for (std::size_t i = 0; i < kVectors; ++i) {
        const auto s = hn::MulAdd(write, value[i], hn::LoadU(d, row + i * lanes));
        hn::StoreU(s, d, row + i * lanes);
        out[i] = hn::MulAdd(read, s, out[i]);
      }
    }
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < kVectors; ++i) hn::StoreU(out[i], d, out_ + e + i * lanes);
  }
  void column(const float* reads, const float* writes, float* matrix, std::size_t e) const {
    float out = 0;
    for (std::size_t f = 0; f < mixer_.features_count; ++f) {
      float& s = matrix[f * mixer_.values + e];
      s += writes[f] * value_[e];
      out += reads[f] * s;
    }
    out_[e] = out;
  }

  float* inputs_;  // across
  std::size_t feature_stride_;
  float *reads_, *writes_, *value_, *out_;
};

// Both walks add to the gradients through mixer.add(side, first, count, rows) and
// mixer.addValues(first, count, rows); mixer.loadAbove(first, count, rows, ones, shift) gives a, b
// and the shifts. mixer.loadFinalGradient and storeInitialGradient are the state's.
template <class Mixer>
class FeatureBackward : FeatureTiles<Mixer> {
  using Base = FeatureTiles<Mixer>;
  using typename Base::Columns;
  using typename Base::Tag;
  using typename Base::Tile;

 public:
  explicit FeatureBackward(Mixer& mixer)
      : Base(mixer),
        other_(this->makeTile()),
        rows_across_(this->work_.tile(mixer.values, kTokens)),
        scores_(this->work_.tile(kTokens, kTokens)),
        slopes_(this->work_.tile(kTokens, kTokens)),
        input_gradient_(this->work_.tile(mixer.inputs, kTokens)),
        value_gradient_(this->work_.tile(kTokens, mixer.values)) {
    std::size_t most = 1;
    for (const FeatureBlock& block : mixer.blocks) most = std::max(most, block.count);
    feature_gradient_ = this->work_.tile(most, kTokens);
    this->makeState();
    for (std::size_t i = 0; i < this->near_; ++i) ring_.push_back(this->makeTile());
  }

  void run() {
    walkQueries();
    walkKeys();
  }

 private:
  using Base::mixer_;

  Tile& ring(std::int64_t tile) {
    const auto size = static_cast<std::int64_t>(ring_.size());
    return ring_[static_cast<std::size_t>((tile % size + size) % size)];
  }

  void loadQueries(std::int64_t tile, Tile& to) {
    this->loadInputs(Side::query, tile, to);
    const std::size_t count = this->countOf(tile);
    if (count < kTokens) {
      std::fill_n(to.rows, kTokens * this->value_stride_, 0.0f);
      std::fill_n(to.ones, kTokens, 0.0f);
      std::fill_n(to.shift, kTokens, 0.0f);
    }
    mixer_.loadAbove(tile * kTokensSigned, count, to.rows, to.ones, to.shift);
    for (std::size_t i = 0; i < kTokens; ++i) to.far[i] = this->farOf(to.shift[i]);
  }

  void walkQueries() {
    mixer_.loadState(this->matrix_, this->normaliser_);
    for (std::int64_t tile = -mixer_.lag; tile < 0; ++tile) this->loadKeys(tile, ring(tile));
    for (std::int64_t chunk = 0; chunk < this->chunks_; ++chunk) {
      this->loadKeys(chunk, ring(chunk));
      loadQueries(chunk, other_);
      queriesOf(chunk);
    }
  }

  void queriesOf(std::int64_t chunk) {
    transpose(other_.rows, kTokens, mixer_.values, this->value_stride_, rows_across_, kTokens);
    std::fill_n(input_gradient_, mixer_.inputs * kTokens, 0.0f);
    if constexpr (Mixer::kPairsOnFeatures) slopesAcross(chunk, chunk);
    const std::int64_t gone = chunk - mixer_.lag;
    const Columns columns = Base::columnsOf(gone, -mixer_.past, mixer_.tokens);
    for (const FeatureBlock& block : mixer_.blocks) {
      // df(q) = S a + z b
      const float* matrix = this->matrix_ + block.first * this->value_stride_;
      smallProduct<false>(block.count, kTokens, mixer_.values, matrix, this->stride(), 1,
                          rows_across_, kTokens, feature_gradient_, kTokens);
      addOuter(this->normaliser_ + block.first, block.count, other_.ones, feature_gradient_);
      if constexpr (Mixer::kWindows) scaleColumns(feature_gradient_, block.count, other_.far);
      if constexpr (Mixer::kPairsOnFeatures) {
        smallProduct<true>(block.count, kTokens, kTokens, ring(chunk).features, kTokens, 1, slopes_,
                           kTokens, feature_gradient_, kTokens);
      }
      mixer_.pull(Side::query, block, {other_.inputs, this->input_rows_, other_.features},
                  feature_gradient_, input_gradient_);
      if (columns.from == columns.to) continue;
      this->write(block, ring(gone), columns,
                  this->featuresOf(Side::key, block, ring(gone), columns));
    }
    if constexpr (!Mixer::kPairsOnFeatures) {
      for (std::int64_t tile = chunk - mixer_.lag; tile <= chunk; ++tile) {
        slopesAcross(chunk, tile);
        smallProduct<true>(mixer_.inputs, kTokens, kTokens, ring(tile).inputs, kTokens, 1, slopes_,
                           kTokens, input_gradient_, kTokens);
      }
    }
    handOver(Side::query, chunk);
  }

  // slopes[j, i] = dw/ds (a_i . v_j + b_i) of the keys of `tile` and the queries of `chunk`.
  void slopesAcross(std::int64_t chunk, std::int64_t tile) {
    const Tag d;
    const Tile& keys = ring(tile);
    smallProduct<false>(kTokens, kTokens, mixer_.values, keys.rows, this->stride(), 1, rows_across_,
                        kTokens, slopes_, kTokens);
    if constexpr (!Mixer::kPairsOnFeatures) {
      smallProduct<false>(kTokens, kTokens, mixer_.inputs, keys.inputs, 1, kTokens, other_.inputs,
                          kTokens, scores_, kTokens);
    }
    const std::int64_t ahead = (chunk - tile) * kTokensSigned;  // of query 0 before key 0
    for (std::size_t j = 0; j < kTokens; ++j) {
      const std::int64_t own = static_cast<std::int64_t>(j) - ahead;
      const bool exists = tile * kTokensSigned + static_cast<std::int64_t>(j) >= -mixer_.past;
      // Queries [own, window] see this key in their window, later ones far.
      const PairMasks masks{exists ? own : kTokensSigned, own, kTokensSigned - 1};
      for (std::size_t i = 0; i < kTokens; i += hn::Lanes(d)) {
        auto weight = hn::Zero(d), slope = hn::Set(d, 1.0f);
        if constexpr (!Mixer::kPairsOnFeatures) {
          const auto inside =
              masks.upTo(d, i, own + mixer_.window);  // i - j <= window in token numbers
          mixer_.pair(d, hn::LoadU(d, scores_ + j * kTokens + i), hn::LoadU(d, other_.shift + i),
                      hn::LoadU(d, other_.far + i), inside, weight, slope);
        }
        const auto gradient =
            hn::Add(hn::LoadU(d, slopes_ + j * kTokens + i), hn::LoadU(d, other_.ones + i));
        hn::StoreU(hn::IfThenElseZero(masks.seen(d, i), hn::Mul(gradient, slope)), d,
                   slopes_ + j * kTokens + i);
      }
    }
  }

  void walkKeys() {
    std::fill_n(this->matrix_, mixer_.features_count * this->value_stride_, 0.0f);
    std::fill_n(this->normaliser_, mixer_.features_count, 0.0f);
    mixer_.loadFinalGradient(this->matrix_, this->normaliser_);
    mixer_.walk(-kTokensSigned);
    for (std::int64_t tile = this->chunks_ - 1; tile >= -mixer_.lag; --tile) {
      if (tile >= 0) loadQueries(tile, ring(tile));
      this->loadKeys(tile, other_);
      keysOf(tile);
      const std::int64_t gone = tile + mixer_.lag;
      if (gone < this->chunks_) addQueries(gone);
    }
    mixer_.storeInitialGradient(this->matrix_, this->normaliser_);
  }

  // dS += f(q)' a and dz += f(q) b of queries that see all tiles to come through the state.
  void addQueries(std::int64_t chunk) {
    const Tile& queries = ring(chunk);
    const Columns own{0, this->countOf(chunk)};
    for (const FeatureBlock& block : mixer_.blocks) {
      const float* features = this->featuresOf(Side::query, block, queries, own);
      if constexpr (Mixer::kWindows) scaleColumns(this->block_features_, block.count, queries.far);
      smallProduct<true>(block.count, mixer_.values, own.to, features, kTokens, 1, queries.rows,
                         this->stride(), this->matrix_ + block.first * this->value_stride_,
                         this->stride());
      addRowDots(features, block.count, queries.ones, this->normaliser_ + block.first);
    }
  }

  void keysOf(std::int64_t tile) {
    transpose(other_.rows, kTokens, mixer_.values, this->value_stride_, rows_across_, kTokens);
    std::fill_n(input_gradient_, mixer_.inputs * kTokens, 0.0f);
    std::fill_n(value_gradient_, kTokens * this->value_stride_, 0.0f);
    const Columns far = Base::columnsOf(tile, -mixer_.past, mixer_.tokens - mixer_.window);
    if constexpr (Mixer::kPairsOnFeatures) pairsOf(tile, tile);
    for (const FeatureBlock& block : mixer_.blocks) {
      if (far.from == far.to) break;
      // df(k) = dS v + dz,  dv = dS' f(k)
      const float* matrix = this->matrix_ + block.first * this->value_stride_;
      smallProduct<false>(block.count, kTokens, mixer_.values, matrix, this->stride(), 1,
                          rows_across_, kTokens, feature_gradient_, kTokens);
      addToRows(this->normaliser_ + block.first, block.count, feature_gradient_);
      Base::keepColumns(feature_gradient_, block.count, far);
      if constexpr (Mixer::kPairsOnFeatures) {
        smallProduct<true>(block.count, kTokens, kTokens, ring(tile).features, kTokens, 1, slopes_,
                           kTokens, feature_gradient_, kTokens);
      }
      const float* features = this->featuresOf(Side::key, block, other_, far);
      smallProduct<true>(kTokens, mixer_.values, block.count, features, 1, kTokens, matrix,
                         this->stride(), value_gradient_, this->stride());
      mixer_.pull(Side::key, block, {other_.inputs, this->input_rows_, other_.features},
                  feature_gradient_, input_gradient_);
    }
    if constexpr (!Mixer::kPairsOnFeatures) {
      for (std::int64_t chunk = std::max<std::int64_t>(0, tile);
           chunk <= std::min(tile + mixer_.lag, this->chunks_ - 1); ++chunk) {
        pairsOf(chunk, tile);
        smallProduct<true>(mixer_.inputs, kTokens, kTokens, ring(chunk).inputs, kTokens, 1, slopes_,
                           kTokens, input_gradient_, kTokens);
      }
    }
    handOver(Side::key, tile);
    const Columns own = Base::columnsOf(tile, -mixer_.past, mixer_.tokens);
    mixer_.addValues(tile * kTokensSigned + static_cast<std::int64_t>(own.from), own.to - own.from,
                     value_gradient_ + own.from * this->value_stride_);
  }

  // Adds w' a to the values' gradient and leaves slopes[i, j] = dw/ds (a_i . v_j + b_i), for the
  // queries of `chunk` and the keys of `tile`.
  void pairsOf(std::int64_t chunk, std::int64_t tile) {
    const Tag d;
    const Tile& queries = ring(chunk);
    smallProduct<false>(kTokens, kTokens, this->pairDepth(), queries.pairs(), 1, kTokens,
                        other_.pairs(), kTokens, scores_, kTokens);
    smallProduct<false>(kTokens, kTokens, mixer_.values, queries.rows, this->stride(), 1,
                        rows_across_, kTokens, slopes_, kTokens);
    const std::int64_t ahead = (chunk - tile) * kTokensSigned;
    for (std::size_t i = 0; i < kTokens; ++i) {
      const std::int64_t last = static_cast<std::int64_t>(i) + ahead;
      const PairMasks masks{-mixer_.past - tile * kTokensSigned, last - mixer_.window, last};
      for (std::size_t j = 0; j < kTokens; j += hn::Lanes(d)) {
        float* score = scores_ + i * kTokens + j;
        auto weight = hn::Zero(d), slope = hn::Zero(d);
        mixer_.pair(d, hn::LoadU(d, score), hn::Set(d, queries.shift[i]),
                    hn::Set(d, queries.far[i]), masks.inWindow(d, j), weight, slope);
        const auto seen = masks.seen(d, j);
        hn::StoreU(hn::IfThenElseZero(seen, weight), d, score);
        const auto gradient =
            hn::Add(hn::LoadU(d, slopes_ + i * kTokens + j), hn::Set(d, queries.ones[i]));
        hn::StoreU(hn::IfThenElseZero(seen, hn::Mul(gradient, slope)), d,
                   slopes_ + i * kTokens + j);
      }
    }
    smallProduct<true>(kTokens, mixer_.values, kTokens, scores_, 1, kTokens, queries.rows,
                       this->stride(), value_gradient_, this->stride());
  }

  void handOver(Side side, std::int64_t tile) {
    transpose(input_gradient_, mixer_.inputs, kTokens, kTokens, this->input_rows_,
              this->input_stride_);
    const Columns own = Base::columnsOf(tile, -mixer_.past, mixer_.tokens);
    mixer_.add(side, tile * kTokensSigned + static_cast<std::int64_t>(own.from), own.to - own.from,
               this->input_rows_ + own.from * this->input_stride_);
  }

  Tile other_;
  std::vector<Tile> ring_;
  float *rows_across_, *scores_, *slopes_, *input_gradient_, *value_gradient_, *feature_gradient_;
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
