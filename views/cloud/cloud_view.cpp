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
#include <utility>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/vtk/software_opengl.h"
#include "views/common/vtk/vtk_widget.h"

namespace lineament::views {

namespace {

constexpr double kFrame = 0.025;  // seconds that drawing points may take
constexpr std::size_t kFewest = 4096;
constexpr double kPart = 0.012;  // seconds of a turn for a part of the processor's picture

// Other platforms' OpenGL is not what VTK needs.
bool openGLIsThere() {
  return QGuiApplication::platformName() == "xcb";
}

}  // namespace

CloudView::CloudView(QWidget* parent, Drawer drawer) : View(parent), drawer_(drawer) {
  setAttribute(Qt::WA_OpaquePaintEvent);
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
  if (looking_) std::exchange(looking_, nullptr)();
  figure_.setData(shown);
  const PointCloud::Bounds all = boundsOf(cloud());
  reach_ = 0.5 * (Eigen::Vector3f(all.high.data()) - Eigen::Vector3f(all.low.data())).norm() + 1;
  picture_.setCloud(cloud());
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
  if (scene_) scene_->setSelected(figure_.ringed(), theme().selection.rgb());
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
  if (isVisible() && pointsShown() < cloud().points()) {
    line += tr(" · showing %1 while moving").arg(count(pointsShown()));
  }
  if (!selection().empty()) line += tr(" · %1 selected").arg(count(selection().size()));
  const std::size_t rings = figure_.ringed().size();
  if (rings < selection().size()) line += tr(", %1 of them ringed").arg(count(rings));
  return line;
}

std::size_t CloudView::pointsShown() const {
  return scene_ ? scene_->pointsShown() : picture_.pointsShown();
}

// Asking the driver takes a while; the processor draws meanwhile.
void CloudView::findDrawer() {
  if (std::exchange(drawer_asked_, true) || !openGLIsThere()) return;
  if (drawer_ == Drawer::openGL) return makeCanvas();
  const auto software = std::make_shared<bool>(true);
  background().start(
      tr("Look for OpenGL"), [software](const Context&) { *software = openGLIsSoftware(); }, this,
      [this, software](const Outcome<Nothing>&) {
        if (*software) return;
        makeCanvas();
        redraw();
      });
}

void CloudView::makeCanvas() {
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
  picture_.setColours(figure_.coloursFor(theme()));
  if (scene_) scene_->setColours(figure_.coloursFor(theme()));
  redraw();
  Q_EMIT captionChanged();
}

void CloudView::restyle() {
  styled_for_ = theme().name;
  if (scene_) {
    scene_->setBackground(theme().view.rgb());
    scene_->setSelected(figure_.ringed(), theme().selection.rgb());
  }
  recolour();
}

void CloudView::redraw() {
  rest_.start();
  drawn_ = false;
  picture_.restart();
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
  if (!scene_ && picture_.begun() && !picture_.complete()) growPicture();
  if (!scene_ || !drawn_ || scene_->complete()) return;
  scene_->showMore(budget());
  drawn_ = false;
  canvas_->update();
  if (scene_->complete()) Q_EMIT captionChanged();
}

void CloudView::growPicture() {
  picture_.grow(kPart);
  update();
}

// The picture as far as it has grown; the next part follows when this one is on the screen.
void CloudView::paintPicture() {
  if (!picture_.begun()) {
    const double ratio = devicePixelRatioF();
    picture_.begin(figure_.camera(), (QSizeF(size()) * ratio).toSize(),
                   figure_.pointSize() * ratio);
    picture_.grow(kPart);
  }
  QPainter painter(this);
  painter.fillRect(rect(), theme().view);
  painter.drawImage(QRectF(rect()), picture_.picture());
  figure_.paintOver(painter, QSizeF(size()), theme());
  paintLasso(painter, theme());
  if (std::exchange(told_shown_, pointsShown()) != pointsShown()) {
    QMetaObject::invokeMethod(this, &View::captionChanged, Qt::QueuedConnection);
  }
  if (!picture_.complete() && !rest_.isActive()) refining_.start();
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
  redraw();
}

void CloudView::showEvent(QShowEvent*) {
  findDrawer();
  if (!figure_.fitted()) fit();
  if (styled_for_ != theme().name) restyle();
  redraw();
}

void CloudView::paintEvent(QPaintEvent*) {
  if (!canvas_) paintPicture();
}

void CloudView::changeEvent(QEvent* event) {
  // A hidden cloud has time until it is shown.
  if (event->type() == QEvent::PaletteChange && isVisible()) restyle();
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
