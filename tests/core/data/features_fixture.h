// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "core/data/features.h"

namespace lineament::testing {

using Corners = std::initializer_list<std::pair<double, double>>;

inline void addRing(GeometryBuilder& builder, const Corners& corners) {
  builder.ring();
  for (const auto& [x, y] : corners) builder.vertex(x, y);
}

// Two areas: a square of 10 with a hole of 2, and one feature of two triangles of 0.5.
inline Geometries twoAreas() {
  GeometryBuilder builder;
  builder.feature(GeometryType::polygon);
  builder.part();
  addRing(builder, {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}});
  addRing(builder, {{4, 4}, {4, 6}, {6, 6}, {6, 4}, {4, 4}});
  builder.feature(GeometryType::polygon);
  builder.part();
  addRing(builder, {{20, 0}, {21, 0}, {20, 1}, {20, 0}});
  builder.part();
  addRing(builder, {{30, 0}, {31, 0}, {30, 1}, {30, 0}});
  return builder.finish();
}

// Attributes of every type, the second row without most of them.
inline Table everyAttribute() {
  TextBuilder words;
  words.add("Kalk \xc3\xbc");
  words.add("");
  const std::vector<std::uint8_t> second{0, 1};
  std::vector<Column> columns;
  columns.emplace_back("unit", words.finish(), second);
  columns.emplace_back("thickness", std::vector<double>{12.5, 0}, second);
  columns.emplace_back("code", std::vector<std::int64_t>{(std::int64_t{1} << 53) + 1, -4});
  columns.emplace_back("mapped", std::vector<std::uint8_t>{1, 0});
  columns.emplace_back("day", std::vector<Column::Date>{{20780}, {-1}});
  columns.emplace_back("instant", std::vector<Column::Time>{{1795384440'500'000}, {-1'000}},
                       second);
  return Table(std::move(columns));
}

inline Features twoUnits(Crs crs = {}) {
  return Features("units", std::move(crs), twoAreas(), everyAttribute());
}

}  // namespace lineament::testing
