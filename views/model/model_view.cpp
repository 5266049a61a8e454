// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/model/model_view.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QToolTip>
#include <QVBoxLayout>
#include <cmath>

#include "views/common/number_text.h"
#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

constexpr double kScale = PlotView::kScreenScale;
constexpr double kMargin = 16;   // of the sheet on the screen, in its units
constexpr double kWidest = 900;  // a longer line is harder to follow

QString exactly(const Coefficient& of) {
  QStringList lines{of.term};
  const auto add = [&](const QString& name, double value, const QString& unit = {}) {
    if (std::isnan(value)) return;
    lines << name + u' ' + numberText(value, 7) + (unit.isEmpty() ? unit : QChar(0x00a0) + unit);
  };
  add(ModelView::tr("coefficient"), of.value, of.unit);
  add(ModelView::tr("standard error"), of.standard_error);
  add(QStringLiteral("t"), of.t);
  add(QStringLiteral("p"), of.p);
  add(ModelView::tr("from"), of.low);
  add(ModelView::tr("to"), of.high);
  add(ModelView::tr("variance inflation"), of.vif);
  add(ModelView::tr("effect of one standard deviation"), effectOf(of, EffectScale::deviation));
  return lines.join(u'\n');
}

}  // namespace

// The sheet on the screen, as high as it needs to be.
class ModelView::Canvas : public QWidget {
 public:
  explicit Canvas(ModelView& view) : view_(view) { setAttribute(Qt::WA_OpaquePaintEvent); }

  void fitHeight() {
    setMinimumHeight(static_cast<int>(
        std::ceil((view_.figure_.naturalSize(sheetWidth()).height() + 2 * kMargin) * kScale)));
    update();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.fillRect(rect(), theme().view);
    painter.scale(kScale, kScale);
    painter.translate(kMargin, kMargin);
    view_.figure_.paint(painter, {sheetWidth(), height() / kScale - 2 * kMargin}, theme());
  }

  void resizeEvent(QResizeEvent* event) override {
    QWidget::resizeEvent(event);
    fitHeight();
  }

  bool event(QEvent* event) override {
    if (event->type() != QEvent::ToolTip || !view_.figure_.layout()) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QPointF at = QPointF(help->pos()) / kScale - QPointF(kMargin, kMargin);
    const int term = view_.figure_.layout()->termAt(at, sheetWidth());
    if (term < 0) {
      QToolTip::hideText();
    } else {
      const auto& terms = view_.figure_.sheet().linear->terms;
      QToolTip::showText(help->globalPos(), exactly(terms[static_cast<std::size_t>(term)]), this);
    }
    return true;
  }

 private:
  double sheetWidth() const { return std::clamp(width() / kScale - 2 * kMargin, 1.0, kWidest); }

  ModelView& view_;
};

ModelView::ModelView(QWidget* parent) : View(parent) {
  scroll_ = new QScrollArea(this);
  scroll_->setFrameShape(QFrame::NoFrame);
  scroll_->setWidgetResizable(true);
  scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  // The bar always has its place: the sheet's height depends on its width.
  scroll_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
  canvas_ = new Canvas(*this);
  scroll_->setWidget(canvas_);
  setFocusProxy(scroll_);
  auto* copy = new QAction(tr("Copy as a table"), this);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(copy, &QAction::triggered, this,
          [this] { QGuiApplication::clipboard()->setText(copied()); });
  addAction(copy);
  setContextMenuPolicy(Qt::ActionsContextMenu);
  makeBar();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(bar_);
  column->addWidget(scroll_, 1);
}

void ModelView::makeBar() {
  bar_ = new QWidget(this);
  auto* line = new QHBoxLayout(bar_);
  line->setContentsMargins(12, 4, 12, 4);
  line->setSpacing(8);
  const auto add = [&](const QString& title, const QString& tip, const QStringList& choices) {
    auto* label = new QLabel(title, bar_);
    auto* box = new QComboBox(bar_);
    box->addItems(choices);
    box->setToolTip(tip);
    box->setAccessibleName(title);
    label->setBuddy(box);
    line->addWidget(label);
    line->addWidget(box);
    connect(box, &QComboBox::activated, this, &ModelView::chosen);
    return box;
  };
  // In the order of the enumerations.
  scale_choice_ = add(tr("Effect of"),
                      tr("One standard deviation makes features of different units comparable"),
                      {tr("one unit"), tr("one standard deviation")});
  order_choice_ = add(tr("Order"), tr("The order of the terms"),
                      {tr("as in the data"), tr("largest effect first")});
  line->addStretch(1);
}

void ModelView::setData(const Data& shown) {
  figure_.setData(shown);
  const ModelSheet& sheet = figure_.sheet();
  canvas_->setAccessibleName(sheet.title);
  bar_->setVisible(sheet.linear.has_value());
  scale_choice_->setEnabled(sheet.linear && sheet.linear->scaled);
  showArrangement();
}

void ModelView::setOptions(const nlohmann::json& options) {
  figure_.setOptions(options);
  showArrangement();
}

void ModelView::chosen() {
  figure_.arrange(static_cast<EffectScale>(scale_choice_->currentIndex()),
                  static_cast<TermOrder>(order_choice_->currentIndex()));
  showArrangement();
  Q_EMIT optionsChanged();
}

void ModelView::showArrangement() {
  const auto& linear = figure_.sheet().linear;
  scale_choice_->setCurrentIndex(linear && linear->scaled ? static_cast<int>(figure_.scale()) : 0);
  order_choice_->setCurrentIndex(static_cast<int>(figure_.order()));
  canvas_->fitHeight();
  Q_EMIT captionChanged();
}

void ModelView::fit() {
  scroll_->verticalScrollBar()->setValue(0);
}

QString ModelView::copied() const {
  const SheetLayout* layout = figure_.layout();
  if (!layout) return {};
  const ModelSheet& sheet = figure_.sheet();
  if (sheet.linear) return coefficientRows(*sheet.linear);
  const QString features = tabSeparated(layout->features());
  return sheet.network ? tabSeparated(layout->layers()) + u'\n' + features : features;
}

void ModelView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) canvas_->update();
  View::changeEvent(event);
}

}  // namespace lineament::views
