// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "views/common/surroundings.h"
#include "views/map/map_choices.h"

class QComboBox;
class QLabel;
class QMenu;
class QSlider;
class QPushButton;

namespace lineament::views {

// What can be chosen about what a map shows together: which raster is its background, how the two
// are arranged, how much of the lower one is seen through the upper; and which vector layers lie
// over them, and how much their areas cover. Out of sight where there is nothing to choose.
class MapLayersBar : public QWidget {
  Q_OBJECT

 public:
  explicit MapLayersBar(QWidget* parent = nullptr);

  void offer(const QList<Surroundings::Item>& backgrounds);
  void offerLayers(const QList<Surroundings::Item>& layers);
  void setChoices(const MapChoices& choices);
  QMenu* fills() const { return fills_menu_; }  // of areas of layers, for other menus

 Q_SIGNALS:
  void backgroundChosen(qint64 id, const QString& name);  // 0: none
  void arrangementChosen(lineament::views::MapArrangement arrangement);
  void opacityMoved(double opacity);  // under a hand, or by a key
  void opacitySettled();              // at its end
  void layersChosen(const std::vector<lineament::views::MapChoices::Layer>& layers);
  void layerFillChosen(double fill);

 private:
  QComboBox* addBox(const QString& title, const QString& tip);
  QLabel* addLabel(const QString& text, QWidget* of);
  void fillBackgrounds();
  void addLayersButton();
  void fillLayers();  // the menu, when it opens
  void fillFills();   // likewise
  void layerToggled(const MapChoices::Layer& layer, bool on);
  void showWhereNeeded();
  void opacityChanged(int percent);

  QComboBox* backgrounds_;
  QComboBox* arrangements_;
  QLabel* opacity_label_ = nullptr;
  QSlider* opacity_;
  QLabel* percent_;
  QLabel* background_label_ = nullptr;
  QPushButton* layers_ = nullptr;
  QMenu* layers_menu_ = nullptr;
  QMenu* fills_menu_ = nullptr;
  QList<Surroundings::Item> offered_, offered_layers_;
  std::vector<MapChoices::Layer> chosen_layers_;  // the uppermost last
  double layer_fill_ = 0;
  std::int64_t chosen_ = 0;
  QString chosen_name_;
};

}  // namespace lineament::views
