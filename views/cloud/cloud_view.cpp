// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/cloud_view.h"

#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>

#include "views/cloud/cloud_furniture.h"
#include "views/cloud/point_raster.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/vtk/vtk_widget.h"

namespace lineament::views {

namespace {

constexpr double kVectorRasterDpi = 300;
constexpr double kFrame = 0.033;  // seconds a frame may take while moving

bool openGLIsThere() {
  return QGuiApplication::platformName() == "xcb";
}

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

CloudView::CloudView(QWidget* parent) : View(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(160, 120);
  setAccessibleName(tr("Point cloud"));
  rest_.setSingleShot(true);
  rest_.setInterval(100);
  connect(&rest_, &QTimer::timeout, this, &CloudView::refine);
}

CloudView::~CloudView() = default;

void CloudView::setData(const Data& cloud) {
  cloud_ = cloud.require<PointCloud>();
  data_ = cloud;
  const PointCloud::Bounds all = boundsOf(cloud_);
  reach_ = 0.5 * (Eigen::Vector3f(all.high.data()) - Eigen::Vector3f(all.low.data())).norm() + 1;
  colouring_ = colouringBy(cloud_, quantitiesOf(cloud_).contains(colouring_.quantity)
                                       ? colouring_.quantity
                                       : QStringLiteral("height"));
  fitted_ = false;
  if (scene_) scene_->setCloud(cloud_);
  recolour();
  if (isVisible()) fit();
}

void CloudView::setOptions(const nlohmann::json& given) {
  if (given.contains("colour_by") && given["colour_by"].is_string()) {
    const auto quantity = QString::fromStdString(given["colour_by"].get<std::string>());
    if (quantitiesOf(cloud_).contains(quantity)) colouring_ = colouringBy(cloud_, quantity);
  }
  if (given.contains("point_size") && given["point_size"].is_number()) {
    point_size_ = std::clamp(given["point_size"].get<double>(), 1.0, 20.0);
  }
  if (const auto camera = given.find("camera"); camera != given.end()) {
    const auto focus = camera->value("focus", std::vector<double>{});
    if (focus.size() == 3) {
      camera_.look({focus[0], focus[1], focus[2]}, camera->value("distance", camera_.distance()),
                   camera->value("azimuth", camera_.azimuth()),
                   camera->value("elevation", camera_.elevation()));
      fitted_ = true;
    }
  }
  if (scene_) scene_->setPointSize(point_size_ * devicePixelRatioF());
  recolour();
}

nlohmann::json CloudView::options() const {
  const Eigen::Vector3d& focus = camera_.focus();
  return {{"colour_by", colouring_.quantity.toStdString()},
          {"point_size", point_size_},
          {"camera",
           {{"focus", {focus.x(), focus.y(), focus.z()}},
            {"distance", camera_.distance()},
            {"azimuth", camera_.azimuth()},
            {"elevation", camera_.elevation()}}}};
}

void CloudView::setSelection(const Selection& selection) {
  View::setSelection(selection);
  if (scene_) scene_->setSelected(cloud_, selection.indices(), theme().selection.rgb());
  if (canvas_) canvas_->update();
  if (overlay_) overlay_->update();
  update();
  Q_EMIT captionChanged();
}

void CloudView::fit() {
  camera_.fit(bulkOf(cloud_), QSizeF(size()));
  fitted_ = true;
  cameraMoved();
}

QString CloudView::caption() const {
  const auto count = [](std::size_t n) { return QString::fromStdString(countText(n)); };
  QString line = tr("%1 points, coloured by %2").arg(count(cloud_.points()), colouring_.quantity);
  if (scene_ && scene_->pointsShown() < cloud_.points()) {
    line += tr(" · showing %1 while moving").arg(count(scene_->pointsShown()));
  }
  if (!selection().empty()) line += tr(" · %1 selected").arg(count(selection().size()));
  return line;
}

void CloudView::makeCanvas() {
  if (canvas_ || !openGLIsThere()) return;
  canvas_ = new VtkWidget(this);
  canvas_->setAttribute(Qt::WA_TransparentForMouseEvents);
  canvas_->setGeometry(rect());
  canvas_->show();
  overlay_ = new QWidget(this);
  overlay_->setAttribute(Qt::WA_TransparentForMouseEvents);
  overlay_->setGeometry(rect());
  overlay_->installEventFilter(this);
  overlay_->show();
  scene_ = std::make_unique<CloudScene>(canvas_->renderer());
  scene_->setPointSize(point_size_ * devicePixelRatioF());
  scene_->setCloud(cloud_);
  restyle();
}

void CloudView::recolour() {
  colours_ = pointColours(cloud_, colouring_, rampFor(theme()));
  colours_dark_ = theme().dark;
  if (scene_) scene_->setColours(colours_);
  if (canvas_) canvas_->update();
  if (overlay_) overlay_->update();
  update();
  Q_EMIT captionChanged();
}

void CloudView::restyle() {
  if (scene_) {
    scene_->setBackground(theme().view.rgb());
    scene_->setSelected(cloud_, selection().indices(), theme().selection.rgb());
  }
  recolour();
}

void CloudView::cameraMoved() {
  if (scene_) {
    // Aim at the time of a frame from the last one's, within a factor of two per frame.
    const double took = canvas_->lastFrameSeconds();
    const double shown = static_cast<double>(std::max<std::size_t>(scene_->pointsShown(), 1));
    if (took > 0) {
      budget_ = static_cast<std::size_t>(shown * std::clamp(kFrame / took, 0.5, 2.0));
    }
    const std::size_t before = scene_->pointsShown();
    scene_->showAtMost(budget_);
    scene_->setCamera(camera_, reach_);
    canvas_->update();
    overlay_->update();
    if (scene_->pointsShown() != before) Q_EMIT captionChanged();
  } else {
    update();
  }
  rest_.start();
}

void CloudView::refine() {
  if (!scene_ || scene_->pointsShown() == cloud_.points()) return;
  scene_->showAtMost(std::numeric_limits<std::size_t>::max());
  canvas_->update();
  Q_EMIT captionChanged();
}

bool CloudView::eventFilter(QObject* watched, QEvent* event) {
  if (watched != overlay_ || event->type() != QEvent::Paint)
    return View::eventFilter(watched, event);
  QPainter painter(overlay_);
  painter.setRenderHint(QPainter::Antialiasing);
  paintFurniture(painter, QSizeF(size()), theme());
  paintLasso(painter, theme());
  return true;
}

void CloudView::resizeEvent(QResizeEvent*) {
  if (canvas_) canvas_->setGeometry(rect());
  if (overlay_) overlay_->setGeometry(rect());
}

void CloudView::showEvent(QShowEvent*) {
  makeCanvas();
  if (!fitted_) fit();
  cameraMoved();
}

void CloudView::paintEvent(QPaintEvent*) {
  if (canvas_) return;
  QPainter painter(this);
  paint(painter, QSizeF(size()), theme());
  paintLasso(painter, theme());
}

void CloudView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) restyle();
  View::changeEvent(event);
}

