// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/attention_stack.h"
#include "core/data/series.h"
#include "core/data/table.h"

namespace lineament {

// Sequence mechanisms on the same inputs, with all that is seen of them, for a view that links it.
//
// One value rather than a figure that names several outputs: what belongs together (the curve of a
// mechanism, its matrix, its row of numbers, the token a point stands for) is checked once, where
// the value is made or read, and a project, a report and an export keep naming one thing.
struct Comparison {
  // What the x axis of a plot counts.
  enum class Over {
    tokens,  // the token's number, from 1
    lag,     // tokens between a token and what looks back at it
    plane    // the complex plane: x the real part, y the imaginary one
  };
  struct Plot {
    Over over = Over::tokens;
    // In curves over tokens and in the plane `rows` has the token's index, from 0, of each point.
    Series series;
    SharedArray<std::uint64_t> owners;  // the mechanism that each curve belongs to
  };

  AttentionStack attention;  // a layer for each mechanism, one head, as many queries as keys
  std::vector<Plot> plots;
  Table measures;  // a row for each mechanism

  const std::vector<std::string>& mechanisms() const { return attention.layers; }
  std::uint64_t tokens() const { return attention.queries; }
};

std::string_view name(Comparison::Over over);  // "tokens", "lag", "plane"

// Whether the parts belong together: their lengths, and every owner and token that is named.
bool isConsistent(const Comparison& comparison);

}  // namespace lineament
