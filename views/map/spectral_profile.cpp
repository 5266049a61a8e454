// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/spectral_profile.h"

#include <fmt/format.h>

#include <QCoreApplication>
#include <QPolygonF>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "views/common/axis_scale.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(SpectralProfile)
};

constexpr double kTop = 12, kRight = 14, kLabelGap = 6;
constexpr double kMostNames = 0.4;  // of the width

// A class may have any colour, which text in it need not be read in.
QColor readableOn(const QColor& ground, const QColor& colour, const QColor& otherwise) {
  return contrast(ground, colour) >= 3 ? colour : otherwise;
}

QString pixelLabel(const PixelValues& pixel) {
  return QStringLiteral("%1, %2").arg(numberText(static_cast<double>(pixel.column), 15),
                                      numberText(static_cast<double>(pixel.row), 15));
}

QString classLabelOf(const NamedSpectrum& one) {
  return Words::tr("%1 (mean of %2)").arg(one.name, countedText(one.spectrum.pixels));
}

// A line of the profile, with what lies to both sides of it, if anything.
struct SpectralLine {
  std::vector<double> values, spread;  // by band; no spread where there is none
  QColor colour;
  QString label;
};

std::vector<SpectralLine> linesOf(const std::vector<PixelValues>& pixels,
                                  const std::vector<NamedSpectrum>& classes, bool dark) {
  std::vector<SpectralLine> lines;
  for (const NamedSpectrum& one : classes) {
    if (one.spectrum.pixels < 1) continue;
    lines.push_back({one.spectrum.mean, one.spectrum.deviation, one.colour, classLabelOf(one)});
  }
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    lines.push_back({{pixels[i].values.begin(), pixels[i].values.end()},
                     {},
                     categoricalColour(static_cast<int>(i), dark),
                     pixelLabel(pixels[i])});
  }
  return lines;
}

double spreadAt(const SpectralLine& line, std::size_t band) {
  const double spread = line.spread.empty() ? 0 : line.spread[band];
  return std::isfinite(spread) ? spread : 0;
}

Range valueRange(const std::vector<SpectralLine>& lines) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const SpectralLine& line : lines) {
    for (std::size_t band = 0; band < line.values.size(); ++band) {
      if (!std::isfinite(line.values[band])) continue;
      low = std::min(low, line.values[band] - spreadAt(line, band));
      high = std::max(high, line.values[band] + spreadAt(line, band));
    }
  }
  return paddedRange(low, high, false);
}

QString valueLabel(const Raster& raster) {
  const auto& bands = raster.bands();
  const std::string unit = bands.empty() ? std::string() : bands[0].unit;
  const bool same = std::all_of(bands.begin(), bands.end(),
                                [&](const RasterBand& band) { return band.unit == unit; });
  return withUnit(Words::tr("Value"), same ? QString::fromStdString(unit) : QString());
}

struct Scales {
  QRectF plot;
  AxisScale x, y;
};

// Labels at the lines' ends, moved apart where they would cover each other.
std::vector<double> labelHeights(std::vector<double> wanted, const QRectF& plot) {
  constexpr double kLine = 12;
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  double least = plot.top() + 4;
  for (const std::size_t i : order) least = (wanted[i] = std::max(wanted[i], least)) + kLine;
  const double over = least - kLine - (plot.bottom() - 2);
  if (over > 0) {
    for (double& at : wanted) at -= over;
  }
  return wanted;
}

void drawSpread(QPainter& painter, const Scales& scales, const SpectralAxis& axis,
                const std::vector<std::size_t>& order, const SpectralLine& line) {
  QPolygonF upper, lower;
  for (const std::size_t band : order) {
    if (!std::isfinite(line.values[band])) continue;
    const double x = scales.x.position(axis.at[band]), off = spreadAt(line, band);
    upper << QPointF(x, scales.y.position(line.values[band] + off));
    lower.prepend(QPointF(x, scales.y.position(line.values[band] - off)));
  }
  QColor inside = line.colour;
  inside.setAlpha(80);
  painter.setPen(Qt::NoPen);
  painter.setBrush(inside);
  painter.drawPolygon(upper + lower);
}

void drawSpectrum(QPainter& painter, const Scales& scales, const SpectralAxis& axis,
                  const std::vector<std::size_t>& order, const SpectralLine& line) {
  if (!line.spread.empty()) drawSpread(painter, scales, axis, order, line);
  QPolygonF points;
  for (const std::size_t band : order) {
    if (!std::isfinite(line.values[band])) continue;
    points << QPointF(scales.x.position(axis.at[band]), scales.y.position(line.values[band]));
  }
  painter.setPen(figurePen(line.colour, line.spread.empty() ? 1.4 : 2.2));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(points);
  if (points.size() > 60 || !line.spread.empty()) return;
  painter.setBrush(line.colour);
  painter.setPen(Qt::NoPen);
  for (const QPointF& at : points) painter.drawEllipse(at, 2, 2);
}

std::vector<std::size_t> alongAxis(const SpectralAxis& axis) {
  std::vector<std::size_t> order(axis.at.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return axis.at[a] < axis.at[b]; });
  return order;
}

}  // namespace

