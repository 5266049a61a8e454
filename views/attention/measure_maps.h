// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <optional>
#include <vector>

#include "core/data/attention_stack.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// Each measure's numbers as a small map of layers and heads, several beside each other.
struct MeasureMaps {
  struct Map {
    QRectF place;  // of the cells
    QRectF bar;
  };
  std::vector<Map> maps;
  double cell_width = 0, cell_height = 0;
};

struct MeasureMapsContent {
  std::size_t measures = 0, layers = 0, heads = 0;
};
MeasureMaps layOutMeasureMaps(const MeasureMapsContent& content, const QSizeF& size);

struct MeasureCell {
  std::size_t measure = 0, layer = 0, head = 0;
};
std::optional<MeasureCell> measureCellAt(const MeasureMaps& layout,
                                         const MeasureMapsContent& content, const QPointF& at);

void drawMeasureMaps(const Drawing& drawing, const MeasureMaps& layout, const AttentionStack& stack,
                     std::optional<std::size_t> current_head);

}  // namespace lineament::views
