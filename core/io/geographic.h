// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "core/data/raster.h"

namespace lineament::io {

// Longitude and latitude on WGS 84 of coordinates in another system, through PROJ. Making one looks
// into PROJ's database, which may take tens of milliseconds the first time; asking takes
// microseconds. Each serves one thread at a time.
class Geographic {
 public:
  // Of a system that PROJ cannot turn into degrees, or of none, no place is known.
  explicit Geographic(const Crs& crs);
  ~Geographic();
  Geographic(Geographic&&) noexcept;
  Geographic& operator=(Geographic&&) noexcept;

  // Degrees, the longitude first, whatever the order of the axes is by the books. Nothing where the
  // projection has no such place.
  std::optional<std::array<double, 2>> lonLat(double x, double y) const;

 private:
  struct Transformation;
  std::unique_ptr<Transformation> transformation_;
};

}  // namespace lineament::io
