// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/data/features.h"

namespace lineament::io {

// How a layer looks in a GIS: its classes in their colours, by the attribute of its legend.
struct QgisStyle {
  std::string attribute;
  std::string qml;  // QGIS's own
  std::string sld;  // OGC Styled Layer Descriptor 1.1 with Symbology Encoding 1.1
};

// Nothing for a layer of several geometry types or without an attribute to tell features apart by.
// `layer` is the layer's name in the file.
std::optional<QgisStyle> qgisStyleOf(const Features& features, const std::string& layer);

}  // namespace lineament::io
