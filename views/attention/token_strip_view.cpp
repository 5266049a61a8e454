// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/token_strip_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QToolTip>
#include <cmath>

#include "views/attention/token_text.h"
#include "views/common/number_text.h"
#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

constexpr double kScale = PlotView::kScreenScale;
// Tokens whose widths, and whose places where these are known, take less than a frame.
constexpr std::size_t kMeasuredAtOnce = 2000, kPlacedAtOnce = 100'000;

}  // namespace

TokenStrip::TokenStrip(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setAccessibleName(tr("Text"));
}

// The figure is copied, which shares its data.
void TokenStrip::show(const AttentionFigure& figure) {
  const bool other = figure_->sharedStack() != figure.sharedStack();
  figure_ = std::make_shared<AttentionFigure>(figure);
  values_ = figure_->stripValues();
  if (other) measure();
  update();
}

void TokenStrip::measure() {
  laying_out_.stop();  // of the text before
  widths_ = {};
  layout_ = {};
  if (figure_->tokenCount() > kMeasuredAtOnce) return layOutLater();
  widths_ = std::make_shared<const std::vector<float>>(
      tokenWidths(figure_->tokens(), figure_->tokenCount(), {}));
  layOut();
}

void TokenStrip::layOut() {
  const bool measured = widths_ || figure_->tokenCount() <= kMeasuredAtOnce;
  if (!measured || figure_->tokenCount() > kPlacedAtOnce) return layOutLater();
  if (widths_) take(layOutTokens(figure_->tokens(), *widths_, width() / kScale));
}

// The present layout stays until there is the new one.
void TokenStrip::layOutLater() {
  struct Made {
    std::shared_ptr<const std::vector<float>> widths;
    TokenStripLayout layout;
  };
  const auto made = std::make_shared<Made>();
  made->widths = widths_;
  laying_out_.start(
      *background_, tr("Lay out the text"),
      [figure = figure_, room = width() / kScale, made](const Context& context) {
        if (!made->widths) {
          made->widths = std::make_shared<const std::vector<float>>(
              tokenWidths(figure->tokens(), figure->tokenCount(), context));
        }
        made->layout = layOutTokens(figure->tokens(), *made->widths, room);
      },
      this,
      [this, made](const Outcome<Nothing>& outcome) {
        if (!valueOf(outcome)) return;
        widths_ = std::move(made->widths);
        take(std::move(made->layout));
        Q_EMIT laidOut();
      });
}

void TokenStrip::take(TokenStripLayout layout) {
  layout_ = std::move(layout);
  hovered_.reset();
  setMinimumHeight(static_cast<int>(std::ceil(layout_.height * kScale)));
  update();
}

QRectF TokenStrip::placeOf(std::size_t token) const {
  if (token >= layout_.boxes.size()) return {};
  const QRectF place = layout_.place(token);
  return {place.topLeft() * kScale, place.size() * kScale};
}

std::optional<std::size_t> TokenStrip::under(const QPointF& at) const {
  return tokenAt(layout_, at / kScale);
}

void TokenStrip::paintEvent(QPaintEvent* event) {
  QPainter painter(this);
  painter.fillRect(event->rect(), theme().view);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.scale(kScale, kScale);
  TokenStripContent content = figure_->stripContent(values_);
  content.hovered = hovered_;
  drawTokenStrip({painter, QSizeF(size()) / kScale, theme(), true}, layout_, content,
                 event->rect().top() / kScale, event->rect().bottom() / kScale);
}

void TokenStrip::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (event->oldSize().width() != width()) layOut();
}

void TokenStrip::mouseMoveEvent(QMouseEvent* event) {
  const auto before = hovered_;
  hovered_ = under(event->position());
  if (hovered_ != before) update();
  if (!hovered_) return QToolTip::hideText();
  QString text = tokenPhrase(figure_->tokens(), *hovered_);
  if (*hovered_ < values_.size() && std::isfinite(values_[*hovered_])) {
    text += u'\n' + numberText(static_cast<double>(values_[*hovered_]), 4);
  }
  QToolTip::showText(event->globalPosition().toPoint() + QPoint(12, 8), text, this);
}

void TokenStrip::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  if (const auto token = under(event->position())) Q_EMIT tokenClicked(*token);
}

void TokenStrip::leaveEvent(QEvent* event) {
  hovered_.reset();
  update();
  QWidget::leaveEvent(event);
}

}  // namespace lineament::views
