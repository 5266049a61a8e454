// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/plot_view.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr double kReach = 7;   // units from the pointer at which a spot is meant
constexpr double kFrame = 25;  // ms; a picture that takes longer is moved first, drawn later
constexpr std::size_t kManyMarks = 3000;  // about 20 ms of drawing
constexpr int kRest = 100;                // ms without a movement
constexpr double kWheelStep = 1.2;        // of 15 degrees

}  // namespace

PlotView::PlotView(std::unique_ptr<PlotFigure> figure, QWidget* parent)
    : View(parent), figure_(std::move(figure)) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setAttribute(Qt::WA_OpaquePaintEvent);
  rest_.setSingleShot(true);
  rest_.setInterval(kRest);
  connect(&rest_, &QTimer::timeout, this, [this] {
    picture_stale_ = true;
    update();
  });
}

void PlotView::setData(const Data& shown) {
  figure_->setData(shown);
  pictureChanged();
  Q_EMIT captionChanged();
}

void PlotView::setOptions(const nlohmann::json& options) {
  figure_->setOptions(options);
  pictureChanged();
}

void PlotView::setSelection(const Selection& selection) {
  if (selection == this->selection()) return;
  const nlohmann::json before = options();
  figure_->setSelection(selection);
  picture_stale_ = true;
  update();
  Q_EMIT captionChanged();
  if (options() == before) return;
  pictureChanged();  // a waterfall goes to the chosen row
  Q_EMIT optionsChanged();
}

void PlotView::fit() {
  setZoom({});
}

void PlotView::pictureChanged() {
  picture_stale_ = true;
  spot_index_.reset();
  hovered_.reset();
  pointed_.reset();
  update();
}

QSizeF PlotView::figureSize() const {
  return QSizeF(size()) / kScreenScale;
}
QPointF PlotView::figurePoint(const QPointF& widget_point) const {
  return widget_point / kScreenScale;
}

void PlotView::setZoom(const ZoomWindow& window) {
  if (window == zoom()) return;
  figure_->setZoomWindow(window);
  spot_index_.reset();
  hovered_.reset();
  if (picture_ms_ > kFrame) {
    rest_.start();  // the old picture moves along until then
  } else {
    picture_stale_ = true;
  }
  update();
  Q_EMIT optionsChanged();
  Q_EMIT captionChanged();
}

void PlotView::zoomAbout(const QPointF& at, double factor) {
  const QRectF area = figure_->plotArea(figureSize());
  if (area.isEmpty()) return;
  const double x = std::clamp((at.x() - area.left()) / area.width(), 0.0, 1.0);
  const double y = std::clamp((area.bottom() - at.y()) / area.height(), 0.0, 1.0);
  ZoomWindow window = zoom();
  if (figure_->zoomDirections() & Qt::Horizontal) {
    const double width = zoom().right - zoom().left;
    placeWithin(window.left, window.right, zoom().left + x * width * (1 - 1 / factor),
                width / factor);
  }
  if (figure_->zoomDirections() & Qt::Vertical) {
    const double height = zoom().top - zoom().bottom;
    placeWithin(window.bottom, window.top, zoom().bottom + y * height * (1 - 1 / factor),
                height / factor);
  }
  setZoom(window);
}

void PlotView::panBy(const QPointF& units, const ZoomWindow& from) {
  const QRectF area = figure_->plotArea(figureSize());
  if (area.isEmpty()) return;
  ZoomWindow window = from;
  const double width = from.right - from.left, height = from.top - from.bottom;
  placeWithin(window.left, window.right, from.left - units.x() / area.width() * width, width);
  placeWithin(window.bottom, window.top, from.bottom + units.y() / area.height() * height, height);
  setZoom(window);
}

