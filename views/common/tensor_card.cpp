// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/tensor_card.h"

#include <QPainter>
#include <memory>

#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 12;

}  // namespace

TensorCard::TensorCard(QWidget* parent) : QWidget(parent) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMinimumWidth(static_cast<int>(TensorPortrait::kWidth * PlotView::kScreenScale));
}

TensorCard::~TensorCard() {
  if (summing_) summing_();
}

void TensorCard::show(const TensorPortrait& portrait, Background& background) {
  clear();
  portrait_ = portrait;
  setAccessibleName(portrait.name);
  const int number = shown_;
  const auto made = std::make_shared<TensorPortrait>(portrait);
  summing_ = background.start(
      tr("Sum up values"), [made](const Context& context) { made->sumUp(context); }, this,
      [this, number, made](const Outcome<Nothing>& outcome) {
        if (number == shown_) ended(outcome, *made);
      });
}

void TensorCard::clear() {
  if (summing_) summing_();
  summing_ = nullptr;
  ++shown_;
  portrait_.reset();
  update();
}

void TensorCard::ended(const Outcome<Nothing>& outcome, const TensorPortrait& made) {
  summing_ = nullptr;
  update();
  if (valueOf(outcome)) {
    portrait_ = made;
    Q_EMIT summedUp();
    return;
  }
  const Error* error = errorOf(outcome);
  portrait_->problem = error ? QString::fromStdString(error->found()) : tr("Not read: cancelled");
}

void TensorCard::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme& colours = theme();
  painter.fillRect(rect(), colours.view);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.scale(PlotView::kScreenScale, PlotView::kScreenScale);
  const QSizeF units = QSizeF(size()) / PlotView::kScreenScale;
  drawPortrait(painter, QRectF(kMargin, 4, units.width() - 2 * kMargin, units.height() - 8),
               portrait_, colours);
}

}  // namespace lineament::views
