// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/sensor_bands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lineament::io {

namespace {

constexpr SensorBand kSentinel2[] = {{"B1", "Coastal aerosol", 443},
                                     {"B2", "Blue", 490},
                                     {"B3", "Green", 560},
                                     {"B4", "Red", 665},
                                     {"B5", "Red edge 1", 705},
                                     {"B6", "Red edge 2", 740},
                                     {"B7", "Red edge 3", 783},
                                     {"B8", "Near infrared", 842},
                                     {"B8A", "Near infrared, narrow", 865},
                                     {"B9", "Water vapour", 945},
                                     {"B10", "Cirrus", 1375},
                                     {"B11", "Shortwave infrared 1", 1610},
                                     {"B12", "Shortwave infrared 2", 2190}};
constexpr SensorBand kOli[] = {{"B1", "Coastal aerosol", 443},
                               {"B2", "Blue", 482},
                               {"B3", "Green", 561},
                               {"B4", "Red", 655},
                               {"B5", "Near infrared", 865},
                               {"B6", "Shortwave infrared 1", 1609},
                               {"B7", "Shortwave infrared 2", 2201},
                               {"B8", "Panchromatic", 590},
                               {"B9", "Cirrus", 1373},
                               {"B10", "Thermal infrared 1", 10900},
                               {"B11", "Thermal infrared 2", 12000}};
constexpr SensorBand kEtm[] = {{"B1", "Blue", 485},
                               {"B2", "Green", 560},
                               {"B3", "Red", 660},
                               {"B4", "Near infrared", 835},
                               {"B5", "Shortwave infrared 1", 1650},
                               {"B6", "Thermal infrared", 11450},
                               {"B7", "Shortwave infrared 2", 2220},
                               {"B8", "Panchromatic", 710}};
constexpr SensorBand kAster[] = {
    {"B1", "Green", 560},     {"B2", "Red", 660},      {"B3N", "Near infrared", 810},
    {"B4", "SWIR 4", 1650},   {"B5", "SWIR 5", 2165},  {"B6", "SWIR 6", 2205},
    {"B7", "SWIR 7", 2260},   {"B8", "SWIR 8", 2330},  {"B9", "SWIR 9", 2395},
    {"B10", "TIR 10", 8300},  {"B11", "TIR 11", 8650}, {"B12", "TIR 12", 9100},
    {"B13", "TIR 13", 10600}, {"B14", "TIR 14", 11300}};

// A stack of as many bands holds these; others hold the first ones.
struct UsualStack {
  std::string_view sensor;
  std::vector<std::string_view> names;
};
const std::vector<UsualStack>& usualStacks() {
  static const std::vector<UsualStack> stacks{
      {"landsat-etm", {"B1", "B2", "B3", "B4", "B5", "B7"}},
      {"landsat-oli", {"B2", "B3", "B4", "B5", "B6", "B7"}},
      {"sentinel2", {"B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B11", "B12"}},
      {"sentinel2", {"B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12"}},
      {"sentinel2", {"B2", "B3", "B4", "B8"}}};
  return stacks;
}

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isLetter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool isWord(char c) {
  return isDigit(c) || isLetter(c);
}

void describe(RasterBand& band, const SensorBand& known) {
  band.name = known.name;
  band.title = known.title;
  band.wavelength = known.wavelength;
}

// "SCL" in "T54HXD_20181013T003659_SCL_20m".
std::string_view qualityNameIn(std::string_view stem) {
  for (const std::string_view name : {std::string_view("QA_PIXEL"), std::string_view("SCL")}) {
    const std::size_t at = stem.find(name);
    if (at == stem.npos || (at > 0 && isWord(stem[at - 1]))) continue;
    if (at + name.size() == stem.size() || !isWord(stem[at + name.size()])) return name;
  }
  return {};
}

std::vector<std::string_view> orderOf(const Sensor& sensor, std::size_t count) {
  for (const UsualStack& stack : usualStacks()) {
    if (stack.sensor == sensor.id && stack.names.size() == count) return stack.names;
  }
  std::vector<std::string_view> names;
  for (const SensorBand& band : sensor.bands.first(std::min(count, sensor.bands.size()))) {
    names.push_back(band.name);
  }
  return names;
}

}  // namespace