SpectralAxis spectralAxis(const Raster& raster) {
  SpectralAxis axis;
  const auto& bands = raster.bands();
  axis.wavelengths = !bands.empty() &&
                     std::all_of(bands.begin(), bands.end(),
                                 [](const auto& band) { return std::isfinite(band.wavelength); });
  for (std::size_t band = 0; band < bands.size(); ++band) {
    axis.at.push_back(axis.wavelengths ? bands[band].wavelength : static_cast<double>(band + 1));
  }
  return axis;
}

void drawSpectra(QPainter& painter, const QSizeF& size, const Raster& raster,
                 const std::vector<PixelValues>& pixels, const std::vector<NamedSpectrum>& classes,
                 const Theme& theme) {
  const SpectralAxis axis = spectralAxis(raster);
  const std::vector<SpectralLine> lines = linesOf(pixels, classes, theme.dark);
  if (axis.at.empty() || lines.empty()) return;
  const Range values = valueRange(lines);
  const auto [first, last] = std::minmax_element(axis.at.begin(), axis.at.end());
  const Range along = *first < *last ? Range{*first, *last} : paddedRange(*first, *last, false);
  const QFont font = figureFont(TextSize::small);
  double names = 0;
  for (const SpectralLine& line : lines) names = std::max(names, textWidth(font, line.label));
  names = std::min(names, kMostNames * size.width());
  const double bottom = size.height() - bottomAxisHeight(true) - 4;
  AxisScale y{values.low, values.high, bottom, kTop};
  const double left = leftAxisWidth(y, true) + 6;
  const double right = size.width() - kRight - names - kLabelGap;
  if (right - left < 40 || bottom - kTop < 30) return;
  const AxisScale x{along.low, along.high, left, right, false, !axis.wavelengths};
  const Scales scales{QRectF(QPointF(left, kTop), QPointF(right, bottom)), x, y};
  drawGrid(painter, scales.plot, nullptr, &scales.y, theme);
  drawBottomAxis(painter, scales.plot, scales.x,
                 axis.wavelengths ? Words::tr("Wavelength (nm)") : Words::tr("Band"), size.width(),
                 theme);
  drawLeftAxis(painter, scales.plot, scales.y, valueLabel(raster), theme);
  const std::vector<std::size_t> order = alongAxis(axis);
  std::vector<double> ends;
  for (const SpectralLine& line : lines) {
    drawSpectrum(painter, scales, axis, order, line);
    const double end = line.values[order.back()];
    ends.push_back(std::isfinite(end) ? scales.y.position(end) : scales.plot.center().y());
  }
  const std::vector<double> heights = labelHeights(ends, scales.plot);
  painter.setFont(font);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    painter.setPen(readableOn(theme.view, lines[i].colour, theme.text));
    drawLabel(painter, {right + kLabelGap, heights[i]}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(font, lines[i].label, names));
  }
}

SpectralProfile::SpectralProfile(QWidget* parent) : QWidget(parent) {
  setAccessibleName(Words::tr("Spectral profile"));
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMinimumHeight(180);
}

void SpectralProfile::setRaster(const Raster& raster) {
  raster_ = raster;
  clear();
}

void SpectralProfile::add(PixelValues pixel) {
  if (pixel.values.size() != raster_.bands().size()) return;
  if (pixels_.size() == kMostPixels) pixels_.erase(pixels_.begin());
  pixels_.push_back(std::move(pixel));
  setVisible(true);
  update();
}

void SpectralProfile::setClasses(std::vector<NamedSpectrum> classes) {
  classes_ = std::move(classes);
  update();
}

void SpectralProfile::clear() {
  pixels_.clear();
  classes_.clear();
  setVisible(false);
}

QString SpectralProfile::copied() const {
  const SpectralAxis axis = spectralAxis(raster_);
  QString text = axis.wavelengths ? QStringLiteral("wavelength_nm") : QStringLiteral("band");
  for (const PixelValues& pixel : pixels_) {
    text += QStringLiteral("\t%1_%2").arg(pixel.column).arg(pixel.row);
  }
  for (const NamedSpectrum& one : classes_) {
    const QString name = QString(one.name).replace(u'\t', u' ');
    text += QStringLiteral("\t%1_mean\t%1_sd").arg(name);
  }
  text += u'\n';
  for (std::size_t band = 0; band < axis.at.size(); ++band) {
    text += exactText(axis.at[band]);
    for (const PixelValues& pixel : pixels_) {
      text += u'\t' + QString::fromStdString(fmt::format("{}", pixel.values[band]));
    }
    for (const NamedSpectrum& one : classes_) {
      text += u'\t' + exactText(one.spectrum.mean[band]) + u'\t' +
              exactText(one.spectrum.deviation[band]);
    }
    text += u'\n';
  }
  return text;
}

void SpectralProfile::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().view);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.scale(PlotView::kScreenScale, PlotView::kScreenScale);
  drawSpectra(painter, QSizeF(size()) / PlotView::kScreenScale, raster_, pixels_, classes_,
              theme());
}

}  // namespace lineament::views
