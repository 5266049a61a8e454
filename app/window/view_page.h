// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "core/data/data.h"
#include "core/project/items.h"
#include "views/common/view.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace lineament::app {

// What a tab shows: which view of which data, and the figure of the project it belongs to.
struct Showing {
  project::Id data_id = 0;
  project::Id figure_id = 0;  // 0: only looked at, not kept
  QString view;               // id of the view
  QString title;
  nlohmann::json options = nlohmann::json::object();
};

// One tab: the view, and a slim line below it that says what is reduced and what is chosen.
class ViewPage : public QWidget {
  Q_OBJECT

 public:
  // Throws Error for data that the view does not show.
  ViewPage(std::unique_ptr<views::View> view, const Data& data, Showing showing,
           const QStringList& other_views);

  views::View& view() const { return *view_; }
  const Data& data() const { return data_; }
  const Showing& showing() const { return showing_; }
  Showing current() const;  // with the view's options as they are now
  const nlohmann::json& firstOptions() const { return first_options_; }  // of the data alone
  void setFigure(project::Id figure) { showing_.figure_id = figure; }

  void replaceData(const Data& data);     // a newer result in the same place
  void setBeingReplaced(bool replacing);  // marks the old result while a run makes a new one
  void refresh();                         // after the theme changed

 Q_SIGNALS:
  void viewWanted(const QString& view);  // another view of the same data
  void exportWanted();
  void copyWanted();

 private:
  QToolButton* addButton(const QString& icon, const QString& tip);
  void showLine();

  views::View* view_;
  Data data_;
  Showing showing_;
  nlohmann::json first_options_;
  bool being_replaced_ = false;
  QLabel* caption_;
  QLabel* chosen_;
  QComboBox* others_;
  QList<QPair<QToolButton*, QString>> buttons_;
};

}  // namespace lineament::app
