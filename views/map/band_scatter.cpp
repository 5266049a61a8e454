// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/band_scatter.h"

#include <QImage>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/map/band_choice.h"
#include "views/map/map_readout.h"

namespace lineament::views {

namespace {

constexpr double kTop = 12, kRight = 14;
constexpr double kCell = 2;           // units of a square whose pixels are counted
constexpr double kLeastShade = 0.15;  // of the colours, for a single pixel
constexpr double kDot = 1.4;

Range rangeOf(const std::vector<float>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return values.empty() ? Range{} : paddedRange(double(*low), double(*high), false, 0.02);
}

}  // namespace

void BandScatter::setData(const Data& data) {
  raster_ = data.require<Raster>();
  origin_ = data.origin();
  sample_.reset();
  problem_.clear();
  // Red and near infrared say most, where they are known.
  bands_ = {0, std::max<std::size_t>(raster_.bands().size(), 1) - 1};
  if (const auto bands = bandsOf(raster_, Composite::falseColour))
    bands_ = {(*bands)[1], (*bands)[0]};
}

void BandScatter::setOptions(const nlohmann::json& options) {
  PlotFigure::setOptions(options);
  const auto take = [&](const char* key, std::size_t& band) {
    const auto found = options.find(key);
    if (found == options.end() || !found->is_string()) return;
    const auto named = bandsNamed(raster_, {found->get<std::string>()});
    if (named) band = named->front();
  };
  take("x", bands_[0]);
  take("y", bands_[1]);
}

nlohmann::json BandScatter::options() const {
  nlohmann::json options = PlotFigure::options();
  if (!possible()) return options;
  options["x"] = bandKey(raster_, bands_[0]);
  options["y"] = bandKey(raster_, bands_[1]);
  return options;
}

const PixelSample* BandScatter::sample() const {
  return sample_ && sample_->bands == bands_ ? sample_.get() : nullptr;
}

void BandScatter::prepare(const Context& context) {
  if (!possible() || sample()) return;
  sample_ = std::make_shared<const PixelSample>(samplePixels(raster_, bands_, context));
  x_range_ = rangeOf(sample_->x);
  y_range_ = rangeOf(sample_->y);
}

void BandScatter::adopt(const PlotFigure& prepared) {
  const auto& other = static_cast<const BandScatter&>(prepared);
  if (!other.sample() || other.bands_ != bands_ || other.origin_ != origin_) return;
  sample_ = other.sample_;
  x_range_ = other.x_range_;
  y_range_ = other.y_range_;
}

QString BandScatter::axisLabel(std::size_t band) const {
  return withUnit(bandLabel(raster_, band), QString::fromStdString(raster_.bands()[band].unit));
}

BandScatter::Frame BandScatter::frame(const QSizeF& size) const {
  const double bottom = std::max(size.height() - bottomAxisHeight(true) - 4, kTop + 1);
  const ZoomWindow& zoom = zoomWindow();
  const AxisScale y =
      AxisScale{y_range_.low, y_range_.high, bottom, kTop}.part(zoom.bottom, zoom.top);
  const double left = leftAxisWidth(y, true) + 6;
  const double right = std::max(size.width() - kRight, left + 1);
  const AxisScale x =
      AxisScale{x_range_.low, x_range_.high, left, right}.part(zoom.left, zoom.right);
  return {QRectF(QPointF(left, kTop), QPointF(right, bottom)), x, y};
}

QRectF BandScatter::plotArea(const QSizeF& size) const {
  return frame(size).plot;
}

void BandScatter::draw(const Drawing& drawing) const {
  QPainter& painter = drawing.painter;
  painter.fillRect(QRectF({0, 0}, drawing.size), drawing.theme.view);
  const Frame placed = frame(drawing.size);
  if (!sample() || sample()->pixels.empty()) {
    painter.setFont(figureFont());
    painter.setPen(drawing.theme.muted);
    const QString sentence = !possible()           ? tr("A scatter takes two bands of values")
                             : !problem_.isEmpty() ? problem_
                             : sample()            ? tr("No pixel has a value in both bands")
                                                   : tr("Reading the pixels");
    return drawLabel(painter, QRectF({0, 0}, drawing.size).center(),
                     Qt::AlignHCenter | Qt::AlignVCenter, sentence);
  }
  drawGrid(painter, placed.plot, &placed.x, &placed.y, drawing.theme);
  drawDensity(drawing, placed);
  drawChosen(drawing, placed);
  drawBottomAxis(painter, placed.plot, placed.x, axisLabel(bands_[0]), drawing.size.width(),
                 drawing.theme);
  drawLeftAxis(painter, placed.plot, placed.y, axisLabel(bands_[1]), drawing.theme);
}

void BandScatter::drawDensity(const Drawing& drawing, const Frame& frame) const {
  const int columns = std::max(static_cast<int>(frame.plot.width() / kCell), 1);
  const int rows = std::max(static_cast<int>(frame.plot.height() / kCell), 1);
  const double across = columns / (frame.x.high - frame.x.low);
  const double up = rows / (frame.y.high - frame.y.low);
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(columns) * std::size_t(rows));
  for (std::size_t i = 0; i < sample_->x.size(); ++i) {
    const double column = (double(sample_->x[i]) - frame.x.low) * across;
    const double row = rows - (double(sample_->y[i]) - frame.y.low) * up;
    if (!(column >= 0 && column < columns && row >= 0 && row < rows)) continue;
    ++counts[std::size_t(row) * std::size_t(columns) + std::size_t(column)];
  }
  const double most = std::log1p(*std::max_element(counts.begin(), counts.end()));
  const ColourMap& colours = sequentialMap(drawing.theme.dark);
  QImage image(columns, rows, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  for (int row = 0; row < rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
    for (int column = 0; column < columns; ++column) {
      const std::uint32_t count =
          counts[std::size_t(row) * std::size_t(columns) + std::size_t(column)];
      if (count == 0) continue;
      line[column] = colours.at(kLeastShade + (1 - kLeastShade) * std::log1p(count) / most).rgb();
    }
  }
  drawing.painter.save();
  drawing.painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  drawing.painter.setRenderHint(QPainter::LosslessImageRendering);
  drawing.painter.drawImage(frame.plot, image);
  drawing.painter.restore();
}

std::size_t BandScatter::step() const {
  return std::max<std::size_t>((sample_->pixels.size() + kChoosable - 1) / kChoosable, 1);
}

void BandScatter::drawChosen(const Drawing& drawing, const Frame& frame) const {
  if (selection().empty() || selection().origin() != origin_) return;
  QPolygonF chosen;
  for (std::size_t i = 0; i < sample_->pixels.size(); i += step()) {
    if (!selection().contains(sample_->pixels[i])) continue;
    const QPointF at = frame.at(double(sample_->x[i]), double(sample_->y[i]));
    if (frame.plot.contains(at)) chosen << at;
  }
  drawing.painter.setPen(QPen(drawing.theme.selection, 2 * kDot, Qt::SolidLine, Qt::RoundCap));
  drawing.painter.drawPoints(chosen);
}

std::vector<Spot> BandScatter::spots(const QSizeF& size) const {
  std::vector<Spot> spots;
  if (!sample()) return spots;
  const Frame placed = frame(size);
  for (std::size_t i = 0; i < sample_->pixels.size(); i += step()) {
    const QPointF at = placed.at(double(sample_->x[i]), double(sample_->y[i]));
    if (placed.plot.contains(at)) spots.push_back({at, sample_->pixels[i], i});
  }
  return spots;
}

QString BandScatter::spotText(const Spot& spot) const {
  const auto columns = static_cast<std::size_t>(raster_.columns());
  QStringList lines{tr("column %1, row %2")
                        .arg(countedText(std::int64_t(spot.row % columns)),
                             countedText(std::int64_t(spot.row / columns)))};
  lines << bandLabel(raster_, bands_[0]) + u' ' + numberText(double(sample_->x[spot.key]), 5);
  lines << bandLabel(raster_, bands_[1]) + u' ' + numberText(double(sample_->y[spot.key]), 5);
  return lines.join(u'\n');
}

QString BandScatter::caption() const {
  if (!sample()) return {};
  const QString pixels = countedText(std::int64_t(sample_->pixels.size()));
  QStringList parts{sample_->all ? tr("%1 pixels").arg(pixels)
                                 : tr("a sample of %1 pixels").arg(pixels)};
  parts << tr("colours by the logarithm of their number");
  if (step() > 1) parts << tr("one in %1 can be chosen").arg(step());
  return parts.join(QStringLiteral(" · "));
}

}  // namespace lineament::views
