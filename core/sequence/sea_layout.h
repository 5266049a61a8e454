// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>

#include "core/sequence/feature_state.h"
#include "core/sequence/options.h"
#include "core/sequence/sizes.h"

namespace lineament::sequence {

// What the parts of SEA agree on: inputs, options, constants, and where things lie in its state.
struct SeaLayout {
  enum Input : std::size_t {
    kQuery,
    kKey,
    kValue,
    kEye,
    kProjection,
    kEncoder,
    kEncoderBias,
    kEncoderGain,
    kEncoderShift,
    kDecoder,
    kDecoderBias,
    kRowGain,
    kRowShift,
    kFirstConvolution,
    kFirstBias,
    kSecondConvolution,
    kSecondBias,
    kMix,
    kMixBias,
    kMapGain,
    kMapShift,
    kGate,
    kGateBias
  };
  enum Option : std::size_t { kKeysKept, kScale };

  static constexpr std::int64_t kParts = 3, kSplits = 2, kTaps = 3, kDilation = 2, kRepeats = 4;
  static constexpr std::int64_t kHistory =
      (kTaps - 1) * kDilation;  // rows a convolution looks back
  static constexpr double kNormEpsilon = 1e-5, kLeastFeature = 1e-3, kLeastSum = 1e-6;

  std::int64_t batch_size, tokens, heads, keys, values, hidden, columns, cells, channels;
  double keys_kept, scale;
  FeatureState summary;

  SeaLayout(const Sizes& sizes, const Options& options)
      : batch_size(sizes.batch()),
        tokens(sizes.tokens()),
        heads(sizes.heads()),
        keys(sizes.keys()),
        values(sizes.values()),
        hidden(sizes[Dim::hidden]),
        columns(sizes[Dim::column]),
        cells(sizes[Dim::cell]),
        channels(kSplits * heads),
        keys_kept(options.real(kKeysKept)),
        scale(options.real(kScale) > 0 ? options.real(kScale)
                                       : 1 / std::sqrt(static_cast<double>(keys))),
        summary{batch_size, heads, sizes[Dim::feature], 2 * values} {}

  std::int64_t sumOffset(std::int64_t batch, std::int64_t head) const {
    return summary.elements() + (batch * heads + head) * values;
  }
  // Row `row` of the last four, of the image (stage 0) or behind the first convolution (1).
  std::int64_t rowOffset(std::int64_t stage, std::int64_t row, std::int64_t batch) const {
    return sumOffset(batch_size, 0) +
           ((stage * kHistory + row) * batch_size + batch) * channels * columns;
  }
  // Of the key; the value follows it.
  std::int64_t cacheOffset(std::int64_t token, std::int64_t batch, std::int64_t head) const {
    return rowOffset(2, 0, 0) + ((token * batch_size + batch) * heads + head) * (keys + values);
  }

  // Columns [first, last] of the repeated image with a border that a cell averages.
  std::int64_t firstColumn(std::int64_t cell) const { return (cells + 2) * cell / cells; }
  std::int64_t lastColumn(std::int64_t cell) const {
    return ((cells + 2) * (cell + 1) + cells - 1) / cells - 1;
  }
};

}  // namespace lineament::sequence
