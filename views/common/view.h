// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "views/common/background.h"
#include "views/common/figure.h"
#include "views/common/surroundings.h"

namespace lineament::views {

// A figure on the screen, and what a hand can do with it. A view never runs an analysis; what it
// has to ask while a person looks goes through queries of the data.
class View : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;

  // What is shown; a copy of it is what exports draw.
  virtual const Figure& figure() const = 0;

  // As the figure's; the picture on the screen follows.
  virtual void setData(const Data& data) = 0;
  virtual void setOptions(const nlohmann::json& options) = 0;
  // Redraws and says nothing; what a person chooses here is said by selectionEdited, and the app
  // passes it to all views of the same origin.
  virtual void setSelection(const Selection& selection) = 0;

  // Origins besides that of its data whose selections it shows: a map's layers.
  virtual std::vector<std::string> otherOrigins() const { return {}; }

  const Selection& selection() const { return figure().selection(); }
  nlohmann::json options() const { return figure().options(); }
  // Those that belong to the figure when it is edited, without what is only looked at just now.
  virtual nlohmann::json keptOptions() const { return options(); }

  // Those that another view of the same data takes over when a person goes there from this one, as
  // a sheet does from its map.
  virtual nlohmann::json sharedOptions() const { return nlohmann::json::object(); }

  // The line below the view.
  virtual QString caption() const { return figure().caption(); }

  virtual void fit() {}  // back to all of the data, as a double click does

  // Where its longer work runs; it must live as long as the view. A view with others in it passes
  // it on.
  virtual void setBackground(Background& background) { background_ = &background; }
  Background& background() const { return *background_; }

  // What there is beside the data; it must live as long as the view and its work in the background.
  // Null where a view stands alone.
  virtual void setSurroundings(Surroundings* surroundings) { surroundings_ = surroundings; }
  Surroundings* surroundings() const { return surroundings_; }

 protected:
  bool event(QEvent* event) override;
  // Two fingers on a touch pad have moved apart by `factor` at a place of the widget; whether that
  // means something here.
  virtual bool pinched(const QPointF& at, double factor);

 Q_SIGNALS:
  void selectionEdited(const lineament::Selection& selection);
  void captionChanged();
  void optionsChanged();
  // A person has changed the drawing in a way that belongs to the figure: it is kept in the project
  // and can be undone. `what` names the change for the history: "Rename a class". Where data are
  // only looked at, `makes_figure` says that the change is worth a figure of its own.
  void edited(const QString& what, bool makes_figure);

 private:
  Background* background_ = &pooledBackground();
  Surroundings* surroundings_ = nullptr;
};

}  // namespace lineament::views
