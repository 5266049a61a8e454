// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QTabWidget>

#include "app/window/view_page.h"
#include "core/base/error.h"
#include "core/data/selection.h"

class QToolButton;

namespace lineament::app {

// The views that are open, one per tab. What is selected in one is selected in all of the same
// origin.
class ViewTabs : public QTabWidget {
  Q_OBJECT

 public:
  explicit ViewTabs(views::Background& background, QWidget* parent = nullptr);

  // What the views of tabs that are opened from now on may ask about the project.
  void setSurroundings(views::Surroundings* surroundings) { surroundings_ = surroundings; }

  // Opens a tab, or brings the one to the front that shows this already; that one takes over the
  // options `shared` with it.
  void show(const Data& value, const Showing& showing, bool in_front = true,
            const nlohmann::json& shared = nlohmann::json::object());
  ViewPage* page(int index) const;
  ViewPage* currentPage() const { return page(currentIndex()); }
  QList<ViewPage*> pages() const;
  void closeAll();
  void closeData(project::Id data_id);
  void refresh();  // after the theme changed
  void redraw();   // after the preferred colours of explanations changed

 Q_SIGNALS:
  void emptied();
  void filled();
  void changed();  // which tabs there are, and which is in front
  void failed(const lineament::Error& error);
  void edited(lineament::app::ViewPage* page, const QString& what, bool makes_figure);
  void exportWanted(lineament::app::ViewPage* page);
  void copyWanted(lineament::app::ViewPage* page);

 private:
  void add(const Data& value, const Showing& showing, bool in_front);
  void close(int index);
  QToolButton* closeButton(ViewPage* page_to_close);
  void share(const Selection& selection);

  views::Background& background_;
  views::Surroundings* surroundings_ = nullptr;
  QHash<QString, Selection> selections_;  // by origin
};

}  // namespace lineament::app
