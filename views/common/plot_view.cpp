// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/plot_view.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr double kReach = 7;        // units from the pointer at which a spot is meant
constexpr double kSmallest = 1e-5;  // of the axes' length: the closest zoom
constexpr double kFrame = 25;       // ms; a picture that takes longer is moved first, drawn later
constexpr int kRest = 100;          // ms without a movement
constexpr double kWheelStep = 1.2;  // of 15 degrees

// A window of that width and place, kept within the whole.
void place(double& low, double& high, double wanted_low, double width) {
  width = std::clamp(width, kSmallest, 1.0);
  low = std::clamp(wanted_low, 0.0, 1.0 - width);
  high = low + width;
}

}  // namespace

PlotView::PlotView(QWidget* parent) : View(parent) {
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

std::vector<Spot> PlotView::spots(const QSizeF&) const {
  return {};
}
QString PlotView::spotText(const Spot&) const {
  return {};
}
QString PlotView::textAt(const QPointF&, const QSizeF&) const {
  return {};
}
bool PlotView::step(int, int) {
  return false;
}

void PlotView::setSelection(const Selection& selection) {
  if (selection == this->selection()) return;
  View::setSelection(selection);
  picture_stale_ = true;
  Q_EMIT captionChanged();
}

void PlotView::setOptions(const nlohmann::json& options) {
  const auto found = options.find("zoom");
  if (found != options.end() && found->is_array() && found->size() == 4 &&
      std::all_of(found->begin(), found->end(),
                  [](const auto& part) { return part.is_number(); })) {
    ZoomWindow window;
    place(window.left, window.right, (*found)[0].get<double>(),
          (*found)[1].get<double>() - (*found)[0].get<double>());
    place(window.bottom, window.top, (*found)[2].get<double>(),
          (*found)[3].get<double>() - (*found)[2].get<double>());
    zoom_ = window;
  }
  pictureChanged();
}

nlohmann::json PlotView::options() const {
  nlohmann::json options = nlohmann::json::object();
  if (!zoom_.whole()) options["zoom"] = {zoom_.left, zoom_.right, zoom_.bottom, zoom_.top};
  return options;
}

void PlotView::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  draw({painter, size, theme, false});
  painter.restore();
}

void PlotView::fit() {
  setZoom({});
}

void PlotView::pictureChanged() {
  picture_stale_ = true;
  spot_index_.reset();
  hovered_.reset();
  update();
}

QSizeF PlotView::figureSize() const {
  return QSizeF(size()) / kScreenScale;
}
QPointF PlotView::figurePoint(const QPointF& widget_point) const {
  return widget_point / kScreenScale;
}

void PlotView::setZoom(const ZoomWindow& window) {
  if (window == zoom_) return;
  zoom_ = window;
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
  const QRectF area = plotArea(figureSize());
  if (area.isEmpty()) return;
  const double x = std::clamp((at.x() - area.left()) / area.width(), 0.0, 1.0);
  const double y = std::clamp((area.bottom() - at.y()) / area.height(), 0.0, 1.0);
  ZoomWindow window = zoom_;
  if (zoomDirections() & Qt::Horizontal) {
    const double width = zoom_.right - zoom_.left;
    place(window.left, window.right, zoom_.left + x * width * (1 - 1 / factor), width / factor);
  }
  if (zoomDirections() & Qt::Vertical) {
    const double height = zoom_.top - zoom_.bottom;
    place(window.bottom, window.top, zoom_.bottom + y * height * (1 - 1 / factor), height / factor);
  }
  setZoom(window);
}

void PlotView::panBy(const QPointF& units, const ZoomWindow& from) {
  const QRectF area = plotArea(figureSize());
  if (area.isEmpty()) return;
  ZoomWindow window = from;
  const double width = from.right - from.left, height = from.top - from.bottom;
  place(window.left, window.right, from.left - units.x() / area.width() * width, width);
  place(window.bottom, window.top, from.bottom + units.y() / area.height() * height, height);
  setZoom(window);
}

const SpotIndex& PlotView::spotIndex() {
  if (!spot_index_ || spot_size_ != figureSize()) {
    spot_size_ = figureSize();
    // A little beyond the plot, so that dots on its edge can be reached.
    const QRectF area = plotArea(spot_size_).adjusted(-2, -2, 2, 2);
    spot_index_ = std::make_unique<SpotIndex>(spots(spot_size_), area);
  }
  return *spot_index_;
}

void PlotView::hover(const QPointF& at, const QPoint& global) {
  const auto before = hovered_;
  hovered_ = spotIndex().nearest(at, kReach);
  const QString text = hovered_ ? spotText(*hovered_) : textAt(at, figureSize());
  if (text.isEmpty()) {
    QToolTip::hideText();
  } else {
    QToolTip::showText(global + QPoint(12, 8), text, this);
  }
  if (before.has_value() != hovered_.has_value() ||
      (hovered_ && before->position != hovered_->position)) {
    update();
  }
}

