// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/reader.h"

namespace lineament::io {

enum class VectorFormat { none, geopackage, geojson, shapefile, kml };

// By the content: an SQLite file that says it is a GeoPackage, a JSON object of one of GeoJSON's
// types, the code and version that a Shapefile begins with, an XML document of KML.
VectorFormat vectorFormatOf(const Probe& probe);

const char* gdalDriverOf(VectorFormat format);

}  // namespace lineament::io
