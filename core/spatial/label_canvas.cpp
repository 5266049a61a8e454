// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/label_canvas.h"

#include <cpl_string.h>

#include <array>

#include "core/base/error.h"
#include "core/spatial/label_filter.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kSize{"labels.size", "Work on a map of {columns} x {rows} pixels",
                          "there are {count} labels, or GDAL cannot have that many", "",
                          "Take a part of the map"};

std::string pointerText(void* pointer) {
  std::array<char, 64> text{};
  const int length = CPLPrintPointer(text.data(), pointer, static_cast<int>(text.size()) - 1);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

LabelCanvas::LabelCanvas(std::vector<std::uint8_t>& labels, const RasterGrid& grid) {
  io::registerGdal();
  CPLStringList options;
  options.SetNameValue("DATAPOINTER", pointerText(labels.data()).c_str());
  const bool fits =
      grid.columns > 0 && grid.rows > 0 && grid.columns <= std::numeric_limits<int>::max() &&
      grid.rows <= std::numeric_limits<int>::max() &&
      labels.size() == static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows);
  if (fits) {
    dataset_.reset(GetGDALDriverManager()->GetDriverByName("MEM")->Create(
        "", static_cast<int>(grid.columns), static_cast<int>(grid.rows), 0, GDT_Byte, nullptr));
  }
  if (!dataset_ || dataset_->AddBand(GDT_Byte, options.List()) != CE_None) {
    throw Error(kSize, {{"columns", grid.columns}, {"rows", grid.rows}, {"count", labels.size()}});
  }
  band().SetNoDataValue(kNoLabel);
}

void LabelCanvas::place(const RasterGrid& grid) {
  std::array<double, 6> transform = grid.transform;
  if (transform != RasterGrid().transform) dataset_->SetGeoTransform(transform.data());
}

}  // namespace lineament::spatial
