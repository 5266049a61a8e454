// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/random.h"
#include "core/spatial/planar_points.h"

namespace lineament::test {

// Points as rows for references and as planes for what is tested.
struct PointRows {
  std::size_t features;
  std::vector<double> rows;   // [point][feature]
  std::vector<float> planes;  // [feature][point]

  PointRows(std::size_t width, std::vector<double> values)
      : features(width), rows(std::move(values)), planes(rows.size()) {
    for (double& value : rows) value = static_cast<double>(static_cast<float>(value));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      planes[i % features * count() + i / features] = static_cast<float>(rows[i]);
    }
  }

  std::size_t count() const { return rows.size() / features; }
  spatial::PlanarPoints source(std::size_t block = spatial::PlanarPoints::kBlock) const {
    return {planes.data(), features, count(), block};
  }
  std::vector<double> firstRows(std::size_t number) const {
    return {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(number * features)};
  }
};

// What a source gives, block by block, [feature][point] in each.
inline std::vector<float> valuesOf(const spatial::PointSource& source) {
  std::vector<float> all, room;
  for (std::size_t b = 0; b < source.blocks(); ++b) {
    const spatial::Points points = source.block(b, room);
    for (std::size_t f = 0; f < source.features(); ++f) {
      const float* values = points.values + f * points.stride;
      all.insert(all.end(), values, values + points.count);
    }
  }
  return all;
}

// Clouds around `centres` places, all of them away from 0.
inline PointRows clouds(std::size_t count, std::size_t features, std::size_t centres,
                        std::uint64_t seed) {
  Random random(seed);
  std::vector<double> places(centres * features);
  for (double& place : places) place = 20 + 3 * random.normal();
  std::vector<double> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t centre = random.below(centres);
    for (std::size_t f = 0; f < features; ++f) {
      rows.push_back(places[centre * features + f] + random.normal());
    }
  }
  return {features, std::move(rows)};
}

// The example of seven points in the plane: two corners and one point between them.
inline PointRows sevenPoints() {
  return {2, {0, 0, 0, 1, 1, 0, 10, 10, 10, 11, 11, 10, 5, 0}};
}

}  // namespace lineament::test
