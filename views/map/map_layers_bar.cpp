// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_layers_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>
#include <cmath>

namespace lineament::views {

namespace {

constexpr int kSliderWidth = 110;
constexpr int kNameWidth = 170;

}  // namespace

MapLayersBar::MapLayersBar(QWidget* parent) : QWidget(parent) {
  auto* line = new QHBoxLayout(this);
  line->setContentsMargins(12, 0, 12, 4);
  line->setSpacing(8);
  backgrounds_ = addBox(tr("Background"), tr("Another raster of the same place, beneath this one"));
  backgrounds_->setMaximumWidth(kNameWidth);
  line->insertWidget(0, addLabel(tr("Background"), backgrounds_));
  arrangements_ = addBox(tr("Arrangement"), tr("How the two rasters are shown together"));
  arrangements_->addItem(tr("Over each other"), static_cast<int>(MapArrangement::over));
  arrangements_->addItem(tr("Swipe"), static_cast<int>(MapArrangement::swipe));
  arrangements_->addItem(tr("Side by side"), static_cast<int>(MapArrangement::beside));
  line->addStretch(1);
  opacity_ = new QSlider(Qt::Horizontal, this);
  opacity_->setRange(0, 100);
  opacity_->setPageStep(10);
  opacity_->setFixedWidth(kSliderWidth);
  opacity_->setAccessibleName(tr("Opacity"));
  opacity_->setToolTip(tr("How much the upper raster covers of the lower one"));
  percent_ = new QLabel(this);
  percent_->setFixedWidth(percent_->fontMetrics().horizontalAdvance(tr("%1 %").arg(100)) + 2);
  percent_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  opacity_label_ = addLabel(tr("Opacity"), opacity_);
  line->addWidget(opacity_label_);
  line->addWidget(opacity_);
  line->addWidget(percent_);
  connect(backgrounds_, &QComboBox::activated, this, [this](int index) {
    Q_EMIT backgroundChosen(backgrounds_->itemData(index).toLongLong(),
                            index > 0 ? backgrounds_->itemText(index) : QString());
  });
  connect(arrangements_, &QComboBox::activated, this, [this] {
    Q_EMIT arrangementChosen(static_cast<MapArrangement>(arrangements_->currentData().toInt()));
  });
  connect(opacity_, &QSlider::valueChanged, this, &MapLayersBar::opacityChanged);
  connect(opacity_, &QSlider::sliderReleased, this, &MapLayersBar::opacitySettled);
  setVisible(false);
}

QComboBox* MapLayersBar::addBox(const QString& title, const QString& tip) {
  auto* box = new QComboBox(this);
  box->setAccessibleName(title);
  box->setToolTip(tip);
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  layout()->addWidget(box);
  return box;
}

QLabel* MapLayersBar::addLabel(const QString& text, QWidget* of) {
  auto* label = new QLabel(text, this);
  label->setBuddy(of);
  return label;
}

void MapLayersBar::offer(const QList<Surroundings::Item>& backgrounds) {
  offered_ = backgrounds;
  fillBackgrounds();
}

// What is chosen stays in the list, even where it has gone.
void MapLayersBar::fillBackgrounds() {
  backgrounds_->clear();
  backgrounds_->addItem(tr("None"), qint64{0});
  for (const Surroundings::Item& item : std::as_const(offered_)) {
    backgrounds_->addItem(item.name, qint64{item.id});
  }
  int index = backgrounds_->findData(qint64{chosen_});
  if (index < 0) {
    index = backgrounds_->count();
    backgrounds_->addItem(chosen_name_, qint64{chosen_});
  }
  backgrounds_->setCurrentIndex(index);
  setVisible(backgrounds_->count() > 1);
}

void MapLayersBar::setChoices(const MapChoices& choices) {
  chosen_ = choices.background;
  chosen_name_ = choices.background_name;
  fillBackgrounds();
  const bool two = chosen_ != 0;
  arrangements_->setVisible(two);
  arrangements_->setCurrentIndex(arrangements_->findData(static_cast<int>(choices.arrangement)));
  for (QWidget* part : {static_cast<QWidget*>(opacity_label_), static_cast<QWidget*>(opacity_),
                        static_cast<QWidget*>(percent_)}) {
    part->setVisible(two && choices.arrangement == MapArrangement::over);
  }
  const QSignalBlocker quiet(opacity_);
  const int percent = static_cast<int>(std::lround(100 * choices.opacity));
  opacity_->setValue(percent);
  percent_->setText(tr("%1 %").arg(percent));
}

void MapLayersBar::opacityChanged(int percent) {
  percent_->setText(tr("%1 %").arg(percent));
  Q_EMIT opacityMoved(percent / 100.0);
  if (!opacity_->isSliderDown()) Q_EMIT opacitySettled();
}

}  // namespace lineament::views