void CloudView::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  painter.fillRect(QRectF({0, 0}, size), theme.view);
  OrbitCamera camera = camera_;
  if (!fitted_) camera.fit(bulkOf(cloud_), size);
  const double scale = rasterScale(painter);
  const bool as_on_screen = theme.dark == colours_dark_;
  const std::vector<QRgb> own =
      as_on_screen ? std::vector<QRgb>() : pointColours(cloud_, colouring_, rampFor(theme));
  const QSize pixels = (size * scale).toSize();
  painter.drawImage(QRectF({0, 0}, size), rasterOfPoints(cloud_, as_on_screen ? colours_ : own,
                                                         camera, pixels, point_size_ * scale));
  painter.setRenderHint(QPainter::Antialiasing);
  const auto projection = camera.projection(size);
  painter.setPen(QPen(theme.selection, 1.5));
  for (const std::size_t point : selection().indices()) {
    if (point >= cloud_.points()) continue;
    const float* p = cloud_.positions.data() + 3 * point;
    if (const auto seen = projection({p[0], p[1], p[2]})) painter.drawEllipse(seen->pixel, 4, 4);
  }
  paintFurniture(painter, size, theme);
}

void CloudView::paintFurniture(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  OrbitCamera camera = camera_;
  if (!fitted_) camera.fit(bulkOf(cloud_), size);
  paintColourBar(painter, size, colouring_, rampFor(theme), theme);
  paintAxes(painter, size, camera, theme);
  paintScaleBar(painter, size, camera, theme);
  if (selection().size() != 1 || selection().indices()[0] >= cloud_.points()) return;
  painter.setFont(figureFont());
  painter.setPen(theme.text);
  painter.drawText(QRectF(16, 12, size.width() - 140, 60), Qt::AlignLeft | Qt::AlignTop,
                   describe(selection().indices()[0]));
}

void CloudView::paintLasso(QPainter& painter, const Theme& theme) const {
  if (lasso_.size() < 2) return;
  painter.setRenderHint(QPainter::Antialiasing);
  QColor inside = theme.accent;
  inside.setAlpha(40);
  painter.setBrush(inside);
  painter.setPen(QPen(theme.accent, 1.5));
  painter.drawPolygon(lasso_);
}

QString CloudView::describe(std::size_t point) const {
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
