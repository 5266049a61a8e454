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
// [feature], whose rows are walked in blocks that stay in the first-level cache. Flops a
// token: 4 F Dv, and the pairs.
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

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
