// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSizeF>
#include <QString>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/context.h"
#include "core/base/json.h"
#include "core/data/data.h"
#include "core/data/selection.h"
#include "views/common/theme.h"

class QPainter;

namespace lineament::views {

// What a FigureSpec names, made: one kind of data, drawn in one way. The same drawing makes the
// screen, the SVG, the PDF and the PNG. A figure knows no widget and shares its data, so a copy of
// it is cheap and may be painted on any thread while a view goes on with the original.
class Figure {
 public:
  Figure() = default;
  virtual ~Figure() = default;

  virtual QString id() const = 0;  // "beeswarm": the `view` of a FigureSpec
  virtual std::unique_ptr<Figure> copy() const = 0;

  // Throws Error (usage) for data of a kind this figure does not show.
  virtual void setData(const Data& data) = 0;

  // What a person can change about the drawing, as a FigureSpec stores it. Unknown members are
  // ignored, absent ones keep their value.
  virtual void setOptions(const nlohmann::json& options) = 0;
  virtual nlohmann::json options() const = 0;

  // Other data that the options ask for, by their ids in the project, as a map asks for the image
  // beneath it; and one of them, handed in before prepare(). Without them the figure is drawn as it
  // can be.
  virtual std::vector<std::int64_t> companions() const { return {}; }
  virtual void setCompanion(std::int64_t id, const Data& data) {
    static_cast<void>(id);
    static_cast<void>(data);
  }
  // The coordinate system that layers and rasters among them are wanted in; one that cannot be
  // brought there is handed in as it is. Unknown: all as they are.
  virtual Crs companionSystem() const { return {}; }

  // The chosen rows or points.
  const Selection& selection() const { return selection_; }
  virtual void setSelection(const Selection& selection) { selection_ = selection; }

  // Works out, for a drawing in a file, what takes longer than a frame and what a view has done in
  // the background. Throws Cancelled.
  virtual void prepare(const Context& context) { static_cast<void>(context); }

  // Draws in units of 1/96 inch, of size `size`, on whatever the painter is open on.
  virtual void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const = 0;

  // The size, in units of 1/96 inch, at which the drawing looks right when `width` wide: a
  // waterfall of ten rows is taller than one of three.
  virtual QSizeF naturalSize(double width) const { return {width, width * 0.62}; }

  // Of a figure that is a sheet of paper, as a printed map is, the paper in millimetres: files of
  // it have that size whatever they are asked for, and lengths on it are true.
  virtual std::optional<QSizeF> pageSize() const { return std::nullopt; }

  // What is reduced for the screen, and what is chosen.
  virtual QString caption() const { return {}; }

 protected:
  Figure(const Figure&) = default;  // for copy()
  Figure& operator=(const Figure&) = default;

 private:
  Selection selection_;
};

// Gives a figure its copy(): class Beeswarm : public Copied<Beeswarm, PlotFigure>.
template <class Derived, class Base>
class Copied : public Base {
 public:
  std::unique_ptr<Figure> copy() const override {
    return std::unique_ptr<Figure>(new Derived(static_cast<const Derived&>(*this)));
  }
};

}  // namespace lineament::views
