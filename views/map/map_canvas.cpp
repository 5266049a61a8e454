// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_canvas.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

constexpr double kScale = PlotView::kScreenScale;
constexpr double kWheelStep = 1.2;  // of 15 degrees
constexpr double kPanStep = 0.1;    // of the plot, by an arrow key

}  // namespace

MapCanvas::MapCanvas(QWidget* parent)
    : View(parent), tiles_([this]() -> Background& { return background(); }) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(160, 120);
  setAccessibleName(tr("Map"));
  connect(&tiles_, &MapTiles::changed, this, &MapCanvas::tilesChanged);
}

void MapCanvas::setBackground(Background& background) {
  View::setBackground(background);
  askForTiles();
}

void MapCanvas::setData(const Data& shown) {
  figure_.setData(shown);
  tiles_.setRaster(figure_.raster());
  ++raster_number_;
  hovered_.reset();
  marked_.clear();
  askForTiles();
  Q_EMIT captionChanged();
}

void MapCanvas::setOptions(const nlohmann::json& options) {
  figure_.setOptions(options);
  askForTiles();
  Q_EMIT captionChanged();
}

void MapCanvas::fit() {
  figure_.fit();
  askForTiles();
  Q_EMIT optionsChanged();
}

QSizeF MapCanvas::figureSize() const {
  return QSizeF(size()) / kScale;
}

QPointF MapCanvas::figurePoint(const QPointF& widget_point) const {
  return widget_point / kScale;
}

// A hidden map reads nothing.
void MapCanvas::askForTiles() {
  layer_stale_ = true;
  update();
  if (!isVisible()) return;
  tiles_.setSettings(figure_.settings(theme().dark));
  tiles_.want(camera(), kScale * devicePixelRatioF());
}

void MapCanvas::tilesChanged() {
  // The legend's width may depend on what the overview says, and the plot on it.
  const bool first = !figure_.overview() && tiles_.overview();
  figure_.setOverview(tiles_.overview());
  figure_.setReduction(tiles_.pixelsPerCell());
  figure_.setProblem(tiles_.problem());
  if (first) askForTiles();
  layer_stale_ = true;
  update();
  Q_EMIT captionChanged();
}

void MapCanvas::paintEvent(QPaintEvent*) {
  if (std::exchange(layer_stale_, false)) layer_ = tiles_.layer();
  QPainter painter(this);
  painter.scale(kScale, kScale);
  figure_.paintLayer(painter, figureSize(), theme(), layer_);
  painter.setRenderHint(QPainter::Antialiasing);
  drawMarked(painter);
  drawBox(painter);
}

void MapCanvas::drawMarked(QPainter& painter) const {
  const MapCamera seen = camera();
  painter.setBrush(Qt::NoBrush);
  for (std::size_t i = 0; i < marked_.size(); ++i) {
    const auto& [column, row] = marked_[i];
    const QPointF at = seen.fromPixel().map(
        QPointF(static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5));
    if (!seen.plot().contains(at)) continue;
    painter.setPen(QPen(Qt::white, 3.5));
    painter.drawEllipse(at, 5, 5);
    painter.setPen(QPen(categoricalColour(static_cast<int>(i), theme().dark), 2));
    painter.drawEllipse(at, 5, 5);
  }
}

void MapCanvas::drawBox(QPainter& painter) const {
  if (gesture_ != Gesture::box) return;
  QColor inside = theme().accent;
  inside.setAlpha(40);
  painter.setBrush(inside);
  painter.setPen(QPen(theme().accent, 1.5));
  painter.drawRect(QRectF(pressed_at_, last_at_).normalized().intersected(camera().plot()));
}

void MapCanvas::setMarked(std::vector<std::pair<std::int64_t, std::int64_t>> pixels) {
  marked_ = std::move(pixels);
  update();
}

void MapCanvas::resizeEvent(QResizeEvent*) {
  askForTiles();
}

void MapCanvas::showEvent(QShowEvent*) {
  askForTiles();
}

void MapCanvas::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) askForTiles();
  View::changeEvent(event);
}

void MapCanvas::seen(const MapCamera& camera) {
  figure_.look(camera);
  askForTiles();
}

void MapCanvas::zoomAbout(const QPointF& at, double factor) {
  if (figure_.empty()) return;
  MapCamera moved = camera();
  moved.zoomAbout(factor, at);
  seen(moved);
  Q_EMIT optionsChanged();
}

void MapCanvas::panBy(const QPointF& units) {
  if (figure_.empty()) return;
  MapCamera moved = camera();
  moved.pan(units);
  seen(moved);
}

void MapCanvas::zoomToBox() {
  const MapCamera now = camera();
  const QRectF box = QRectF(pressed_at_, last_at_).normalized().intersected(now.plot());
  if (box.width() < 3 || box.height() < 3) return;
  const double factor =
      std::min(now.plot().width() / box.width(), now.plot().height() / box.height());
  MapCamera moved = now;
  moved.pan(now.plot().center() - box.center());
  moved.zoomAbout(factor, now.plot().center());
  seen(moved);
  Q_EMIT optionsChanged();
}

std::optional<std::pair<std::int64_t, std::int64_t>> MapCanvas::pixelAt(const QPointF& at) const {
  const MapCamera now = camera();
  if (figure_.empty() || !now.plot().contains(at)) return std::nullopt;
  const QPointF pixel = now.toPixel(at);
  const RasterGrid& grid = figure_.raster().grid();
  const double column = std::floor(pixel.x()), row = std::floor(pixel.y());
  const bool inside = column >= 0 && row >= 0 && column < static_cast<double>(grid.columns) &&
                      row < static_cast<double>(grid.rows);
  if (!inside) return std::nullopt;
  return std::pair(static_cast<std::int64_t>(column), static_cast<std::int64_t>(row));
}

