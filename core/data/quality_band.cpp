// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/quality_band.h"

#include <cmath>

namespace lineament {

namespace {

// A reduced picture takes one of the pixels, not their mean, from quality bands, so the mask of a
// cell is that of a pixel in it.
class ClearBands : public RasterSource {
 public:
  ClearBands(Raster raster, std::vector<std::size_t> shown, std::vector<std::size_t> quality)
      : raster_(std::move(raster)), shown_(std::move(shown)), quality_(std::move(quality)) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    std::vector<std::size_t> theirs;
    for (const std::size_t band : bands) theirs.push_back(shown_[band]);
    raster_.read(window, theirs, out_columns, out_rows, to);
    const auto cells = static_cast<std::size_t>(out_columns * out_rows);
    std::vector<float> quality(cells);
    for (const std::size_t band : quality_) {
      raster_.read(window, std::span(&band, 1), out_columns, out_rows, quality);
      const QualityBand kind = qualityBandOf(raster_.bands()[band].name);
      for (std::size_t i = 0; i < cells; ++i) {
        if (!hidesGround(kind, quality[i])) continue;
        for (std::size_t at = i; at < to.size(); at += cells) to[at] = std::nanf("");
      }
    }
  }

 private:
  Raster raster_;
  std::vector<std::size_t> shown_, quality_;
};

}  // namespace

QualityBand qualityBandOf(std::string_view name) {
  if (name == "QA_PIXEL") return QualityBand::landsat;
  if (name == "SCL") return QualityBand::sentinel2;
  return QualityBand::none;
}

bool hidesGround(QualityBand kind, float value) {
  if (kind == QualityBand::none) return false;
  if (!(value >= 0 && value < 65536)) return true;
  const auto whole = static_cast<unsigned>(value);
  if (kind == QualityBand::landsat) return (whole & 0b11111u) != 0;
  return whole <= 1 || whole == 3 || (whole >= 8 && whole <= 10);
}

Raster withoutClouds(const Raster& raster) {
  std::vector<std::size_t> shown, quality;
  std::vector<RasterBand> bands;
  for (std::size_t i = 0; i < raster.bands().size(); ++i) {
    const RasterBand& band = raster.bands()[i];
    if (qualityBandOf(band.name) == QualityBand::none) {
      shown.push_back(i);
      bands.push_back(band);
    } else {
      quality.push_back(i);
    }
  }
  if (quality.empty() || shown.empty()) return raster;
  auto source = std::make_shared<ClearBands>(raster, std::move(shown), std::move(quality));
  return Raster(raster.grid(), std::move(bands), std::move(source));
}

}  // namespace lineament