const SpotIndex& PlotView::spotIndex() {
  if (!spot_index_ || spot_size_ != figureSize()) {
    spot_size_ = figureSize();
    // A little beyond the plot, so that dots on its edge can be reached.
    const QRectF area = figure_->plotArea(spot_size_).adjusted(-2, -2, 2, 2);
    spot_index_ = std::make_unique<SpotIndex>(figure_->spots(spot_size_), area);
  }
  return *spot_index_;
}

void PlotView::hover(const QPointF& at, const QPoint& global) {
  const auto before = hovered_;
  const auto pointed_before = pointed_;
  hovered_ = spotIndex().nearest(at, kReach);
  pointed_ = hovered_ ? std::nullopt : figure_->rowAt(at, figureSize());
  const QString text = hovered_ ? figure_->spotText(*hovered_) : figure_->textAt(at, figureSize());
  if (text.isEmpty()) {
    QToolTip::hideText();
  } else {
    QToolTip::showText(global + QPoint(12, 8), text, this);
  }
  if (pointed_ != pointed_before || before.has_value() != hovered_.has_value() ||
      (hovered_ && before->position != hovered_->position)) {
    update();
  }
}

void PlotView::choose(const std::vector<std::size_t>& rows, Qt::KeyboardModifiers modifiers) {
  const Selection picked(figure_->origin(), rows);
  const bool same_origin = selection().origin() == figure_->origin();
  Selection wanted = picked;
  if (same_origin && (modifiers & Qt::ShiftModifier)) wanted = selection().added(picked);
  if (same_origin && (modifiers & Qt::ControlModifier)) wanted = selection().toggled(picked);
  if (wanted == selection() || (wanted.empty() && selection().empty())) return;
  setSelection(wanted);
  Q_EMIT selectionEdited(wanted);
}

// Where no spot is: the row that has the place, or nothing any more.
void PlotView::chooseAt(const QPointF& at, Qt::KeyboardModifiers modifiers) {
  const auto row = figure_->rowAt(at, figureSize());
  const bool keep = modifiers & (Qt::ShiftModifier | Qt::ControlModifier);
  if (row) {
    choose({*row}, modifiers);
  } else if (!keep) {
    choose({}, Qt::NoModifier);
  }
}

void PlotView::zoomToBox() {
  if (outline_.size() < 2) return;
  const QRectF area = figure_->plotArea(figureSize());
  const QRectF box = QRectF(outline_.first(), outline_.last()).normalized().intersected(area);
  if (box.width() < 3 && box.height() < 3) return;
  ZoomWindow window = zoom();
  if (figure_->zoomDirections() & Qt::Horizontal && box.width() >= 3) {
    const double width = zoom().right - zoom().left;
    placeWithin(window.left, window.right,
                zoom().left + (box.left() - area.left()) / area.width() * width,
                box.width() / area.width() * width);
  }
  if (figure_->zoomDirections() & Qt::Vertical && box.height() >= 3) {
    const double height = zoom().top - zoom().bottom;
    placeWithin(window.bottom, window.top,
                zoom().bottom + (area.bottom() - box.bottom()) / area.height() * height,
                box.height() / area.height() * height);
  }
  setZoom(window);
}

void PlotView::letGo() {
  const bool idle = gesture_ == Gesture::none;
  gesture_ = Gesture::none;
  outline_.clear();
  QToolTip::hideText();
  if (idle && !selection().empty()) choose({}, Qt::NoModifier);
  update();
}

bool PlotView::pinched(const QPointF& at, double factor) {
  zoomAbout(figurePoint(at), factor);
  return true;
}

void PlotView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton && event->button() != Qt::RightButton) return;
  button_ = event->button();
  pressed_at_ = figurePoint(event->position());
  pressed_zoom_ = zoom();
  gesture_ = Gesture::press;
  outline_.clear();
}