void MapCanvas::readPixel(std::int64_t column, std::int64_t row, Values then) {
  const auto values = std::make_shared<std::vector<float>>(figure_.raster().bands().size());
  background().start(
      tr("Read a pixel"),
      [raster = figure_.raster(), column, row, values](const Context&) {
        std::vector<std::size_t> bands(values->size());
        std::iota(bands.begin(), bands.end(), std::size_t{0});
        raster.read({column, row, 1, 1}, bands, 1, 1, *values);
      },
      this,
      [this, column, row, values, then = std::move(then),
       number = raster_number_](const Outcome<Nothing>& outcome) {
        if (number != raster_number_) return;
        then({column, row, valueOf(outcome) ? std::move(*values) : std::vector<float>()});
      });
}

QString MapCanvas::hoverText() const {
  return hovered_ ? figure_.describe(hovered_->column, hovered_->row, hovered_->values) : QString();
}

// The place is said at once, the values when they have been read.
void MapCanvas::hover(const QPointF& at, const QPoint& global) {
  const auto pixel = pixelAt(at);
  hovered_at_ = global + QPoint(12, 8);
  if (!pixel) {
    hovered_.reset();
    const QString legend = figure_.legendTextAt(at, figureSize());
    legend.isEmpty() ? QToolTip::hideText() : QToolTip::showText(hovered_at_, legend, this);
    return;
  }
  const bool same = hovered_ && hovered_->column == pixel->first && hovered_->row == pixel->second;
  if (!same) hovered_ = PixelValues{pixel->first, pixel->second, {}};
  QToolTip::showText(hovered_at_, hoverText(), this);
  if (!same && !reading_hovered_) readHovered();
}

void MapCanvas::readHovered() {
  reading_hovered_ = true;
  const std::int64_t column = hovered_->column, row = hovered_->row;
  readPixel(column, row, [this](PixelValues read) {
    reading_hovered_ = false;
    if (!hovered_) return;
    if (hovered_->column != read.column || hovered_->row != read.row) return readHovered();
    hovered_ = std::move(read);
    if (QToolTip::isVisible()) QToolTip::showText(hovered_at_, hoverText(), this);
  });
}

bool MapCanvas::pinched(const QPointF& at, double factor) {
  zoomAbout(figurePoint(at), factor);
  return true;
}

void MapCanvas::mousePressEvent(QMouseEvent* event) {
  if (gesture_ != Gesture::none) return;
  button_ = event->button();
  pressed_at_ = last_at_ = figurePoint(event->position());
  gesture_ = Gesture::press;
  QToolTip::hideText();
}

void MapCanvas::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = figurePoint(event->position());
  if (gesture_ == Gesture::none) return hover(at, event->globalPosition().toPoint());
  if (gesture_ == Gesture::press) {
    const QPointF moved = (at - pressed_at_) * kScale;
    if (moved.manhattanLength() < QApplication::startDragDistance()) return;
    gesture_ = button_ == Qt::RightButton ? Gesture::box : Gesture::pan;
  }
  if (gesture_ == Gesture::pan) panBy(at - last_at_);
  last_at_ = at;
  update();
}

void MapCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != button_) return;
  const Gesture ended = std::exchange(gesture_, Gesture::none);
  update();
  if (ended == Gesture::pan) Q_EMIT optionsChanged();
  if (ended == Gesture::box) zoomToBox();
  if (ended != Gesture::press) return;
  if (button_ == Qt::RightButton) {
    Q_EMIT menuWanted(event->globalPosition().toPoint());
  } else if (const auto pixel = pixelAt(figurePoint(event->position()))) {
    readPixel(pixel->first, pixel->second, [this](PixelValues read) { Q_EMIT pixelRead(read); });
  }
}

void MapCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) fit();
}

void MapCanvas::wheelEvent(QWheelEvent* event) {
  const double turned = event->angleDelta().y() / 120.0;
  const QPointF at = figurePoint(event->position());
  event->accept();
  if (figure_.legendArea(figureSize()).contains(at)) {
    figure_.scrollLegend(turned > 0 ? -1 : 1);
    return update();
  }
  if (turned != 0) zoomAbout(at, std::pow(kWheelStep, turned));
}

void MapCanvas::keyPressEvent(QKeyEvent* event) {
  const QRectF plot = camera().plot();
  const QPointF step(kPanStep * plot.width(), kPanStep * plot.height());
  const auto pan = [&](double right, double down) {
    panBy({-right * step.x(), -down * step.y()});
    Q_EMIT optionsChanged();
  };
  switch (event->key()) {
    case Qt::Key_F:
    case Qt::Key_0:
    case Qt::Key_Home:
      return fit();
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAbout(plot.center(), kWheelStep);
    case Qt::Key_Minus:
      return zoomAbout(plot.center(), 1 / kWheelStep);
    case Qt::Key_Left:
      return pan(-1, 0);
    case Qt::Key_Right:
      return pan(1, 0);
    case Qt::Key_Up:
      return pan(0, -1);
    case Qt::Key_Down:
      return pan(0, 1);
    case Qt::Key_Escape:
      gesture_ = Gesture::none;
      QToolTip::hideText();
      update();
      Q_EMIT letGo();
      return;
    default:
      return View::keyPressEvent(event);
  }
}

// Of the mouse the release of the right button asks, where it was not dragged.
void MapCanvas::contextMenuEvent(QContextMenuEvent* event) {
  if (event->reason() != QContextMenuEvent::Mouse) Q_EMIT menuWanted(event->globalPos());
}

void MapCanvas::leaveEvent(QEvent* event) {
  hovered_.reset();
  View::leaveEvent(event);
}

}  // namespace lineament::views
