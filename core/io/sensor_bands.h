// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/raster.h"

namespace lineament::io {

// What is known of the bands of the satellite instruments that geologists use.
struct SensorBand {
  std::string_view name;   // "B8A"
  std::string_view title;  // "Near infrared, narrow"
  double wavelength;       // of the centre, nm
};
struct Sensor {
  std::string_view id;     // "sentinel2", as the reader's option names it
  std::string_view title;  // "Sentinel-2 MSI"
  std::span<const SensorBand> bands;

  const SensorBand* find(std::string_view name) const;
};

// Centres: Sentinel-2 User Handbook; USGS, Landsat 8 and Landsat 7 Data Users Handbooks; ASTER
// User Handbook.
const std::vector<Sensor>& sensors();
const Sensor* findSensor(std::string_view id);

// By the name of a file as agencies give it ("S2B_MSIL2A_...", "LC08_L2SP_...", "AST_07XT_...").
// Null when it says nothing.
const Sensor* sensorOfFile(std::string_view stem);

// "B4" in "T54HXD_20181013_B04_10m" or in "Band 4", without leading zeros; empty where there is
// none.
std::string bandNameIn(std::string_view text);

// Names, titles and wavelengths for bands without them: from `sensor` in its order where their
// number is that of a usual stack, and from the file's name for a file of one band, which may be a
// quality band, "QA_PIXEL" or "SCL".
void nameBands(std::vector<RasterBand>& bands, const Sensor* sensor, std::string_view stem);

}  // namespace lineament::io