void PlotView::choose(const std::vector<std::size_t>& rows, Qt::KeyboardModifiers modifiers) {
  const Selection picked(origin(), rows);
  const bool same_origin = selection().origin() == origin();
  Selection wanted = picked;
  if (same_origin && (modifiers & Qt::ShiftModifier)) wanted = selection().added(picked);
  if (same_origin && (modifiers & Qt::ControlModifier)) wanted = selection().toggled(picked);
  if (wanted == selection() || (wanted.empty() && selection().empty())) return;
  setSelection(wanted);
  Q_EMIT selectionEdited(wanted);
}

void PlotView::zoomToBox() {
  if (outline_.size() < 2) return;
  const QRectF area = plotArea(figureSize());
  const QRectF box = QRectF(outline_.first(), outline_.last()).normalized().intersected(area);
  if (box.width() < 3 && box.height() < 3) return;
  ZoomWindow window = zoom_;
  if (zoomDirections() & Qt::Horizontal && box.width() >= 3) {
    const double width = zoom_.right - zoom_.left;
    place(window.left, window.right, zoom_.left + (box.left() - area.left()) / area.width() * width,
          box.width() / area.width() * width);
  }
  if (zoomDirections() & Qt::Vertical && box.height() >= 3) {
    const double height = zoom_.top - zoom_.bottom;
    place(window.bottom, window.top,
          zoom_.bottom + (area.bottom() - box.bottom()) / area.height() * height,
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

bool PlotView::event(QEvent* event) {
  if (event->type() == QEvent::NativeGesture) {
    const auto* gesture = static_cast<QNativeGestureEvent*>(event);
    if (gesture->gestureType() == Qt::ZoomNativeGesture) {
      zoomAbout(figurePoint(gesture->position()), 1 + gesture->value());
      return true;
    }
  }
  return View::event(event);
}

void PlotView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton && event->button() != Qt::RightButton) return;
  button_ = event->button();
  pressed_at_ = figurePoint(event->position());
  pressed_zoom_ = zoom_;
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
    const bool keep = event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier);
    if (!spot && !keep) choose({}, Qt::NoModifier);
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
  if (turned == 0 || !zoomDirections()) return event->ignore();
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
      return zoomAbout(plotArea(figureSize()).center(), kWheelStep);
    case Qt::Key_Minus:
      return zoomAbout(plotArea(figureSize()).center(), 1 / kWheelStep);
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
  if (step(right, down)) return;
  const QRectF area = plotArea(figureSize());
  panBy({-right * area.width() / 10, -down * area.height() / 10}, zoom_);
}

void PlotView::leaveEvent(QEvent* event) {
  hovered_.reset();
  update();
  View::leaveEvent(event);
}

void PlotView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) picture_stale_ = true;
  View::changeEvent(event);
}

void PlotView::renderPicture() {
  QElapsedTimer timer;
  timer.start();
  const double ratio = devicePixelRatioF();
  picture_ = QPixmap((QSizeF(size()) * ratio).toSize());
  picture_.setDevicePixelRatio(ratio);
  const Theme& colours = views::theme();
  picture_.fill(colours.view);
  QPainter painter(&picture_);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.scale(kScreenScale, kScreenScale);
  draw({painter, figureSize(), colours, true});
  picture_zoom_ = zoom_;
  picture_theme_ = colours.name;
  picture_stale_ = false;
  picture_ms_ = static_cast<double>(timer.nsecsElapsed()) * 1e-6;
}

// The last picture with its plot moved to where the new window has it: at once, and coarse.
void PlotView::drawMovedPicture(QPainter& painter) const {
  painter.drawPixmap(0, 0, picture_);
  const QRectF area = plotArea(figureSize());
  const QRectF shown(area.topLeft() * kScreenScale, area.size() * kScreenScale);
  const double width = zoom_.right - zoom_.left, height = zoom_.top - zoom_.bottom;
  const double left = (picture_zoom_.left - zoom_.left) / width * shown.width();
  const double right = (picture_zoom_.right - zoom_.left) / width * shown.width();
  const double top = (zoom_.top - picture_zoom_.top) / height * shown.height();
  const double bottom = (zoom_.top - picture_zoom_.bottom) / height * shown.height();
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
  const bool resized = picture_.size() != (QSizeF(size()) * devicePixelRatioF()).toSize();
  if (picture_stale_ || resized || picture_theme_ != views::theme().name) renderPicture();
  QPainter painter(this);
  if (picture_zoom_ == zoom_) {
    painter.drawPixmap(0, 0, picture_);
  } else {
    drawMovedPicture(painter);
  }
  drawOverlay(painter);
}

}  // namespace lineament::views
