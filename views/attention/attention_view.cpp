// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/attention_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

namespace lineament::views {

namespace {

constexpr int kAround = 40;  // pixels above and below a token that is scrolled to
constexpr int kPlotShare = 840, kTextShare = 160;  // of the view's height

}  // namespace

AttentionView::AttentionView(QWidget* parent)
    : View(parent), controls_(new AttentionControls(this)), plot_(new AttentionPlot(this)) {
  auto* split = new QSplitter(Qt::Vertical, this);
  split->addWidget(plot_);
  split->addWidget(makeStrip());
  split->setStretchFactor(0, 4);
  split->setStretchFactor(1, 1);
  split->setCollapsible(0, false);
  split->setSizes({kPlotShare, kTextShare});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(controls_);
  column->addWidget(split, 1);
  setFocusProxy(plot_);
  connect(controls_, &AttentionControls::chosen, this, [this](const nlohmann::json& options) {
    setOptions(options);
    Q_EMIT optionsChanged();
  });
  connect(plot_, &View::captionChanged, this, &View::captionChanged);
  connect(plot_, &View::selectionEdited, this, [this](const Selection& selection) {
    showAll();
    showToken();
    Q_EMIT selectionEdited(selection);
  });
  connect(plot_, &View::optionsChanged, this, [this] {
    showAll();
    Q_EMIT optionsChanged();
  });
  connect(plot_, &AttentionPlot::workDone, this, [this] {
    strip_->show(figure());
    controls_->offerAll(plot_->offersAll(), plot_->readsAll());
  });
  connect(controls_, &AttentionControls::readAllChosen, this,
          [this](bool on) { on ? plot_->readAll() : plot_->stopReadingAll(); });
  connect(strip_, &TokenStrip::laidOut, this, &AttentionView::showToken);
  connect(strip_, &TokenStrip::tokenClicked, plot_, &AttentionPlot::chooseToken);
}

QWidget* AttentionView::makeStrip() {
  text_ = new QWidget(this);
  heading_ = new QLabel(text_);
  heading_->setTextFormat(Qt::PlainText);
  heading_->setMinimumWidth(40);
  colours_ = new QComboBox(text_);
  colours_->setAccessibleName(tr("Colours of the text"));
  colours_->setToolTip(tr("By what the text is coloured"));
  colours_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  connect(colours_, &QComboBox::activated, this, &AttentionView::colourChosen);
  auto* line = new QHBoxLayout;
  line->setContentsMargins(12, 4, 12, 4);
  line->addWidget(heading_, 1);
  line->addWidget(colours_);
  strip_ = new TokenStrip;
  scroll_ = new QScrollArea(text_);
  scroll_->setWidget(strip_);
  scroll_->setWidgetResizable(true);
  scroll_->setFrameShape(QFrame::NoFrame);
  scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* column = new QVBoxLayout(text_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addLayout(line);
  column->addWidget(scroll_, 1);
  return text_;
}

void AttentionView::setData(const Data& shown) {
  loading_.reset();
  plot_->setData(shown);
  controls_->setStack(figure());
  fillColours();
  showAll();
  listOthers();
}

void AttentionView::setOptions(const nlohmann::json& options) {
  plot_->setOptions(options);
  loadOther();
  showAll();
}

void AttentionView::setSelection(const Selection& selection) {
  plot_->setSelection(selection);
  showAll();
  showToken();
}

// Scrolls the text to the chosen token.
void AttentionView::showToken() {
  const auto token = figure().token();
  if (!token) return;
  const QRectF place = strip_->placeOf(*token);
  if (place.isEmpty()) return;
  const QPointF at = place.center();
  scroll_->ensureVisible(static_cast<int>(at.x()), static_cast<int>(at.y()), 0, kAround);
}

void AttentionView::setBackground(Background& background) {
  View::setBackground(background);
  plot_->setBackground(background);
  strip_->setBackground(background);
}

void AttentionView::setSurroundings(Surroundings* surroundings) {
  View::setSurroundings(surroundings);
  if (surroundings) connect(surroundings, &Surroundings::changed, this, &AttentionView::listOthers);
  listOthers();
  loadOther();
}

void AttentionView::showAll() {
  controls_->show(figure());
  controls_->offerAll(plot_->offersAll(), plot_->readsAll());
  strip_->show(figure());
  heading_->setText(figure().stripTitle());
  const AttentionMode mode = figure().look().mode;
  const bool beside = mode == AttentionMode::matrix || mode == AttentionMode::arcs;
  text_->setVisible((beside || mode == AttentionMode::text) && !figure().empty());
  plot_->setVisible(mode != AttentionMode::text || figure().empty());
  setFocusProxy(mode == AttentionMode::text ? static_cast<QWidget*>(scroll_) : plot_);
  int row = static_cast<int>(figure().look().colour);
  if (figure().look().colour == TextColours::measure && figure().tokenMeasure()) {
    row = colours_->findData(QString::fromStdString(figure().tokenMeasure()->name));
  }
  colours_->setCurrentIndex(row);
}

void AttentionView::fillColours() {
  colours_->clear();
  colours_->addItem(tr("what the token attends to"));
  colours_->addItem(tr("what attends to the token"));
  for (const TokenMeasure& measure : figure().stack().token_measures) {
    colours_->addItem(QString::fromStdString(measure.title), QString::fromStdString(measure.name));
  }
}

void AttentionView::colourChosen() {
  const QString measure = colours_->currentData().toString();
  nlohmann::json options;
  if (measure.isEmpty()) {
    options["colour"] = colours_->currentIndex() == 0 ? "attends" : "attended";
  } else {
    options = {{"colour", "measure"}, {"token_measure", measure.toStdString()}};
  }
  setOptions(options);
  Q_EMIT optionsChanged();
}

// Other stacks of as many queries and keys.
void AttentionView::listOthers() {
  if (!surroundings() || figure().empty()) return;
  surroundings()->list(Kind::attention, this, [this](QList<Surroundings::Item> items) {
    const AttentionStack& stack = figure().stack();
    items.removeIf([&](const Surroundings::Item& item) {
      return item.origin == figure().origin() ||
             item.summary.value("queries", std::uint64_t{0}) != stack.queries ||
             item.summary.value("keys", std::uint64_t{0}) != stack.keys;
    });
    controls_->offer(items);
  });
}

void AttentionView::loadOther() {
  const auto wanted = figure().look().companion;
  if (!surroundings() || loading_ == wanted) return;
  loading_ = wanted;
  if (!wanted) return;
  surroundings()->load(*wanted, {}, this, [this, id = *wanted](const Data& loaded) {
    plot_->setCompanion(id, loaded);
    showAll();
  });
}

}  // namespace lineament::views
