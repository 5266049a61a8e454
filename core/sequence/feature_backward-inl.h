// SPDX-License-Identifier: GPL-3.0-or-later
// The backward pass of the mechanisms of feature_chunks-inl.h, in the vector instructions of the
// including target.
//
// The gradient by w_ij is a_i . v_j + b_i with a = dO / sum, b = -dO . o / sum, as if
// values had one more column of ones. Nothing decays, so two walks need no stored states: forward
// with S for the queries, backward with dS for the keys and values. Flops a token:
// 10 F Dv, and the pairs.
#if defined(LINEAMENT_SEQUENCE_FEATURE_BACKWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_FEATURE_BACKWARD_INL_H
#undef LINEAMENT_SEQUENCE_FEATURE_BACKWARD_INL_H
#else
#define LINEAMENT_SEQUENCE_FEATURE_BACKWARD_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <vector>

#include "core/sequence/feature_chunks-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

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
