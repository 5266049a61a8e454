// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSizeF>
#include <vector>

#include "views/common/ruled_grid.h"
#include "views/model/coefficient_plot.h"
#include "views/model/model_sheet.h"

namespace lineament::views {

// How the sheet of a model is laid out in a width: one block under the other, each with the rows
// that have room.
class SheetLayout {
 public:
  SheetLayout(const ModelSheet& sheet, EffectScale scale, TermOrder order);

  double naturalHeight(double width) const;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const;

  // The term whose line lies at a place of a drawing `width` wide; -1: none.
  int termAt(const QPointF& at, double width) const;

  const std::vector<std::size_t>& order() const { return order_; }
  const RuledGrid& coefficients() const { return coefficients_; }
  const RuledGrid& layers() const { return layers_; }
  const RuledGrid& features() const { return features_; }

 private:
  struct Page;  // a drawing under way: where the next block begins

  double headHeight(double width) const;
  double linearTop(double width) const;
  void paintHead(Page& page) const;
  void paintLinear(Page& page) const;
  void paintNetwork(Page& page) const;
  void paintFeatures(Page& page) const;

  const ModelSheet& sheet_;
  EffectScale scale_;
  std::vector<std::size_t> order_;
  RuledGrid coefficients_;
  RuledGrid layers_;
  RuledGrid features_;
};

}  // namespace lineament::views
