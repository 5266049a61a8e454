// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_layers_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>
#include <cmath>

#include "views/common/staying_menu.h"

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
  background_label_ = addLabel(tr("Background"), backgrounds_);
  line->insertWidget(0, background_label_);
  arrangements_ = addBox(tr("Arrangement"), tr("How the two rasters are shown together"));
  arrangements_->addItem(tr("Over each other"), static_cast<int>(MapArrangement::over));
  arrangements_->addItem(tr("Swipe"), static_cast<int>(MapArrangement::swipe));
  arrangements_->addItem(tr("Side by side"), static_cast<int>(MapArrangement::beside));
  addLayersButton();
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

void MapLayersBar::addLayersButton() {
  layers_ = new QPushButton(this);
  layers_->setAccessibleName(tr("Layers"));
  layers_->setToolTip(tr("Vector layers of the project, over the map"));
  layers_menu_ = new StayingMenu(layers_);
  layers_menu_->setToolTipsVisible(true);
  fills_menu_ = new QMenu(tr("Areas"), layers_menu_);
  layers_->setMenu(layers_menu_);
  connect(layers_menu_, &QMenu::aboutToShow, this, &MapLayersBar::fillLayers);
  connect(fills_menu_, &QMenu::aboutToShow, this, &MapLayersBar::fillFills);
  layout()->addWidget(layers_);
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

void MapLayersBar::offerLayers(const QList<Surroundings::Item>& layers) {
  offered_layers_ = layers;
  showWhereNeeded();
}

// Those that are chosen stay in the list, even where they have gone.
void MapLayersBar::fillLayers() {
  layers_menu_->clear();
  const auto add = [this](const MapChoices::Layer& layer, bool chosen) {
    QString text = layer.name;
    QAction* action = layers_menu_->addAction(text.replace('&', "&&"));
    action->setCheckable(true);
    action->setChecked(chosen);
    connect(action, &QAction::triggered, this, [this, layer](bool on) { layerToggled(layer, on); });
  };
  const auto isChosen = [this](std::int64_t id) {
    return std::any_of(chosen_layers_.begin(), chosen_layers_.end(),
                       [id](const MapChoices::Layer& one) { return one.id == id; });
  };
  for (const MapChoices::Layer& layer : chosen_layers_) add(layer, true);
  for (const Surroundings::Item& item : std::as_const(offered_layers_)) {
    if (!isChosen(item.id)) add({item.id, item.name}, false);
  }
  layers_menu_->addSeparator();
  layers_menu_->addMenu(fills_menu_);
}

void MapLayersBar::fillFills() {
  fills_menu_->clear();
  for (const int percent : {0, 25, 50, 75, 100}) {
    QAction* action =
        fills_menu_->addAction(percent == 0 ? tr("Outlines alone") : tr("%1 %").arg(percent));
    action->setCheckable(true);
    action->setChecked(std::lround(100 * layer_fill_) == percent);
    connect(action, &QAction::triggered, this,
            [this, percent] { Q_EMIT layerFillChosen(percent / 100.0); });
  }
}

void MapLayersBar::layerToggled(const MapChoices::Layer& layer, bool on) {
  std::vector<MapChoices::Layer> layers = chosen_layers_;
  std::erase_if(layers, [&](const MapChoices::Layer& one) { return one.id == layer.id; });
  if (on) layers.push_back(layer);
  Q_EMIT layersChosen(layers);
}

void MapLayersBar::showWhereNeeded() {
  const bool backgrounds = backgrounds_->count() > 1;
  const bool layers = !offered_layers_.isEmpty() || !chosen_layers_.empty();
  layers_->setText(chosen_layers_.empty() ? tr("Layers")
                                          : tr("Layers: %1").arg(chosen_layers_.size()));
  background_label_->setVisible(backgrounds);
  backgrounds_->setVisible(backgrounds);
  layers_->setVisible(layers);
  setVisible(backgrounds || layers);
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
  showWhereNeeded();
}

void MapLayersBar::setChoices(const MapChoices& choices) {
  chosen_ = choices.background;
  chosen_name_ = choices.background_name;
  fillBackgrounds();
  chosen_layers_ = choices.layers;
  layer_fill_ = choices.layer_fill;
  showWhereNeeded();
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
