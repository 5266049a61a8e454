// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/features.h"

namespace lineament {

// The features of a layer that share a value of the legend's attribute.
struct FeatureClass {
  std::string value;  // the attribute's, as Column::text writes it
  std::array<std::uint8_t, 3> colour{};
  bool operator==(const FeatureClass&) const = default;
};

// How the features of a layer are told apart. It is read off the attributes, so that it is the same
// for a layer that was made and for the file it was written to.
struct FeatureLegend {
  static constexpr std::uint32_t kNoClass = 0xffffffff;

  std::string attribute;                // empty: all features look alike, and `classes` is empty
  std::vector<FeatureClass> classes;    // numbers by size, words as they come
  std::vector<std::uint32_t> class_of;  // of each feature, an index into `classes` or kNoClass
};

// By this attribute, or by classAttribute() where it is empty. A class has the colour that its
// first feature says in an attribute "colour", "color" or "fill" ("#rrggbb"), otherwise
// classColour() of its place. Attributes of more than 1000 values are none to tell features apart
// by. Error "table.no_column" for an attribute that is not there.
FeatureLegend legendOf(const Features& features, std::string_view attribute = {});

// The attribute that most likely says which class or unit a feature belongs to: one of a usual name
// ("unit", "class", "name", "lithology", ...), otherwise the first of words, otherwise the first of
// whole numbers; empty where there is none.
std::string classAttribute(const Table& attributes);

std::string colourText(const std::array<std::uint8_t, 3>& colour);  // "#1f77b4"

}  // namespace lineament
