// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "views/common/surroundings.h"
#include "views/map/map_choices.h"

class QComboBox;
class QLabel;
class QSlider;

namespace lineament::views {

// What can be chosen about a map's two rasters: which is its background, how they are arranged, and
// how much of the lower one is seen through the upper. Out of sight where there is no background to
// choose.
class MapLayersBar : public QWidget {
  Q_OBJECT

 public:
  explicit MapLayersBar(QWidget* parent = nullptr);

  void offer(const QList<Surroundings::Item>& backgrounds);
  void setChoices(const MapChoices& choices);

 Q_SIGNALS:
  void backgroundChosen(qint64 id, const QString& name);  // 0: none
  void arrangementChosen(lineament::views::MapArrangement arrangement);
  void opacityMoved(double opacity);  // under a hand, or by a key
  void opacitySettled();              // at its end

 private:
  QComboBox* addBox(const QString& title, const QString& tip);
  QLabel* addLabel(const QString& text, QWidget* of);
  void fillBackgrounds();
  void opacityChanged(int percent);

  QComboBox* backgrounds_;
  QComboBox* arrangements_;
  QLabel* opacity_label_ = nullptr;
  QSlider* opacity_;
  QLabel* percent_;
  QList<Surroundings::Item> offered_;
  std::int64_t chosen_ = 0;
  QString chosen_name_;
};

}  // namespace lineament::views
