// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/data/table.h"

namespace lineament {

// One blow of a hammer on a pile, and where it was measured.
struct PileBlow {
  double width = 0;     // mm, side of the pile
  double length = 0;    // m
  double hammer = 0;    // t
  double drop = 0;      // m
  double distance = 0;  // m, from pile to sensor
  int location = 0;     // index into kPileLocations
  int axis = 0;         // index into kPileAxes
};

inline constexpr std::string_view kPileLocations[] = {"ground", "foundation", "building"};
inline constexpr std::string_view kPileAxes[] = {"longitudinal", "transverse", "vertical"};

// Deviation of the natural logarithm of a measured velocity around the law.
inline constexpr double kPileNoise = 0.25;

// The median peak particle velocity in mm/s of the synthetic site:
//   PPV = 7.5 (sqrt(E) / r)^1.1 (w / 400 mm)^0.3 L A,   E = 9.81 hammer drop  in kJ,
// r the distance in m, L = 1, 0.6, 0.85 for ground, foundation, building, and A = 1, 0.8, 1.15 for
// the longitudinal, transverse, vertical axis. The form is the scaled-distance law of blasting and
// piling (Wiss, 1981, "Construction vibrations: state of the art"); the constants are invented. The
// pile's length has no effect, so that an explanation has something to find nothing in.
double pileVelocity(const PileBlow& blow);

// A synthetic table of pile-driving vibration records drawn from that law with log-normal noise,
// rounded as instruments do. Columns: pile width (mm), pile length (m), hammer weight (t), drop
// height (m), distance (m), sensor location, axis, PPV (mm/s). The same seed gives the same table.
Table pileTable(std::uint64_t seed, std::size_t rows);

// The row of such a table without its velocity.
PileBlow pileBlow(const Table& table, std::size_t row);

}  // namespace lineament
