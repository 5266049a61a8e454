// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QString>
#include <QWidget>
#include <vector>

#include "core/data/raster.h"
#include "views/common/theme.h"
#include "views/map/class_spectrum.h"
#include "views/map/map_readout.h"

namespace lineament::views {

// Where the bands lie on the axis below: at their wavelengths where all have one, else counted
// from 1.
struct SpectralAxis {
  std::vector<double> at;  // one per band
  bool wavelengths = false;
};
SpectralAxis spectralAxis(const Raster& raster);

// What a class of the map reflects, as the profile shows it.
struct NamedSpectrum {
  std::int64_t value = 0;  // of the class
  QString name;
  QColor colour;
  ClassSpectrum spectrum;
};

// Lines of value against wavelength: of pixels, each named by its place at its end, and of classes
// in their colours, with a band of one standard deviation to both sides of the mean.
void drawSpectra(QPainter& painter, const QSizeF& size, const Raster& raster,
                 const std::vector<PixelValues>& pixels, const std::vector<NamedSpectrum>& classes,
                 const Theme& theme);

// The last few pixels that were clicked, the colour of each the same as on the map, and the classes
// they are of.
class SpectralProfile : public QWidget {
 public:
  static constexpr std::size_t kMostPixels = 5;

  explicit SpectralProfile(QWidget* parent = nullptr);
  void setRaster(const Raster& raster);
  void add(PixelValues pixel);  // the oldest goes where there are too many
  void setClasses(std::vector<NamedSpectrum> classes);
  void clear();
  const std::vector<PixelValues>& pixels() const { return pixels_; }
  const std::vector<NamedSpectrum>& classes() const { return classes_; }
  // A table with tabs: wavelength or band, then a column per pixel, then two per class.
  QString copied() const;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Raster raster_;
  std::vector<PixelValues> pixels_;
  std::vector<NamedSpectrum> classes_;
};

}  // namespace lineament::views
