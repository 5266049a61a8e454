// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSizeF>
#include <QString>
#include <QWidget>
#include <nlohmann/json.hpp>

#include "core/data/data.h"
#include "core/data/selection.h"
#include "views/common/theme.h"

class QPainter;

namespace lineament::views {

// One way to look at one kind of data. The same drawing makes the screen, the SVG, the PDF and the
// PNG: paint() draws in units of 1/96 inch on whatever the painter is open on. A view never runs
// an analysis; what it has to ask while a person looks goes through queries of the data.
class View : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;

  virtual QString id() const = 0;  // "beeswarm": the `view` of a FigureSpec
  // Throws Error (usage) for data of a kind this view does not show.
  virtual void setData(const Data& data) = 0;

  // What a person can change about the drawing, as a FigureSpec stores it. Unknown members are
  // ignored, absent ones keep their value.
  virtual void setOptions(const nlohmann::json& options) { Q_UNUSED(options); }
  virtual nlohmann::json options() const { return nlohmann::json::object(); }

  // The chosen rows or points. setSelection() redraws and says nothing; what a person chooses here
  // is said by selectionEdited, and the app passes it to all views of the same origin.
  const Selection& selection() const { return selection_; }
  virtual void setSelection(const Selection& selection);

  // Vector drawing of size `size`, for files and reports; `screen` draws may be reduced.
  virtual void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const = 0;

  // The size, in units of 1/96 inch, at which the drawing looks right when `width` wide: a
  // waterfall of ten rows is taller than one of three.
  virtual QSizeF naturalSize(double width) const { return {width, width * 0.62}; }

  // What is reduced for the screen, and what is chosen: the line below the view.
  virtual QString caption() const { return {}; }

  virtual void fit() {}  // back to all of the data, as a double click does

 Q_SIGNALS:
  void selectionEdited(const lineament::Selection& selection);
  void captionChanged();
  void optionsChanged();

 private:
  Selection selection_;
};

}  // namespace lineament::views
