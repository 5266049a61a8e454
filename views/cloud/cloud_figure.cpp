// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/cloud_figure.h"

#include <QPainter>
#include <algorithm>

#include "views/cloud/cloud_furniture.h"
#include "views/cloud/point_raster.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr double kVectorRasterDpi = 300;
constexpr std::size_t kMostRings = 5000;

// Pixels per unit of 1/96 inch of what the painter draws on; files of vectors get a fixed raster.
double rasterScale(const QPainter& painter) {
  const int type = painter.device()->devType();
  if (type != QInternal::Image && type != QInternal::Pixmap && type != QInternal::Widget) {
    return kVectorRasterDpi / kUnitsPerInch;
  }
  return std::max(1.0, painter.combinedTransform().m11());
}

// The sequential map without its beginning, which is as light (or dark) as the ground: a lone point
// has to be seen at every height.
std::vector<QRgb> makeRamp(bool dark) {
  constexpr double kFirstSeen = 0.22;
  std::vector<QRgb> ramp(256);
  for (std::size_t i = 0; i < ramp.size(); ++i) {
    ramp[i] = sequentialMap(dark).at(kFirstSeen + (1 - kFirstSeen) * double(i) / 255).rgb();
  }
  return ramp;
}

std::span<const QRgb> rampFor(const Theme& theme) {
  static const std::vector<QRgb> light = makeRamp(false);
  static const std::vector<QRgb> dark = makeRamp(true);
  return theme.dark ? dark : light;
}

}  // namespace

void CloudFigure::setData(const Data& data) {
  cloud_ = data.require<PointCloud>();
  origin_ = data.origin();
  const bool known = quantitiesOf(cloud_).contains(colouring_.quantity);
  colouring_ = colouringBy(cloud_, known ? colouring_.quantity : QStringLiteral("height"));
  fitted_ = false;
}

void CloudFigure::setOptions(const nlohmann::json& given) {
  if (given.contains("colour_by") && given["colour_by"].is_string()) {
    const auto quantity = QString::fromStdString(given["colour_by"].get<std::string>());
    if (quantitiesOf(cloud_).contains(quantity)) colouring_ = colouringBy(cloud_, quantity);
  }
  if (given.contains("point_size") && given["point_size"].is_number()) {
    point_size_ = std::clamp(given["point_size"].get<double>(), 1.0, 20.0);
  }
  if (const auto camera = given.find("camera"); camera != given.end()) {
    const auto focus = camera->value("focus", std::vector<double>{});
    if (focus.size() != 3) return;
    camera_.look({focus[0], focus[1], focus[2]}, camera->value("distance", camera_.distance()),
                 camera->value("azimuth", camera_.azimuth()),
                 camera->value("elevation", camera_.elevation()));
    fitted_ = true;
  }
}

nlohmann::json CloudFigure::options() const {
  const Eigen::Vector3d& focus = camera_.focus();
  return {{"colour_by", colouring_.quantity.toStdString()},
          {"point_size", point_size_},
          {"camera",
           {{"focus", {focus.x(), focus.y(), focus.z()}},
            {"distance", camera_.distance()},
            {"azimuth", camera_.azimuth()},
            {"elevation", camera_.elevation()}}}};
}

QString CloudFigure::caption() const {
  return tr("%1 points, coloured by %2")
      .arg(QString::fromStdString(countText(cloud_.points())), colouring_.quantity);
}

PointColour CloudFigure::coloursFor(const Theme& theme) const {
  return pointColours(cloud_, colouring_, rampFor(theme));
}

std::vector<std::size_t> CloudFigure::ringed() const {
  const std::vector<std::size_t>& chosen = selection().indices();
  const std::size_t count = std::min(chosen.size(), kMostRings);
  std::vector<std::size_t> points;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t point = chosen[i * chosen.size() / count];
    if (point < cloud_.points()) points.push_back(point);
  }
  return points;
}

void CloudFigure::fit(const QSizeF& size) {
  camera_.fit(bulkOf(cloud_), size);
  fitted_ = true;
}

OrbitCamera CloudFigure::cameraFor(const QSizeF& size) const {
  OrbitCamera camera = camera_;
  if (!fitted_) camera.fit(bulkOf(cloud_), size);
  return camera;
}

void CloudFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  painter.fillRect(QRectF({0, 0}, size), theme.view);
  const OrbitCamera camera = cameraFor(size);
  const double scale = rasterScale(painter);
  painter.drawImage(QRectF({0, 0}, size),
                    rasterOfPoints(cloud_, coloursFor(theme), camera, (size * scale).toSize(),
                                   point_size_ * scale));
  paintOver(painter, size, theme);
}

void CloudFigure::paintOver(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  const OrbitCamera camera = cameraFor(size);
  painter.setRenderHint(QPainter::Antialiasing);
  const auto projection = camera.projection(size);
  painter.setPen(QPen(theme.selection, 1.5));
  for (const std::size_t point : ringed()) {
    const float* p = cloud_.positions.data() + 3 * point;
    if (const auto seen = projection({p[0], p[1], p[2]})) painter.drawEllipse(seen->pixel, 4, 4);
  }
  paintFurniture(painter, size, theme);
}

void CloudFigure::paintFurniture(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  const OrbitCamera camera = cameraFor(size);
  paintColourBar(painter, size, colouring_, rampFor(theme), theme);
  paintAxes(painter, size, camera, theme);
  paintScaleBar(painter, size, camera, theme);
  if (selection().size() != 1 || selection().indices()[0] >= cloud_.points()) return;
  painter.setFont(figureFont());
  painter.setPen(theme.text);
  painter.drawText(QRectF(16, 12, size.width() - 140, 60), Qt::AlignLeft | Qt::AlignTop,
                   describe(selection().indices()[0]));
}

QString CloudFigure::describe(std::size_t point) const {
  const float* p = cloud_.positions.data() + 3 * point;
  const auto number = [](double value) {
    return QString::number(value, 'f', 3).replace('-', QChar(0x2212));
  };
  QString text = tr("Point %1\nx %2   y %3   z %4 m")
                     .arg(QString::fromStdString(countText(point)), number(p[0] + cloud_.origin[0]),
                          number(p[1] + cloud_.origin[1]), number(p[2] + cloud_.origin[2]));
  for (const auto& attribute : cloud_.attributes) {
    text += QString("\n%1 %2 %3")
                .arg(QString::fromStdString(attribute.name), number(attribute.values[point]),
                     QString::fromStdString(attribute.unit));
  }
  return text;
}

}  // namespace lineament::views
