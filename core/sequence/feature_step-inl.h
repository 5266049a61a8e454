// SPDX-License-Identifier: GPL-3.0-or-later
// A decode step of the mechanisms of feature_chunks-inl.h, in the vector instructions of the
// including target.
#if defined(LINEAMENT_SEQUENCE_FEATURE_STEP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_FEATURE_STEP_INL_H
#undef LINEAMENT_SEQUENCE_FEATURE_STEP_INL_H
#else
#define LINEAMENT_SEQUENCE_FEATURE_STEP_INL_H
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "core/sequence/feature_chunks-inl.h"
#include "core/sequence/heads.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

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

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
