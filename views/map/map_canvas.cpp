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
constexpr double kSwipeStep = 0.02;
constexpr double kNearDivider = 5;  // units to both sides

void drawZoomBox(QPainter& painter, const QRectF& box, const QRectF& plot, const Theme& theme) {
  QColor inside = theme.accent;
  inside.setAlpha(40);
  painter.setBrush(inside);
  painter.setPen(QPen(theme.accent, 1.5));
  painter.drawRect(box.normalized().intersected(plot));
}

// Where the pointer is in both plots.
void drawPointerTwin(QPainter& painter, const QPointF& at, const QPointF& to_second) {
  for (const auto& [colour, width] :
       {std::pair(QColor(0, 0, 0, 190), 2.6), std::pair(QColor(Qt::white), 1.1)}) {
    painter.setPen(QPen(colour, width));
    for (const QPointF& middle : {at, at + to_second}) {
      painter.drawLine(middle - QPointF(6, 0), middle + QPointF(6, 0));
      painter.drawLine(middle - QPointF(0, 6), middle + QPointF(0, 6));
    }
  }
}

}  // namespace

MapCanvas::MapCanvas(QWidget* parent)
    : View(parent),
      tiles_([this]() -> Background& { return background(); }),
      other_tiles_([this]() -> Background& { return background(); }),
      sheets_([this]() -> Background& { return background(); }) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(160, 120);
  setAccessibleName(tr("Map"));
  connect(&tiles_, &MapTiles::changed, this, &MapCanvas::tilesChanged);
  connect(&other_tiles_, &MapTiles::changed, this, &MapCanvas::otherTilesChanged);
  connect(&sheets_, &LayerSheets::changed, this, qOverload<>(&QWidget::update));
}

void MapCanvas::setBackground(Background& background) {
  View::setBackground(background);
  askForTiles();
}

void MapCanvas::setSurroundings(Surroundings* surroundings) {
  View::setSurroundings(surroundings);
  learnSystem();
}

void MapCanvas::setData(const Data& shown) {
  figure_.setData(shown);
  tiles_.setRaster(figure_.ofLayer() ? Raster() : figure_.raster());
  other_tiles_.setRaster({});
  ++raster_number_;
  hovered_.reset();
  marked_.clear();
  learnSystem();
  askForTiles();
  Q_EMIT captionChanged();
}

void MapCanvas::setOptions(const nlohmann::json& options) {
  const bool two = figure_.other() != nullptr;
  figure_.setOptions(options);
  if (two && !figure_.other()) {
    other_tiles_.setRaster({});
    ++raster_number_;
    hovered_.reset();
  }
  askForTiles();
  Q_EMIT captionChanged();
}

void MapCanvas::setCompanion(std::int64_t id, const Data& companion) {
  figure_.setCompanion(id, companion);
  if (companion.kind() == Kind::raster) {
    other_tiles_.setRaster(figure_.other() ? figure_.other()->raster : Raster());
    ++raster_number_;
  }
  hovered_.reset();
  askForTiles();
  Q_EMIT captionChanged();
}

void MapCanvas::setSelection(const Selection& selection) {
  figure_.setSelection(selection);
  update();
  if (isVisible()) askForSheets();
}

