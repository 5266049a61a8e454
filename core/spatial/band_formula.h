// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/raster.h"

namespace lineament::spatial {

// Arithmetic over the bands of a raster, pixel by pixel: numbers, band names, + - * / ^,
// parentheses and abs, sqrt, log, exp, min(a, b), max(a, b). A band whose name is no plain word
// stands in brackets: [Band 4]. It can do nothing else: no names but the bands', no memory, no end
// that is not in sight.
class BandFormula {
 public:
  // Throws Error (usage) "formula.syntax" with the place, "formula.no_band" with the names there
  // are, and "formula.long" beyond 4,096 letters or 100 parentheses in each other.
  BandFormula(std::string_view text, const std::vector<RasterBand>& bands);

  const std::string& text() const { return text_; }
  // The bands it needs, by their places, each once.
  const std::vector<std::size_t>& bands() const { return bands_; }

  // `values` holds [band of bands()][cell]; fills `to`. NaN where a band has no value and where the
  // result is no number or infinite.
  void evaluate(std::span<const float> values, std::span<float> to) const;

 private:
  friend class FormulaParser;
  enum class Operation : std::uint8_t {
    number,
    band,
    add,
    subtract,
    multiply,
    divide,
    power,
    negate,
    absolute,
    root,
    logarithm,
    exponential,
    least,
    greatest
  };
  struct Step {
    Operation operation;
    double number = 0;     // of `number`
    std::size_t band = 0;  // of `band`, in bands()
  };
  static bool takesTwo(Operation operation);

  std::string text_;
  std::vector<std::size_t> bands_;
  std::vector<Step> steps_;  // operands before their operation
  std::size_t depth_ = 0;    // of the stack they need
};

// The formula's value as a band of its own, worked out as it is read. A reduced reading is the
// formula of reduced bands.
Raster formulaRaster(const Raster& raster, const BandFormula& formula, std::string name);

}  // namespace lineament::spatial
