// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "views/attention/matrix_image.h"
#include "views/attention/shown_matrix.h"

namespace lineament::views {

enum class AttentionMode {
  grid,     // all heads of all layers, small
  matrix,   // one of them with its tokens
  arcs,     // links between tokens
  text,     // the tokens as text
  measures  // a number for each head
};

enum class HeadOrder { layers, descending, ascending };  // by the chosen measure

// Whose largest weight has the strongest colour, where no limits are given.
enum class RangeOf { shown, head, layer, all };

// By what the text's tokens are coloured.
enum class TextColours {
  attends,   // how much the chosen token attends to each
  attended,  // how much each attends to the chosen token
  measure    // the chosen token measure
};

// What a person chooses about the drawing. Options of a FigureSpec:
//   "mode"       "grid" (default), "matrix", "arcs", "text", "measures"
//   "head"       [layer, head], [layer, "mean"], [layer, "max"], counted from 0
//   "minus"      the same, or null: the difference from that one
//   "companion"  id of another stack of the same sizes that "minus" is taken from, or null
//   "hide"       "none", "first", "special": keys that are left out
//   "scale"      "log" (default), "sqrt", "linear"
//   "range"      what the strongest colour stands for: null, the largest weight that is shown;
//                "head", "layer", "all", the largest of the head, of its layer, of all heads;
//                [low, high] of magnitudes
//   "rows"       true: each row over its largest weight
//   "reduction"  "max" (default), "mean"
//   "mask"       true (default): cells that are exactly 0 are set off from small weights
//   "threshold"  smaller magnitudes are not drawn
//   "measure"    name of a head measure; "order" "layers", "descending", "ascending"
//   "heads"      numbers of the heads whose links are drawn; empty: the chosen one
//   "first", "count"  the tokens that links are drawn between
//   "colour"     "attends", "attended", "measure"; "token_measure" its name
//   "token"      the token that is chosen where nothing is selected, or null
struct AttentionOptions {
  AttentionMode mode = AttentionMode::grid;
  MatrixChoice choice;
  std::optional<std::int64_t> companion;
  WeightScale scale = WeightScale::log;
  struct Range {
    double low = 0, high = 1;
    bool operator==(const Range&) const = default;
  };
  std::optional<Range> range;
  RangeOf range_of = RangeOf::shown;
  WeightLook look;
  std::string measure;
  HeadOrder order = HeadOrder::layers;
  std::vector<std::size_t> heads;
  std::uint64_t first = 0, count = 40;
  TextColours colour = TextColours::attends;
  std::string token_measure;
  std::optional<std::uint64_t> token;

  // Unknown members are ignored, absent or unreadable ones keep their value.
  void read(const nlohmann::json& options);
  nlohmann::json toJson() const;
};

constexpr std::uint64_t kMostLinked = 200;  // tokens that links are drawn between

}  // namespace lineament::views
