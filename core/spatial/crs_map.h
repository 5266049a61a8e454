// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/data/raster.h"

class OGRCoordinateTransformation;

namespace lineament::spatial {

// Coordinates of one system as those of another, through PROJ, x to the east in both. May be asked
// by several threads at a time.
class CrsMap {
 public:
  // Null, with why, where there is no way between the two or one is unknown.
  static std::shared_ptr<const CrsMap> between(const Crs& from, const Crs& to, std::string& reason);
  ~CrsMap();

  // In place; NaN where the other system has no such place.
  void apply(std::span<double> x, std::span<double> y) const;

 private:
  explicit CrsMap(std::unique_ptr<OGRCoordinateTransformation> first);

  mutable std::mutex guard_;  // of those that no thread has at the moment
  mutable std::vector<std::unique_ptr<OGRCoordinateTransformation>> idle_;
  std::unique_ptr<OGRCoordinateTransformation> first_;  // the others are its copies
};

}  // namespace lineament::spatial
