// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/rock_scene.h"

#include <array>
#include <cmath>

#include "core/base/random.h"

namespace lineament {

namespace {

constexpr std::size_t kBands = 6;
using Spectrum = std::array<double, kBands>;

struct SceneBand {
  const char* name;
  const char* title;
  double wavelength;
};
constexpr SceneBand kSceneBands[kBands] = {{"B2", "Blue", 490},
                                           {"B3", "Green", 560},
                                           {"B4", "Red", 665},
                                           {"B8", "Near infrared", 842},
                                           {"B11", "Shortwave infrared 1", 1610},
                                           {"B12", "Shortwave infrared 2", 2190}};

enum Unit : std::uint8_t { kSandstone, kShale, kLimestone, kBasalt, kGranite, kPlants, kUnits };

struct UnitLook {
  const char* name;
  Spectrum spectrum;
  std::array<std::uint8_t, 3> colour;  // as geological maps have them
};
constexpr UnitLook kLooks[kUnits] = {
    {"Ferruginous sandstone", {700, 1150, 2150, 2750, 3350, 2950}, {224, 172, 92}},
    {"Kaolinitic shale", {2050, 2450, 2850, 3350, 3950, 2450}, {150, 120, 98}},
    {"Limestone", {3050, 3450, 3750, 3950, 4050, 3550}, {120, 176, 222}},
    {"Basalt", {640, 740, 840, 980, 1180, 1120}, {92, 118, 92}},
    {"Granite", {1500, 1750, 2050, 2200, 2350, 2300}, {236, 132, 140}},
    {"River plants", {380, 690, 480, 3300, 1750, 850}, {84, 158, 70}}};

constexpr double kUnevenness = 0.03;  // of a unit's own brightness
constexpr double kSensorNoise = 25;   // digital numbers
constexpr double kRelief = 0.05;      // of the light on the slopes

constexpr const char* kUtm54South =
    R"wkt(PROJCRS["WGS 84 / UTM zone 54S",
BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",
ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]]],
PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]]],
CONVERSION["UTM zone 54S",METHOD["Transverse Mercator",ID["EPSG",9807]],
PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],
PARAMETER["Longitude of natural origin",141,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],
PARAMETER["Scale factor at natural origin",0.9996,SCALEUNIT["unity",1],ID["EPSG",8805]],
PARAMETER["False easting",500000,LENGTHUNIT["metre",1],ID["EPSG",8806]],
PARAMETER["False northing",10000000,LENGTHUNIT["metre",1],ID["EPSG",8807]]],
CS[Cartesian,2],AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]],ID["EPSG",32754]])wkt";

// The ground, over coordinates from 0 to 1 down the rows; its shapes come from the seed.
class Ground {
 public:
  explicit Ground(Random random) {
    for (double& phase : phases_) phase = random.uniform(0, 6.283185307179586);
    intrusion_[0] = random.uniform(0.55, 0.8);
    intrusion_[1] = random.uniform(0.2, 0.45);
    cloud_[0] = random.uniform(0.1, 0.25);
    cloud_[1] = random.uniform(0.7, 0.9);
  }

  Unit unit(double x, double y) const {
    if (std::abs(y - river(x)) < 0.012) return kPlants;
    const double dx = x - intrusion_[0], dy = y - intrusion_[1];
    if (std::hypot(dx, 1.25 * dy) < 0.14 + 0.004 * std::sin(6 * std::atan2(dy, dx))) {
      return kGranite;
    }
    constexpr Unit kStrata[] = {kShale, kSandstone, kLimestone, kSandstone, kBasalt, kShale};
    const double depth = fold(x, y) * 5.2;
    const auto stratum = static_cast<std::size_t>(std::floor(depth - 6 * std::floor(depth / 6)));
    return kStrata[stratum];
  }

  double light(double x, double y) const {
    return 1 + kRelief * std::sin(31 * fold(x, y) + 7 * x) + 0.02 * std::sin(60 * y + phases_[3]);
  }

  bool underCloud(double x, double y) const {
    const double dx = x - cloud_[0], dy = y - cloud_[1];
    return std::hypot(dx, dy) < 0.075 + 0.006 * std::sin(5 * std::atan2(dy, dx) + phases_[2]) +
                                    0.004 * std::sin(11 * std::atan2(dy, dx));
  }

 private:
  double fold(double x, double y) const {
    return y + 1 + 0.11 * std::sin(5.5 * x + phases_[0]) +
           0.05 * std::sin(13 * x + 4 * y + phases_[1]) + 0.2 * x;
  }
  double river(double x) const {
    return 0.62 + 0.1 * std::sin(4.2 * x + phases_[2]) + 0.025 * std::sin(17 * x + phases_[3]);
  }

  std::array<double, 4> phases_{};
  double intrusion_[2]{}, cloud_[2]{};
};

RasterGrid gridOf(std::int64_t columns, std::int64_t rows) {
  RasterGrid grid;
  grid.columns = columns;
  grid.rows = rows;
  grid.transform = {618700, 10, 0, 6569700, 0, -10};
  grid.crs = {kUtm54South, "WGS 84 / UTM zone 54S", "m", false, 1};
  return grid;
}

}  // namespace

RockScene rockScene(std::uint64_t seed, std::int64_t columns, std::int64_t rows) {
  const Random source(seed);
  const Ground ground(source.split("ground"));
  const auto pixels = static_cast<std::size_t>(columns * rows);
  std::vector<float> values(kBands * pixels);
  std::vector<std::uint8_t> units(pixels);
  for (std::int64_t row = 0; row < rows; ++row) {
    Random noise = source.split(static_cast<std::uint64_t>(row));
    const double y = (static_cast<double>(row) + 0.5) / static_cast<double>(rows);
    for (std::int64_t column = 0; column < columns; ++column) {
      const double x = (static_cast<double>(column) + 0.5) / static_cast<double>(rows);
      const auto pixel = static_cast<std::size_t>(row * columns + column);
      const Unit unit = ground.unit(x, y);
      units[pixel] = unit;
      const double light = ground.light(x, y) * std::exp(kUnevenness * noise.normal());
      for (std::size_t band = 0; band < kBands; ++band) {
        const double number = kLooks[unit].spectrum[band] * light + kSensorNoise * noise.normal();
        values[band * pixels + pixel] = ground.underCloud(x, y)
                                            ? std::numeric_limits<float>::quiet_NaN()
                                            : static_cast<float>(std::round(number));
      }
    }
  }
  std::vector<RasterBand> bands(kBands);
  for (std::size_t band = 0; band < kBands; ++band) {
    bands[band].name = kSceneBands[band].name;
    bands[band].title = kSceneBands[band].title;
    bands[band].wavelength = kSceneBands[band].wavelength;
  }
  std::vector<RasterClass> classes;
  for (std::uint8_t unit = 0; unit < kUnits; ++unit) {
    classes.push_back({unit, kLooks[unit].name, kLooks[unit].colour});
  }
  RasterBand unit;
  unit.name = "unit";
  return {Raster::of(gridOf(columns, rows), std::move(bands), std::move(values)),
          Raster::ofLabels(gridOf(columns, rows), unit, std::move(units), std::move(classes))};
}

}  // namespace lineament