// How the system's coordinates become degrees, which takes a while to find out.
void MapCanvas::learnSystem() {
  to_degrees_ = nullptr;
  const Crs crs = figure_.raster().grid().crs;
  if (!surroundings() || !crs.known()) return;
  const auto learnt = std::make_shared<Surroundings::ToDegrees>();
  background().start(
      tr("Look up the coordinate system"),
      [learnt, find = surroundings()->toDegrees(crs)](const Context&) { *learnt = find(); }, this,
      [this, learnt, crs](const Outcome<Nothing>&) {
        if (figure_.raster().grid().crs == crs) to_degrees_ = *learnt;
      });
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

QPointF MapCanvas::toSecondPlot() const {
  const std::vector<QRectF> plots = figure_.plots(figureSize());
  return plots.back().topLeft() - plots.front().topLeft();
}

// Both plots show the same part, so that a place in the second is one in the first.
QPointF MapCanvas::inFirstPlot(const QPointF& at) const {
  const std::vector<QRectF> plots = figure_.plots(figureSize());
  return plots.size() > 1 && plots.back().contains(at) ? at - toSecondPlot() : at;
}

bool MapCanvas::complete() const {
  const bool pixels = figure_.ofLayer() || tiles_.complete();
  return pixels && (!figure_.other() || other_tiles_.complete()) && sheets_.complete();
}

double MapCanvas::pixelRatio() const {
  return kScale * devicePixelRatioF();
}

MapCamera MapCanvas::pixelCamera() const {
  const MapCamera seen = camera();
  return seen.over(wholePixels(seen.plot(), pixelRatio()));
}

// A hidden map reads nothing.
void MapCanvas::askForTiles() {
  stale_ = true;
  update();
  if (!isVisible()) return;
  if (!figure_.ofLayer()) {
    tiles_.setSettings(figure_.settings(figure_.own(), theme().dark));
    tiles_.want(figure_.own().camera(pixelCamera()), pixelRatio());
  }
  askForOtherTiles();
  askForSheets();
}

void MapCanvas::askForSheets() {
  if (figure_.empty()) return;
  sheets_.setLayers(figure_.layers(), figure_.layerLook());
  sheets_.want(figure_.plane(), camera(), pixelRatio());
}

void MapCanvas::askForOtherTiles() {
  const RasterLayer* other = figure_.other();
  if (!other) return;
  other_tiles_.setSettings(figure_.settings(*other, theme().dark));
  other_tiles_.want(other->camera(pixelCamera()), pixelRatio());
}

void MapCanvas::tilesChanged() {
  // The legend's width may depend on what the overview says, and the plot on it.
  const bool first = !figure_.overview() && tiles_.overview();
  figure_.setOverview(tiles_.overview());
  figure_.setReduction(tiles_.pixelsPerCell());
  figure_.setProblem(tiles_.problem());
  if (first) askForTiles();
  stale_ = true;
  update();
  Q_EMIT captionChanged();
}

void MapCanvas::otherTilesChanged() {
  const bool first = figure_.other() && !figure_.other()->overview && other_tiles_.overview();
  figure_.setOtherOverview(other_tiles_.overview());
  if (!other_tiles_.problem().isEmpty()) figure_.setProblem(other_tiles_.problem());
  if (first) askForTiles();
  stale_ = true;
  update();
}

void MapCanvas::paintEvent(QPaintEvent*) {
  if (std::exchange(stale_, false)) {
    images_ = {tiles_.layer(), figure_.other() ? other_tiles_.layer() : QImage()};
    images_.pixels = pixelRatio();
  }
  images_.layers = sheets_.sheet();
  QPainter painter(this);
  painter.scale(kScale, kScale);
  figure_.paintLayers(painter, figureSize(), theme(), images_);
  painter.setRenderHint(QPainter::Antialiasing);
  drawOver(painter);
}

// What is on the screen alone: marks, the swipe's handle, the box, the pointer's twin.
void MapCanvas::drawOver(QPainter& painter) const {
  drawMarked(painter);
  const QRectF plot = camera().plot();
  if (figure_.swiped()) drawDividerHandle(painter, plot, figure_.choices().swipe, theme());
  if (figure_.beside()) {
    painter.translate(toSecondPlot());
    drawMarked(painter);
    painter.translate(-toSecondPlot());
    if (hovered_) drawPointerTwin(painter, pointer_, toSecondPlot());
  }
  if (gesture_ == Gesture::box) drawZoomBox(painter, QRectF(pressed_at_, last_at_), plot, theme());
}

void MapCanvas::drawMarked(QPainter& painter) const {
  if (!figure_.image()) return;
  const MapCamera seen = figure_.image()->camera(camera());
  painter.setBrush(Qt::NoBrush);
  for (std::size_t i = 0; i < marked_.size(); ++i) {
    const QPointF at = seen.fromPixel().map(QPointF(static_cast<double>(marked_[i].column) + 0.5,
                                                    static_cast<double>(marked_[i].row) + 0.5));
    if (!seen.plot().contains(at)) continue;
    painter.setPen(QPen(Qt::white, 3.5));
    painter.drawEllipse(at, 5, 5);
    painter.setPen(QPen(categoricalColour(static_cast<int>(i), theme().dark), 2));
    painter.drawEllipse(at, 5, 5);
  }
}

void MapCanvas::setMarked(std::vector<PixelValues> pixels) {
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

bool MapCanvas::onDivider(const QPointF& at) const {
  const QRectF plot = camera().plot();
  const double off = at.x() - dividerAt(plot, figure_.choices().swipe);
  const double near =
      std::abs(at.y() - plot.center().y()) <= kHandleRadius ? kHandleRadius : kNearDivider;
  const bool beside = at.y() >= plot.top() && at.y() <= plot.bottom();
  return figure_.swiped() && beside && std::abs(off) <= near;
}

void MapCanvas::moveDivider(double share) {
  figure_.setOptions({{"swipe", share}});
  update();
  Q_EMIT optionsChanged();
}

std::optional<MapPlace> MapCanvas::placeAt(const QPointF& at) const {
  const MapCamera now = camera();
  const bool pixels = !figure_.empty() && !figure_.ofLayer();
  if (!pixels || !now.plot().contains(at)) return std::nullopt;
  const RasterGrid& grid = figure_.raster().grid();
  const auto pixel = pixelWithin(grid, now.toPixel(at));
  if (!pixel) return std::nullopt;
  MapPlace place{*pixel, std::nullopt, std::nullopt, {}};
  if (const RasterLayer* other = figure_.other()) {
    place.other = pixelWithin(other->raster.grid(), other->camera(now).toPixel(at));
  }
  const auto [x, y] =
      grid.toMap(static_cast<double>(pixel->column) + 0.5, static_cast<double>(pixel->row) + 0.5);
  place.degrees = degreesAt({x, y});
  place.features = figure_.featuresAt(at, figureSize(), false);
  return place;
}

std::optional<std::array<double, 2>> MapCanvas::degreesAt(const QPointF& map) const {
  return to_degrees_ ? to_degrees_(map.x(), map.y()) : std::nullopt;
}

// Features reach further than a raster, or lie over none.
QString MapCanvas::beyondPixels(const QPointF& at) const {
  const MapCamera now = camera();
  if (figure_.empty() || !now.plot().contains(at)) return {};
  const QStringList features = figure_.featuresAt(at, figureSize(), false);
  if (features.isEmpty() && !figure_.ofLayer()) return {};
  QStringList lines;
  const QPointF map = now.toMap(at);
  if (figure_.plane().mapped()) {
    lines = coordinateLines(figure_.raster().grid().crs, map.x(), map.y(), degreesAt(map));
  }
  return (lines + features).join(u'\n');
}

// All that is known of them; nothing where none is.
void MapCanvas::tellFeatures(const QPointF& at, const QPoint& global) {
  const QStringList lines = figure_.featuresAt(at, figureSize(), true);
  if (!lines.isEmpty()) QToolTip::showText(global + QPoint(12, 8), lines.join(u'\n'), this);
}

void MapCanvas::readPlace(MapPlace place, Read then) {
  const auto read = std::make_shared<MapPlace>(std::move(place));
  background().start(
      tr("Read a pixel"),
      [own = figure_.raster(), other = figure_.other() ? figure_.other()->raster : Raster(),
       read](const Context&) {
        const auto fill = [](const Raster& raster, PixelValues& pixel) {
          std::vector<std::size_t> bands(raster.bands().size());
          std::iota(bands.begin(), bands.end(), std::size_t{0});
          pixel.values.resize(bands.size());
          raster.read({pixel.column, pixel.row, 1, 1}, bands, 1, 1, pixel.values);
        };
        fill(own, read->pixel);
        if (read->other) fill(other, *read->other);
      },
      this,
      [this, read, then = std::move(then),
       number = raster_number_](const Outcome<Nothing>& outcome) {
        if (number != raster_number_) return;
        if (!valueOf(outcome)) {
          read->pixel.values.clear();
          if (read->other) read->other->values.clear();
        }
        then(std::move(*read));
      });
}

QString MapCanvas::hoverText() const {
  return hovered_ ? figure_.describe(*hovered_) : beyond_;
}

// The place is said at once, the values when they have been read.
void MapCanvas::hover(const QPointF& at, const QPoint& global) {
  setCursor(onDivider(at) ? Qt::SplitHCursor : Qt::ArrowCursor);
  pointer_ = inFirstPlot(at);
  if (figure_.beside()) update();
  auto place = placeAt(pointer_);
  hovered_at_ = global + QPoint(12, 8);
  beyond_ = place ? QString() : beyondPixels(pointer_);
  if (!place) {
    hovered_.reset();
    if (!beyond_.isEmpty()) return QToolTip::showText(hovered_at_, beyond_, this);
    QString legend = figure_.legendTextAt(at, figureSize());
    if (figure_.legendClassAt(at, figureSize())) {
      legend += u'\n' + tr("Double click to rename, right click for more");
    }
    legend.isEmpty() ? QToolTip::hideText() : QToolTip::showText(hovered_at_, legend, this);
    return;
  }
  const bool same = hovered_ && hovered_->pixel.samePlace(place->pixel);
  if (same) hovered_->features = place->features;
  if (!same) hovered_ = std::move(place);
  QToolTip::showText(hovered_at_, hoverText(), this);
  if (!same && !reading_hovered_) readHovered();
}

void MapCanvas::readHovered() {
  reading_hovered_ = true;
  readPlace(*hovered_, [this](MapPlace read) {
    reading_hovered_ = false;
    if (!hovered_) return;
    if (!hovered_->pixel.samePlace(read.pixel)) return readHovered();
    read.features = hovered_->features;
    hovered_ = std::move(read);
    if (QToolTip::isVisible()) QToolTip::showText(hovered_at_, hoverText(), this);
  });
}

bool MapCanvas::pinched(const QPointF& at, double factor) {
  zoomAbout(inFirstPlot(figurePoint(at)), factor);
  return true;
}

void MapCanvas::mousePressEvent(QMouseEvent* event) {
  if (gesture_ != Gesture::none) return;
  button_ = event->button();
  const QPointF at = figurePoint(event->position());
  const bool swipes = button_ == Qt::LeftButton && onDivider(at);
  pressed_at_ = last_at_ = inFirstPlot(at);
  gesture_ = swipes ? Gesture::swipe : Gesture::press;
  QToolTip::hideText();
}

void MapCanvas::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = figurePoint(event->position());
  if (gesture_ == Gesture::none) return hover(at, event->globalPosition().toPoint());
  const QPointF inside = inFirstPlot(at);
  if (gesture_ == Gesture::press) {
    const QPointF moved = (inside - pressed_at_) * kScale;
    if (moved.manhattanLength() < QApplication::startDragDistance()) return;
    gesture_ = button_ == Qt::RightButton ? Gesture::box : Gesture::pan;
  }
  const QRectF plot = camera().plot();
  if (gesture_ == Gesture::swipe) moveDivider((at.x() - plot.left()) / plot.width());
  if (gesture_ == Gesture::pan) panBy(inside - last_at_);
  last_at_ = inside;
  update();
}

void MapCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != button_) return;
  const Gesture ended = std::exchange(gesture_, Gesture::none);
  const QPointF at = figurePoint(event->position());
  update();
  if (ended == Gesture::pan) Q_EMIT optionsChanged();
  if (ended == Gesture::box) zoomToBox();
  if (ended == Gesture::swipe) Q_EMIT edited(tr("Move the swipe"), false);
  if (ended != Gesture::press) return;
  if (button_ == Qt::RightButton) return askForMenu(at, event->globalPosition().toPoint());
  tellFeatures(inFirstPlot(at), event->globalPosition().toPoint());
  if (const auto hit = featureAt(figure_.layers(), inFirstPlot(at), camera())) {
    Q_EMIT featureClicked(*hit, event->modifiers());
  }
  if (const auto place = placeAt(inFirstPlot(at))) {
    readPlace(*place, [this](MapPlace read) { Q_EMIT placeRead(read); });
  }
}

