// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/raster.h"
#include "core/io/gdal.h"

namespace lineament::spatial {

// Labels of a grid, row-major, as a raster that GDAL reads and writes in place; kNoLabel is its
// nodata. It has no geotransform until it is placed: its coordinates are pixels then.
class LabelCanvas {
 public:
  // `labels` has a byte for each pixel of the grid and has to outlive the canvas.
  LabelCanvas(std::vector<std::uint8_t>& labels, const RasterGrid& grid);

  void place(const RasterGrid& grid);
  GDALDataset& dataset() { return *dataset_; }
  GDALRasterBand& band() { return *dataset_->GetRasterBand(1); }

 private:
  io::Dataset dataset_;
};

}  // namespace lineament::spatial
