// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/context.h"

namespace lineament {

// What a view may ask of the thing it shows while a person looks. The interfaces live here, what
// answers them lives in the rooms above, and they are bound together when the data is made. The
// app's jobs ask them, off the window's thread; all are safe to call from several threads.

// The first step of a predictor that adds up parts of single features:
//   f(x) = rest(constant + sum over features j of part_j(x_j)),
// where constant and parts are vectors of width() numbers, as in front of a network's first
// activation. Who asks for many rows that share their values, such as rows mixed from two, then
// adds up parts that are known instead of asking for whole rows.
class AdditiveStart {
 public:
  virtual ~AdditiveStart() = default;
  virtual std::size_t width() const = 0;
  virtual void constant(std::span<double> sums) const = 0;

  // NaN throughout for a value that the predictor has no answer for.
  virtual void part(std::size_t feature, double value, std::span<double> numbers) const = 0;

  // f of rows given by their sums (row-major, count x width(); their memory is used up). Fills
  // `outputs`, count x the predictor's outputCount(). Not parallel within.
  virtual void rest(std::span<double> sums, std::span<double> outputs) const = 0;
};

// f(x) of a fitted model over numeric features, in double precision.
class Predictor {
 public:
  virtual ~Predictor() = default;
  virtual std::size_t featureCount() const = 0;
  virtual std::size_t outputCount() const = 0;

  // `rows` is row-major, count x featureCount(), in the units of the table (encoding and scaling
  // are the predictor's own affair). Fills `outputs`, count x outputCount().
  virtual void predict(std::span<const double> rows, std::span<double> outputs,
                       const Context& context) const = 0;

  // Null where f has no such form. It gives what predict() gives, but for rounding.
  virtual const AdditiveStart* additiveStart() const { return nullptr; }
};

// A picture too large to hold, asked for in square tiles of 256 cells: level 0 has every cell,
// each further level halves both sides.
class TileSource {
 public:
  struct Tile {
    int level = 0;
    std::int64_t row = 0;     // in tiles
    std::int64_t column = 0;  // in tiles
  };
  static constexpr std::size_t kTileSide = 256;

  virtual ~TileSource() = default;
  virtual std::uint64_t rows() const = 0;
  virtual std::uint64_t columns() const = 0;
  virtual int levels() const = 0;
  // kTileSide * kTileSide values, row-major, NaN outside the picture.
  virtual std::vector<float> tile(const Tile& which, const Context& context) const = 0;
};

// The next token's distribution after a prefix, for forcing tokens by hand.
class Decoder {
 public:
  struct Candidate {
    std::int32_t token = 0;
    std::string text;
    double log_probability = 0;
  };

  virtual ~Decoder() = default;
  // The `count` likeliest tokens to follow, likeliest first.
  virtual std::vector<Candidate> next(std::span<const std::int32_t> source,
                                      std::span<const std::int32_t> prefix, std::size_t count,
                                      const Context& context) const = 0;
};

}  // namespace lineament
