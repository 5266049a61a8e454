// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/pile_table.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace lineament {

namespace {

struct PileKind {
  double width;            // mm
  double lightest_hammer;  // t
};

// Larger piles take heavier hammers, as on a site.
constexpr PileKind kKinds[] = {{220, 3}, {260, 3.5}, {300, 4.2}, {350, 4.2}, {400, 6},
                               {450, 6}, {525, 7},   {600, 7},   {800, 9}};
constexpr double kHammers[] = {3, 3.5, 4.2, 6, 7, 9, 10, 12};
constexpr double kLocationFactors[] = {1, 0.6, 0.85};
constexpr double kAxisFactors[] = {1, 0.8, 1.15};
constexpr double kGravity = 9.81;  // m/s2

double rounded(double value, double step) {
  // The nearest double to the decimal number: 0.3 is 3 / 10, but 3 * 0.1 is not.
  return step < 1 ? std::round(value / step) / std::round(1 / step)
                  : std::round(value / step) * step;
}

template <std::size_t N>
int indexOf(const std::string_view (&names)[N], const std::string& name) {
  return static_cast<int>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
}

double hammerFor(const PileKind& kind, Random& random) {
  const auto lightest = std::find(std::begin(kHammers), std::end(kHammers), kind.lightest_hammer);
  const auto heavier = static_cast<std::uint64_t>(std::end(kHammers) - lightest);
  return lightest[random.below(std::min<std::uint64_t>(heavier, 4))];
}

PileBlow drawnBlow(Random& random) {
  const PileKind& kind = kKinds[random.below(std::size(kKinds))];
  PileBlow blow;
  blow.width = kind.width;
  blow.length = rounded(std::clamp(22 + 7 * random.normal(), 6.0, 45.0), 0.5);
  blow.hammer = hammerFor(kind, random);
  blow.drop = rounded(random.uniform(0.2, 1.0), 0.1);
  blow.distance = rounded(std::exp(random.uniform(std::log(2.5), std::log(110.0))), 0.1);
  const double place = random.uniform(), direction = random.uniform();
  blow.location = place < 0.35 ? 0 : place < 0.6 ? 1 : 2;
  blow.axis = direction < 0.4 ? 0 : direction < 0.65 ? 1 : 2;
  return blow;
}

}  // namespace

double pileVelocity(const PileBlow& blow) {
  const double energy = kGravity * blow.hammer * blow.drop;
  return 7.5 * std::pow(std::sqrt(energy) / blow.distance, 1.1) * std::pow(blow.width / 400, 0.3) *
         kLocationFactors[blow.location] * kAxisFactors[blow.axis];
}

Table pileTable(std::uint64_t seed, std::size_t rows) {
  Random random(seed);
  std::vector<double> width, length, hammer, drop, distance, velocity;
  TextBuilder locations, axes;
  for (std::size_t row = 0; row < rows; ++row) {
    const PileBlow blow = drawnBlow(random);
    const double noise = std::exp(kPileNoise * random.normal());
    width.push_back(blow.width);
    length.push_back(blow.length);
    hammer.push_back(blow.hammer);
    drop.push_back(blow.drop);
    distance.push_back(blow.distance);
    locations.add(kPileLocations[blow.location]);
    axes.add(kPileAxes[blow.axis]);
    velocity.push_back(rounded(pileVelocity(blow) * noise, 0.001));
  }
  const SharedArray<std::uint8_t> all_there;
  return Table({Column("pile width", std::move(width), all_there, "mm"),
                Column("pile length", std::move(length), all_there, "m"),
                Column("hammer weight", std::move(hammer), all_there, "t"),
                Column("drop height", std::move(drop), all_there, "m"),
                Column("distance", std::move(distance), all_there, "m"),
                Column("sensor location", locations.finish()), Column("axis", axes.finish()),
                Column("PPV", std::move(velocity), all_there, "mm/s")});
}

PileBlow pileBlow(const Table& table, std::size_t row) {
  const auto number = [&](const char* name) { return table.require(name).number(row); };
  return {number("pile width"),
          number("pile length"),
          number("hammer weight"),
          number("drop height"),
          number("distance"),
          indexOf(kPileLocations, table.require("sensor location").text(row)),
          indexOf(kPileAxes, table.require("axis").text(row))};
}

}  // namespace lineament
