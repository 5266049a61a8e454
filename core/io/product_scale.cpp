// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/product_scale.h"

#include <string>

#include "core/io/sensor_bands.h"

namespace lineament::io {

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

// 400 for "_N0400_".
std::optional<int> baselineIn(std::string_view name) {
  for (std::size_t at = name.find("_N"); at != name.npos; at = name.find("_N", at + 1)) {
    const std::string_view digits = name.substr(at + 2, 4);
    const bool ends = at + 6 == name.size() || name[at + 6] == '_' || name[at + 6] == '.';
    if (digits.size() == 4 && ends && digits.find_first_not_of("0123456789") == digits.npos) {
      return std::stoi(std::string(digits));
    }
  }
  return std::nullopt;
}

bool isWhole(DType type) {
  return type != DType::f32 && type != DType::f64;
}

}  // namespace

std::optional<ProductScale> productScaleOf(const std::filesystem::path& file,
                                           std::string_view band_name) {
  const std::string stem = file.stem().string();
  const Sensor* sensor = sensorOfFile(stem);
  if (sensor == nullptr || sensor->find(band_name) == nullptr) return std::nullopt;
  if (stem.starts_with("L") && (contains(stem, "_L2SP_") || contains(stem, "_L2SR_"))) {
    if (contains(stem, "_SR_B")) return ProductScale{2.75e-5, -0.2, 0, ""};
    if (contains(stem, "_ST_B")) return ProductScale{0.00341802, 149, 0, "K"};
  }
  if (stem.starts_with("AST_07")) return ProductScale{0.001, 0, 0, ""};
  if (sensor->id != "sentinel2") return std::nullopt;
  for (std::filesystem::path part = std::filesystem::absolute(file); part.has_filename();
       part = part.parent_path()) {
    const std::string name = part.filename().string();
    if (!name.starts_with("S2")) continue;
    if (const auto baseline = baselineIn(name)) {
      return ProductScale{1e-4, *baseline >= 400 ? -0.1 : 0, 0, ""};
    }
  }
  return std::nullopt;
}

void scaleBands(std::vector<RasterBand>& bands, const std::filesystem::path& file) {
  for (RasterBand& band : bands) {
    const auto scale = productScaleOf(file, band.name);
    if (!scale || band.scale != 1 || band.offset != 0 || !isWhole(band.type)) continue;
    band.scale = scale->scale;
    band.offset = scale->offset;
    if (!band.nodata) band.nodata = scale->nodata;
    if (band.unit.empty()) band.unit = scale->unit;
  }
}

}  // namespace lineament::io
