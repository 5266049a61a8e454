// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <optional>
#include <vector>

#include "views/attention/attention_options.h"
#include "views/attention/head_thumbnails.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// Where the thumbnails lie. `column` counts a layer's heads, then the mean and the strongest.
struct HeadGridLayout {
  struct Cell {
    QRectF place;  // of the picture, without what stands under it
    std::size_t layer = 0, column = 0;
  };
  std::vector<Cell> cells;
  double side = 0;  // of a picture
  enum class Numbers {
    none,    // there is no room for them
    under,   // the pictures
    beside,  // at their right sides
    inside   // in the corner that causal attention leaves empty
  };
  Numbers numbers = Numbers::none;
  bool ordered = false;  // each has its name under it; otherwise rows and columns have theirs
  QRectF bar;            // of the colours
  QPointF measure;       // where the measure's name stands
  QRectF area;           // of all pictures
};

struct HeadGridContent {
  std::size_t layers = 0, heads = 0;
  bool measured = false;
  bool causal = false;
  // Heads as layer x heads + head, in the order they are shown in; empty: layers below each other,
  // with the two extra columns where a layer has several heads.
  std::vector<std::size_t> order;
};

HeadGridLayout layOutHeadGrid(const HeadGridContent& content, const QSizeF& size);
std::optional<std::size_t> cellAt(const HeadGridLayout& layout, const QPointF& at);
double naturalGridHeight(const HeadGridContent& content, double width);

// The heads by a measure; NaN comes last, equal ones keep their order.
std::vector<std::size_t> orderedHeads(const std::vector<double>& values, HeadOrder order);

// What is drawn in them.
struct HeadGridDrawing {
  const AttentionStack& stack;
  const HeadThumbnails& thumbnails;
  const WeightColours& colours;
  WeightLook look;
  RangeOf range = RangeOf::shown;  // of other than all, colours stand for shares of a largest
  const HeadMeasure* measure = nullptr;
  HeadOrder order = HeadOrder::layers;
  std::optional<HeadChoice> current;
};
void drawHeadGrid(const Drawing& drawing, const HeadGridLayout& layout,
                  const HeadGridDrawing& content);

// "layer 2 · head 5", "layer 2 · mean of heads".
QString headTitle(const AttentionStack& stack, const HeadChoice& choice);
HeadChoice headOf(const AttentionStack& stack, std::size_t layer, std::size_t column);
QString measureText(const HeadMeasure& measure, std::size_t head);  // "Entropy 1.23 nat"

// Pixels of the painter's device in that many units, bounded.
QSize pixelsOf(const Drawing& drawing, const QSizeF& units);

}  // namespace lineament::views