void MapCanvas::askForMenu(const QPointF& at, const QPoint& global) {
  const auto value = figure_.legendClassAt(at, figureSize());
  value ? Q_EMIT classMenuWanted(global, *value) : Q_EMIT menuWanted(global);
}

void MapCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const auto value = figure_.legendClassAt(figurePoint(event->position()), figureSize());
  value ? Q_EMIT classOpened(*value) : fit();
}

void MapCanvas::wheelEvent(QWheelEvent* event) {
  const double turned = event->angleDelta().y() / 120.0;
  const QPointF at = figurePoint(event->position());
  event->accept();
  if (figure_.legendArea(figureSize()).contains(at)) {
    figure_.scrollLegend(turned > 0 ? -1 : 1);
    return update();
  }
  if (turned != 0) zoomAbout(inFirstPlot(at), std::pow(kWheelStep, turned));
}

void MapCanvas::keyPressEvent(QKeyEvent* event) {
  const QRectF plot = camera().plot();
  const QPointF step(kPanStep * plot.width(), kPanStep * plot.height());
  const auto pan = [&](double right, double down) {
    panBy({-right * step.x(), -down * step.y()});
    Q_EMIT optionsChanged();
  };
  const bool sideways = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
  if (sideways && figure_.swiped() && event->modifiers().testFlag(Qt::ShiftModifier)) {
    moveDivider(figure_.choices().swipe +
                (event->key() == Qt::Key_Left ? -kSwipeStep : kSwipeStep));
    Q_EMIT edited(tr("Move the swipe"), false);
    return;
  }
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
  beyond_.clear();
  if (figure_.beside()) update();
  View::leaveEvent(event);
}

}  // namespace lineament::views
