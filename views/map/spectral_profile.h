// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QWidget>
#include <vector>

#include "core/data/raster.h"
#include "views/common/theme.h"

namespace lineament::views {

// The values of a pixel in all bands.
struct PixelValues {
  std::int64_t column = 0;
  std::int64_t row = 0;
  std::vector<float> values;
};

// Where the bands lie on the axis below: at their wavelengths where all have one, else counted
// from 1.
struct SpectralAxis {
  std::vector<double> at;  // one per band
  bool wavelengths = false;
};
SpectralAxis spectralAxis(const Raster& raster);

// Lines of value against wavelength, each named by its pixel at its end.
void drawSpectra(QPainter& painter, const QSizeF& size, const Raster& raster,
                 const std::vector<PixelValues>& pixels, const Theme& theme);

// The last few pixels that were clicked, the colour of each the same as on the map.
class SpectralProfile : public QWidget {
 public:
  static constexpr std::size_t kMostPixels = 5;

  explicit SpectralProfile(QWidget* parent = nullptr);
  void setRaster(const Raster& raster);
  void add(PixelValues pixel);  // the oldest goes where there are too many
  void clear();
  const std::vector<PixelValues>& pixels() const { return pixels_; }
  QString copied() const;  // a table with tabs: wavelength or band, then a column per pixel

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Raster raster_;
  std::vector<PixelValues> pixels_;
};

}  // namespace lineament::views
