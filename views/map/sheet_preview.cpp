// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_preview.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "views/common/theme.h"

namespace lineament::views {

namespace {

constexpr double kAround = 16;  // pixels, of a page that is seen as a whole
constexpr double kClosest = 12;
constexpr double kWheelStep = 1.2;  // of 15 degrees
constexpr int kWait = 120;          // ms, while a hand types or turns

struct Drawn {
  MapSheet sheet;
  QImage image;
};

QImage drawnOn(const MapSheet& sheet, const QSize& size, const QRectF& page, double ratio) {
  QImage image(size * ratio, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  QPainter painter(&image);
  painter.scale(ratio, ratio);
  painter.setClipRect(page);
  painter.translate(page.topLeft());
  const QSizeF natural = sheet.naturalSize(1000);
  painter.scale(page.width() / natural.width(), page.width() / natural.width());
  sheet.paint(painter, natural, figureTheme());
  painter.end();
  image.setDevicePixelRatio(ratio);
  return image;
}

}  // namespace

SheetPreview::SheetPreview(std::function<Background&()> background, QWidget* parent)
    : QWidget(parent), background_(std::move(background)) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(160, 120);
  setAccessibleName(tr("Sheet"));
  waiting_.setSingleShot(true);
  waiting_.setInterval(kWait);
  connect(&waiting_, &QTimer::timeout, this, &SheetPreview::draw);
}

SheetPreview::~SheetPreview() {
  stop();
}

void SheetPreview::setSheet(const MapSheet& sheet) {
  stop();
  ++drawings_;
  sheet_ = sheet;
  any_ = true;
  redraw();
}

void SheetPreview::fit() {
  zoom_ = 1;
  moved_ = {};
  redraw();
}

QRectF SheetPreview::page() const {
  const QSizeF room = QSizeF(size()) - QSizeF(2 * kAround, 2 * kAround);
  const QSizeF paper = sheet_.pageSize()->scaled(room.expandedTo({8, 8}), Qt::KeepAspectRatio);
  QRectF page(QPointF(), paper * zoom_);
  page.moveCenter(QRectF(rect()).center() + moved_);
  return page;
}

void SheetPreview::redraw() {
  update();
  if (any_ && isVisible()) waiting_.start();
}

void SheetPreview::stop() {
  if (drawing_) std::exchange(drawing_, nullptr)();
}

void SheetPreview::draw() {
  stop();
  const auto made = std::make_shared<Drawn>(Drawn{sheet_, {}});
  const int number = ++drawings_;
  const QRectF page = this->page();
  drawing_ = background_().start(
      tr("Draw the sheet"),
      [made, size = size(), page, ratio = devicePixelRatioF()](const Context& context) {
        made->sheet.prepare(context);
        context.checkpoint(1);
        made->image = drawnOn(made->sheet, size, page, ratio);
      },
      this,
      [this, made, number, page](const Outcome<Nothing>& outcome) {
        if (number != drawings_) return;
        drawing_ = nullptr;
        const Error* error = errorOf(outcome);
        problem_ = error ? QString::fromStdString(error->what()) : QString();
        if (!valueOf(outcome)) return update();
        drawn_ = made->image;
        drawn_page_ = page;
        sheet_ = made->sheet;
        update();
        Q_EMIT prepared(sheet_);
      });
}

void SheetPreview::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().window);
  if (!any_) return;
  const QRectF now = page();
  painter.fillRect(now, figureTheme().view);
  if (!drawn_.isNull()) {
    // Where the page has been moved or turned since, as much of the old picture as still fits.
    const bool same_shape =
        std::abs(now.width() * drawn_page_.height() - now.height() * drawn_page_.width()) <
        now.width() + now.height();
    if (same_shape) {
      const double grown = now.width() / drawn_page_.width();
      painter.setRenderHint(QPainter::SmoothPixmapTransform, grown != 1);
      painter.setClipRect(now);
      painter.translate(now.topLeft());
      painter.scale(grown, grown);
      painter.drawImage(-drawn_page_.topLeft(), drawn_);
      painter.resetTransform();
      painter.setClipping(false);
    }
  }
  painter.setPen(theme().line);
  painter.drawRect(now);
  if (problem_.isEmpty()) return;
  painter.setPen(figureTheme().error);
  painter.drawText(now.adjusted(kAround, 0, -kAround, 0), Qt::AlignCenter | Qt::TextWordWrap,
                   problem_);
}

void SheetPreview::zoomAbout(const QPointF& at, double factor) {
  const double before = zoom_;
  zoom_ = std::clamp(zoom_ * factor, 1.0, kClosest);
  const QPointF middle = QRectF(rect()).center();
  const QPointF from_page = at - middle - moved_;
  moved_ = at - middle - from_page * (zoom_ / before);
  moveBy({});
}

// The page's edges stay beyond the widget's middle; a page that is seen whole stays in it.
void SheetPreview::moveBy(const QPointF& pixels) {
  moved_ += pixels;
  const QSizeF paper = page().size();
  const auto within = [](double moved, double page, double widget) {
    const double most = std::max((page - widget) / 2 + kAround, 0.0);
    return std::clamp(moved, -most, most);
  };
  moved_ = {within(moved_.x(), paper.width(), width()),
            within(moved_.y(), paper.height(), height())};
  redraw();
}

void SheetPreview::resizeEvent(QResizeEvent*) {
  moveBy({});
}

void SheetPreview::showEvent(QShowEvent*) {
  redraw();
}

void SheetPreview::wheelEvent(QWheelEvent* event) {
  const double turned = event->angleDelta().y() / 120.0;
  event->accept();
  if (any_ && turned != 0) zoomAbout(event->position(), std::pow(kWheelStep, turned));
}

void SheetPreview::mousePressEvent(QMouseEvent* event) {
  last_at_ = event->position();
}

void SheetPreview::mouseMoveEvent(QMouseEvent* event) {
  if (!any_ || !event->buttons().testFlag(Qt::LeftButton)) return;
  moveBy(event->position() - std::exchange(last_at_, event->position()));
}

void SheetPreview::mouseDoubleClickEvent(QMouseEvent*) {
  fit();
}

void SheetPreview::keyPressEvent(QKeyEvent* event) {
  if (!any_) return QWidget::keyPressEvent(event);
  const QPointF middle = QRectF(rect()).center();
  const QPointF step(0.1 * width(), 0.1 * height());
  switch (event->key()) {
    case Qt::Key_F:
    case Qt::Key_0:
    case Qt::Key_Home:
      return fit();
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAbout(middle, kWheelStep);
    case Qt::Key_Minus:
      return zoomAbout(middle, 1 / kWheelStep);
    case Qt::Key_Left:
      return moveBy({step.x(), 0});
    case Qt::Key_Right:
      return moveBy({-step.x(), 0});
    case Qt::Key_Up:
      return moveBy({0, step.y()});
    case Qt::Key_Down:
      return moveBy({0, -step.y()});
    default:
      return QWidget::keyPressEvent(event);
  }
}

}  // namespace lineament::views