const SensorBand* Sensor::find(std::string_view name) const {
  const auto found = std::find_if(bands.begin(), bands.end(),
                                  [name](const SensorBand& band) { return band.name == name; });
  return found == bands.end() ? nullptr : &*found;
}

const std::vector<Sensor>& sensors() {
  static const std::vector<Sensor> all{{"sentinel2", "Sentinel-2 MSI", kSentinel2},
                                       {"landsat-oli", "Landsat 8 and 9 OLI", kOli},
                                       {"landsat-etm", "Landsat 4 to 7 TM and ETM+", kEtm},
                                       {"aster", "ASTER", kAster}};
  return all;
}

const Sensor* findSensor(std::string_view id) {
  const auto found = std::find_if(sensors().begin(), sensors().end(),
                                  [id](const Sensor& sensor) { return sensor.id == id; });
  return found == sensors().end() ? nullptr : &*found;
}

const Sensor* sensorOfFile(std::string_view stem) {
  struct Beginning {
    std::string_view text, sensor;
  };
  constexpr Beginning kBeginnings[] = {
      {"S2A", "sentinel2"},    {"S2B", "sentinel2"},    {"S2C", "sentinel2"},
      {"LC08", "landsat-oli"}, {"LC09", "landsat-oli"}, {"LO08", "landsat-oli"},
      {"LC8", "landsat-oli"},  {"LC9", "landsat-oli"},  {"LE07", "landsat-etm"},
      {"LE7", "landsat-etm"},  {"LT05", "landsat-etm"}, {"LT5", "landsat-etm"},
      {"LT04", "landsat-etm"}, {"LT4", "landsat-etm"},  {"AST_", "aster"}};
  for (const Beginning& beginning : kBeginnings) {
    if (stem.starts_with(beginning.text)) return findSensor(beginning.sensor);
  }
  // A Sentinel-2 granule's files begin with their tile: T54HXD_...
  const bool tile = stem.size() > 6 && stem[0] == 'T' && isDigit(stem[1]) && isDigit(stem[2]) &&
                    isLetter(stem[3]) && isLetter(stem[4]) && isLetter(stem[5]) && stem[6] == '_';
  return tile ? findSensor("sentinel2") : nullptr;
}

std::string bandNameIn(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] != 'B' && text[i] != 'b') || (i > 0 && isWord(text[i - 1]))) continue;
    std::size_t at = i + 1;
    if (text.substr(at).starts_with("and")) {
      at += 3;
      while (at < text.size() && (text[at] == ' ' || text[at] == '_')) ++at;
    }
    const std::size_t first = at;
    while (at < text.size() && isDigit(text[at])) ++at;
    std::string_view digits = text.substr(first, at - first);
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    if (digits.empty() || digits.size() > 2) continue;
    std::string name = "B" + std::string(digits);
    if (at < text.size() && (text[at] == 'A' || text[at] == 'N')) name += text[at++];
    if (at == text.size() || !isWord(text[at])) return name;
  }
  return {};
}

void nameBands(std::vector<RasterBand>& bands, const Sensor* sensor, std::string_view stem) {
  const auto known = [sensor](std::string_view name) {
    return sensor ? sensor->find(name) : nullptr;
  };
  const bool named = std::any_of(bands.begin(), bands.end(),
                                 [](const RasterBand& band) { return !band.name.empty(); });
  const std::vector<std::string_view> order = sensor && !named && bands.size() > 1
                                                  ? orderOf(*sensor, bands.size())
                                                  : std::vector<std::string_view>{};
  for (std::size_t i = 0; i < bands.size(); ++i) {
    RasterBand& band = bands[i];
    std::string name = bandNameIn(bands.size() == 1 && band.name.empty() ? stem : band.name);
    if (i < order.size()) name = order[i];
    if (const SensorBand* found = known(name)) {
      describe(band, *found);
    } else if (bands.size() == 1 && !qualityNameIn(stem).empty()) {
      band.name = qualityNameIn(stem);
    } else if (band.name.empty()) {
      band.name = bands.size() == 1 && !name.empty() ? name : fmt::format("Band {}", i + 1);
    }
  }
}

}  // namespace lineament::io
