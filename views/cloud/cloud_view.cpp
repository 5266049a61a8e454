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

#include "views/cloud/point_raster.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/vtk/vtk_widget.h"

namespace lineament::views {

namespace {

constexpr double kFrame = 0.025;  // seconds that drawing points may take
constexpr std::size_t kFewest = 4096;

bool openGLIsThere() {
  return QGuiApplication::platformName() == "xcb";
}

}  // namespace

CloudView::CloudView(QWidget* parent) : View(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(160, 120);
  setAccessibleName(tr("Point cloud"));
  rest_.setSingleShot(true);
  rest_.setInterval(100);
  refining_.setSingleShot(true);
  refining_.setInterval(0);
  connect(&rest_, &QTimer::timeout, this, &CloudView::refine);
  connect(&refining_, &QTimer::timeout, this, &CloudView::refine);
}

CloudView::~CloudView() = default;

void CloudView::setData(const Data& shown) {
  figure_.setData(shown);
  const PointCloud::Bounds all = boundsOf(cloud());
  reach_ = 0.5 * (Eigen::Vector3f(all.high.data()) - Eigen::Vector3f(all.low.data())).norm() + 1;
  if (scene_) scene_->setCloud(cloud());
  recolour();
  if (isVisible()) fit();
}

void CloudView::setOptions(const nlohmann::json& options) {
  figure_.setOptions(options);
  if (scene_) scene_->setPointSize(figure_.pointSize() * devicePixelRatioF());
  recolour();
}

void CloudView::setSelection(const Selection& selection) {
  if (selection == this->selection()) return;
  figure_.setSelection(selection);
  if (scene_) scene_->setSelected(selection.indices(), theme().selection.rgb());
  redraw();
  Q_EMIT captionChanged();
}

void CloudView::fit() {
  figure_.fit(QSizeF(size()));
  redraw();
}

QString CloudView::caption() const {
  const auto count = [](std::size_t n) { return QString::fromStdString(countText(n)); };
  QString line = figure_.caption();
  if (scene_ && scene_->pointsShown() < cloud().points()) {
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
  connect(canvas_, &QOpenGLWidget::frameSwapped, this, &CloudView::frameDrawn);
  overlay_ = new QWidget(this);
  overlay_->setAttribute(Qt::WA_TransparentForMouseEvents);
  overlay_->setGeometry(rect());
  overlay_->installEventFilter(this);
  overlay_->show();
  scene_ = std::make_unique<CloudScene>(canvas_->renderer());
  scene_->setPointSize(figure_.pointSize() * devicePixelRatioF());
  scene_->setCloud(cloud());
  restyle();
}

void CloudView::recolour() {
  if (scene_) scene_->setColours(figure_.coloursFor(theme()));
  redraw();
  Q_EMIT captionChanged();
}

void CloudView::restyle() {
  if (scene_) {
    scene_->setBackground(theme().view.rgb());
    scene_->setSelected(selection().indices(), theme().selection.rgb());
  }
  recolour();
}

void CloudView::redraw() {
  rest_.start();
  drawn_ = false;
  if (!scene_) return update();
  const std::size_t before = scene_->pointsShown();
  // The first frame has enough to do with the driver: points come with the second one.
  if (begun_) {
    scene_->showAtMost(budget());
  } else {
    scene_->showNothing();
  }
  scene_->setCamera(figure_.camera(), reach_);
  canvas_->update();
  overlay_->update();
  if (scene_->pointsShown() != before) Q_EMIT captionChanged();
}

// Points for which a frame has time, from how long the last one took; at most twice as many as
// that.
std::size_t CloudView::budget() {
  const double took = canvas_->lastFrameSeconds();
  if (took > 0) {
    const double change = std::clamp(kFrame / took, 0.5, 2.0);
    budget_ = std::max(kFewest, static_cast<std::size_t>(static_cast<double>(budget_) * change));
  }
  return budget_;
}

// Parts of the fine picture follow each other as they have been drawn.
void CloudView::frameDrawn() {
  if (!begun_) {
    begun_ = true;
    return redraw();
  }
  drawn_ = true;
  if (!rest_.isActive()) refining_.start();
}

void CloudView::refine() {
  if (!scene_ || !drawn_ || scene_->complete()) return;
  scene_->showMore(budget());
  drawn_ = false;
  canvas_->update();
  if (scene_->complete()) Q_EMIT captionChanged();
}

bool CloudView::eventFilter(QObject* watched, QEvent* event) {
  if (watched != overlay_ || event->type() != QEvent::Paint)
    return View::eventFilter(watched, event);
  QPainter painter(overlay_);
  painter.setRenderHint(QPainter::Antialiasing);
  figure_.paintFurniture(painter, QSizeF(size()), theme());
  paintLasso(painter, theme());
  return true;
}

void CloudView::resizeEvent(QResizeEvent*) {
  if (canvas_) canvas_->setGeometry(rect());
  if (overlay_) overlay_->setGeometry(rect());
  if (canvas_) redraw();
}

void CloudView::showEvent(QShowEvent*) {
  makeCanvas();
  if (!figure_.fitted()) fit();
  redraw();
}

void CloudView::paintEvent(QPaintEvent*) {
  if (canvas_) return;
  QPainter painter(this);
  figure_.paint(painter, QSizeF(size()), theme());
  paintLasso(painter, theme());
}

void CloudView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) restyle();
  View::changeEvent(event);
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

}  // namespace lineament::views
