// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_sheet_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

#include "views/map/map_readout.h"

namespace lineament::views {

namespace {

QString textOf(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString ratioText(double denominator) {
  return QStringLiteral("1:") + countedText(std::llround(denominator));
}

// The N of "1:50,000", "50000" or "1 : 50 000"; nothing where there is none.
std::optional<double> denominatorIn(QString text) {
  if (const qsizetype colon = text.indexOf(u':'); colon >= 0) text = text.mid(colon + 1);
  text.removeIf([](QChar c) { return c.isSpace() || c == u',' || c == u'.'; });
  bool number = false;
  const double denominator = text.toDouble(&number);
  return number && denominator >= 1 ? std::optional(denominator) : std::nullopt;
}

}  // namespace

MapSheetView::MapSheetView(QWidget* parent) : View(parent) {
  companions_ = new MapCompanions(this);
  preview_ = new SheetPreview([this]() -> Background& { return background(); }, this);
  fields_ = new SheetFields(this);
  makeBar();
  auto* line = new QHBoxLayout;
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(0);
  line->addWidget(preview_, 1);
  line->addWidget(fields_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(bar_);
  column->addLayout(line, 1);
  setFocusProxy(preview_);
  connect(companions_, &MapCompanions::loaded, this, [this](qint64 id, const Data& other) {
    figure_.setCompanion(id, other);
    refresh();
  });
  connect(preview_, &SheetPreview::prepared, this, [this](const MapSheet& sheet) {
    figure_ = sheet;
    Q_EMIT captionChanged();
  });
  connect(fields_, &SheetFields::changed, this,
          [this](const QString& key, const nlohmann::json& value) {
            figure_.setOptions({{key.toStdString(), value}});
            refresh();
            Q_EMIT optionsChanged();
          });
  connect(fields_, &SheetFields::settled, this,
          [this] { Q_EMIT edited(tr("Fill in the title block"), true); });
}

QComboBox* MapSheetView::addBox(const QString& title, const QString& tip) {
  auto* box = new QComboBox(bar_);
  box->setAccessibleName(title);
  box->setToolTip(tip);
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  auto* label = new QLabel(title, bar_);
  label->setBuddy(box);
  bar_->layout()->addWidget(label);
  bar_->layout()->addWidget(box);
  return box;
}

void MapSheetView::makeBar() {
  bar_ = new QWidget(this);
  auto* line = new QHBoxLayout(bar_);
  line->setContentsMargins(12, 4, 12, 4);
  line->setSpacing(8);
  paper_ = addBox(tr("Paper"), tr("The size the sheet is printed at"));
  for (const Paper& one : papers()) paper_->addItem(textOf(one.name));
  orientation_ = addBox(tr("Format"), tr("Whether the page is broad or upright"));
  orientation_->addItem(tr("as fits best"), textOf(name(Orientation::automatic)));
  orientation_->addItem(tr("landscape"), textOf(name(Orientation::landscape)));
  orientation_->addItem(tr("portrait"), textOf(name(Orientation::portrait)));
  scale_ = addBox(tr("Scale"), tr("A round one that shows all, or one of your own, as 1:50,000"));
  scale_->setEditable(true);
  scale_->setInsertPolicy(QComboBox::NoInsert);
  line->addStretch(1);
  auto* block = new QPushButton(tr("Title block"), bar_);
  block->setCheckable(true);
  block->setChecked(true);
  block->setToolTip(tr("What the sheet says of itself"));
  line->addWidget(block);
  connect(block, &QPushButton::toggled, fields_, &QWidget::setVisible);
  connect(paper_, &QComboBox::activated, this, [this] {
    choose({{"page", paper_->currentText().toStdString()}}, tr("Choose a paper"));
  });
  connect(orientation_, &QComboBox::activated, this, [this] {
    choose({{"orientation", orientation_->currentData().toString().toStdString()}},
           tr("Turn the page"));
  });
  connect(scale_, &QComboBox::activated, this, &MapSheetView::scaleChosen);
  connect(scale_->lineEdit(), &QLineEdit::editingFinished, this, &MapSheetView::scaleChosen);
}

void MapSheetView::setData(const Data& shown) {
  companions_->forget();
  figure_.setData(shown);
  refresh();
  showChoices();
}

void MapSheetView::setOptions(const nlohmann::json& options) {
  figure_.setOptions(options);
  refresh();
  showChoices();
}

void MapSheetView::setSurroundings(Surroundings* surroundings) {
  View::setSurroundings(surroundings);
  companions_->load(figure_, surroundings);
}

void MapSheetView::refresh() {
  companions_->load(figure_, surroundings());
  preview_->setSheet(figure_);
  Q_EMIT captionChanged();
}

void MapSheetView::choose(const nlohmann::json& options, const QString& what) {
  setOptions(options);
  Q_EMIT optionsChanged();
  Q_EMIT edited(what, true);
}

// What is no scale goes back to what the sheet has.
void MapSheetView::scaleChosen() {
  const bool fits = scale_->currentText() == scale_->itemText(0);
  const auto asked = fits ? std::optional(0.0) : denominatorIn(scale_->currentText());
  if (!asked || *asked == figure_.choices().scale) return showChoices();
  choose({{"scale", *asked}}, tr("Choose a scale"));
}

void MapSheetView::showChoices() {
  const SheetChoices& choices = figure_.choices();
  paper_->setCurrentIndex(paper_->findText(textOf(choices.paper.name)));
  orientation_->setCurrentIndex(orientation_->findData(textOf(name(choices.orientation))));
  const double now = figure_.placed().denominator;
  scale_->setEnabled(now > 0);
  scale_->clear();
  scale_->addItem(tr("fits the page"));
  if (now > 0) {
    const double least = choices.scale > 0 ? choices.scale : now;
    for (const double factor : {0.4, 0.55, 0.8, 1.0, 1.01, 1.6, 2.1}) {
      const QString text = ratioText(factor == 1 ? least : roundScale(factor * least));
      if (scale_->findText(text) < 0) scale_->addItem(text);
    }
  }
  scale_->setCurrentText(choices.scale > 0 ? ratioText(choices.scale) : scale_->itemText(0));
  fields_->setChoices(choices);
}

}  // namespace lineament::views