void PlotView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = figurePoint(event->position());
  if (gesture_ == Gesture::none) {
    hover(at, event->globalPosition().toPoint());
    return;
  }
  if (gesture_ == Gesture::press) {
    const QPointF moved = (at - pressed_at_) * kScreenScale;
    if (moved.manhattanLength() < QApplication::startDragDistance()) return;
    gesture_ = button_ == Qt::RightButton             ? Gesture::box
               : event->modifiers() & Qt::AltModifier ? Gesture::lasso
                                                      : Gesture::pan;
    QToolTip::hideText();
  }
  if (gesture_ == Gesture::pan) {
    panBy(at - pressed_at_, pressed_zoom_);
  } else if (gesture_ == Gesture::box) {
    outline_ = {pressed_at_, at};
  } else {
    if (outline_.isEmpty()) outline_ << pressed_at_;
    outline_ << at;
  }
  update();
}

void PlotView::mouseReleaseEvent(QMouseEvent* event) {
  const Gesture ended = gesture_;
  gesture_ = Gesture::none;
  if (ended == Gesture::press && event->button() == Qt::LeftButton) {
    const auto spot = spotIndex().nearest(figurePoint(event->position()), kReach);
    if (spot && spot->row != Spot::kNoRow) choose({spot->row}, event->modifiers());
    if (!spot) chooseAt(figurePoint(event->position()), event->modifiers());
  } else if (ended == Gesture::box) {
    zoomToBox();
  } else if (ended == Gesture::lasso) {
    choose(spotIndex().rowsInside(outline_), event->modifiers());
  }
  outline_.clear();
  update();
}

void PlotView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) fit();
}

void PlotView::wheelEvent(QWheelEvent* event) {
  const double turned = event->angleDelta().y() / 120.0;
  if (turned == 0 || !figure_->zoomDirections()) return event->ignore();
  zoomAbout(figurePoint(event->position()), std::pow(kWheelStep, turned));
  event->accept();
}

void PlotView::keyPressEvent(QKeyEvent* event) {
  int right = 0, down = 0;
  switch (event->key()) {
    case Qt::Key_Escape:
      return letGo();
    case Qt::Key_Home:
      return fit();
    case Qt::Key_Plus:
      return zoomAbout(figure_->plotArea(figureSize()).center(), kWheelStep);
    case Qt::Key_Minus:
      return zoomAbout(figure_->plotArea(figureSize()).center(), 1 / kWheelStep);
    case Qt::Key_Left:
      right = -1;
      break;
    case Qt::Key_Right:
      right = 1;
      break;
    case Qt::Key_Up:
      down = -1;
      break;
    case Qt::Key_Down:
      down = 1;
      break;
    default:
      return View::keyPressEvent(event);
  }
  if (const auto next = figure_->stepped(right, down)) {
    if (*next == selection()) return;
    setSelection(*next);
    Q_EMIT selectionEdited(*next);
    return;
  }
  const QRectF area = figure_->plotArea(figureSize());
  panBy({-right * area.width() / 10, -down * area.height() / 10}, zoom());
}

void PlotView::leaveEvent(QEvent* event) {
  hovered_.reset();
  pointed_.reset();
  update();
  View::leaveEvent(event);
}

void PlotView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) picture_stale_ = true;
  View::changeEvent(event);
}

PlotView::Screen PlotView::screen() const {
  return {QSizeF(size()), devicePixelRatioF(), &views::theme()};
}

PlotView::Picture PlotView::pictureOf(const PlotFigure& figure, const Screen& screen) {
  QElapsedTimer timer;
  timer.start();
  Picture picture;
  picture.image = QImage((screen.size * screen.ratio).toSize(), QImage::Format_RGB32);
  picture.image.setDevicePixelRatio(screen.ratio);
  picture.image.fill(screen.theme->view);
  QPainter painter(&picture.image);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.scale(kScreenScale, kScreenScale);
  figure.draw({painter, screen.size / kScreenScale, *screen.theme, true});
  picture.zoom = figure.zoomWindow();
  picture.theme = screen.theme->name;
  picture.milliseconds = static_cast<double>(timer.nsecsElapsed()) * 1e-6;
  return picture;
}

