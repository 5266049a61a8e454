// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/tensor_card.h"

#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <memory>

#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 12;
constexpr double kTop = 4;

int onScreen(double units) {
  return static_cast<int>(std::ceil(units * PlotView::kScreenScale));
}

}  // namespace

// What the portrait is drawn on.
class TensorCard::Paper : public QWidget {
 public:
  explicit Paper(const std::optional<TensorPortrait>& portrait) : portrait_(portrait) {
    setAttribute(Qt::WA_OpaquePaintEvent);
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const Theme& colours = theme();
    painter.fillRect(rect(), colours.view);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.scale(PlotView::kScreenScale, PlotView::kScreenScale);
    const QSizeF units = QSizeF(size()) / PlotView::kScreenScale;
    drawPortrait(painter,
                 QRectF(kMargin, kTop, units.width() - 2 * kMargin, units.height() - 2 * kTop),
                 portrait_, colours);
  }

 private:
  const std::optional<TensorPortrait>& portrait_;
};

TensorCard::TensorCard(QWidget* parent) : QScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setMinimumWidth(onScreen(TensorPortrait::kWidth));
  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 8);
  column->setSpacing(0);
  paper_ = new Paper(portrait_);
  more_ = new QPushButton(tr("Find singular values"));
  more_->setObjectName("findSingularValues");
  more_->setToolTip(tr("Of a large matrix this takes up to minutes"));
  connect(more_, &QPushButton::clicked, this,
          [this] { start(tr("Find singular values"), &TensorPortrait::findSpectrum); });
  column->addWidget(paper_, 1);
  column->addWidget(more_, 0, Qt::AlignHCenter);
  setWidget(content);
  arrange();
}

TensorCard::~TensorCard() {
  if (summing_) summing_();
}

void TensorCard::show(const TensorPortrait& portrait, Background& background) {
  clear();
  portrait_ = portrait;
  background_ = &background;
  setAccessibleName(portrait.name);
  start(tr("Sum up values"), &TensorPortrait::sumUp);
}

void TensorCard::start(const QString& title, Step step) {
  const int number = shown_;
  const auto made = std::make_shared<TensorPortrait>(*portrait_);
  summing_ = background_->start(
      title, [made, step](const Context& context) { (*made.*step)(context); }, this,
      [this, number, made](const Outcome<Nothing>& outcome) {
        if (number == shown_) ended(outcome, *made);
      });
  arrange();
}

void TensorCard::clear() {
  if (summing_) summing_();
  summing_ = nullptr;
  ++shown_;
  portrait_.reset();
  arrange();
}

void TensorCard::ended(const Outcome<Nothing>& outcome, const TensorPortrait& made) {
  summing_ = nullptr;
  if (valueOf(outcome)) {
    portrait_ = made;
    arrange();
    Q_EMIT summedUp();
    return;
  }
  // A summary that was there stays when the search for singular values was cancelled.
  if (!portrait_->summary) {
    const Error* error = errorOf(outcome);
    portrait_->problem = error ? QString::fromStdString(error->found()) : tr("Not read: cancelled");
  }
  arrange();
}

void TensorCard::arrange() {
  const bool offered = portrait_ && portrait_->offersSpectrum();
  more_->setVisible(offered);
  more_->setEnabled(offered && !summing_);
  more_->setText(offered && summing_ ? tr("Finding singular values") : tr("Find singular values"));
  const double height = portrait_ ? portrait_->height() : 0;
  paper_->setMinimumHeight(onScreen(height + 2 * kTop));
  paper_->update();
}

}  // namespace lineament::views