bool PlotView::pictureIsStale() const {
  const bool resized = picture_.size() != (QSizeF(size()) * devicePixelRatioF()).toSize();
  return picture_stale_ || resized || picture_theme_ != views::theme().name;
}

void PlotView::takePicture(Picture picture) {
  picture_ = QPixmap::fromImage(std::move(picture.image));
  picture_zoom_ = picture.zoom;
  picture_theme_ = picture.theme;
  picture_ms_ = picture.milliseconds;
}

void PlotView::renderPicture() {
  picture_stale_ = false;
  if (figure_->marks() < kManyMarks) return takePicture(pictureOf(*figure_, screen()));
  rendering_ = true;
  const auto made = std::make_shared<Picture>();
  const std::shared_ptr<PlotFigure> figure(static_cast<PlotFigure*>(figure_->copy().release()));
  background().start(
      tr("Draw the view"),
      [figure, screen = screen(), made](const Context& context) {
        figure->prepare(context.part(0, 0.5));
        *made = pictureOf(*figure, screen);
      },
      this,
      [this, figure, made](const Outcome<Nothing>& outcome) {
        rendering_ = false;
        if (!valueOf(outcome)) return;
        figure_->adopt(*figure);
        takePicture(std::move(*made));
        update();  // and once more where something changed meanwhile
      });
}

// The last picture with its plot moved to where the new window has it: at once, and coarse.
void PlotView::drawMovedPicture(QPainter& painter) const {
  painter.drawPixmap(0, 0, picture_);
  const QRectF area = figure_->plotArea(figureSize());
  const QRectF shown(area.topLeft() * kScreenScale, area.size() * kScreenScale);
  const double width = zoom().right - zoom().left, height = zoom().top - zoom().bottom;
  const double left = (picture_zoom_.left - zoom().left) / width * shown.width();
  const double right = (picture_zoom_.right - zoom().left) / width * shown.width();
  const double top = (zoom().top - picture_zoom_.top) / height * shown.height();
  const double bottom = (zoom().top - picture_zoom_.bottom) / height * shown.height();
  const QRectF target(shown.left() + left, shown.top() + top, right - left, bottom - top);
  const double ratio = picture_.devicePixelRatio();
  painter.setClipRect(shown);
  painter.fillRect(shown, views::theme().view);
  painter.drawPixmap(target, picture_, QRectF(shown.topLeft() * ratio, shown.size() * ratio));
  painter.setClipping(false);
}

void PlotView::drawOverlay(QPainter& painter) const {
  const Theme& colours = views::theme();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(kScreenScale, kScreenScale);
  if (pointed_ && gesture_ == Gesture::none) {
    figure_->drawPointed({painter, figureSize(), colours, true}, *pointed_);
  }
  if (hovered_ && gesture_ == Gesture::none) {
    painter.setPen(figurePen(colours.text, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(hovered_->position, 5, 5);
  }
  if (outline_.size() < 2) return;
  QColor fill = colours.accent;
  fill.setAlphaF(0.12f);
  painter.setPen(figurePen(colours.accent, 1));
  painter.setBrush(fill);
  if (gesture_ == Gesture::box) {
    painter.drawRect(QRectF(outline_.first(), outline_.last()).normalized());
  } else {
    painter.drawPolygon(outline_);
  }
}

void PlotView::paintEvent(QPaintEvent*) {
  if (pictureIsStale() && !rendering_) renderPicture();
  QPainter painter(this);
  if (picture_.isNull() || picture_theme_ != views::theme().name) {
    painter.fillRect(rect(), views::theme().view);  // a picture is on its way
  } else if (picture_zoom_ == zoom()) {
    painter.drawPixmap(0, 0, picture_);
  } else {
    drawMovedPicture(painter);
  }
  drawOverlay(painter);
}

}  // namespace lineament::views
