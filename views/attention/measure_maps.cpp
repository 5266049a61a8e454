// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/measure_maps.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "views/attention/token_text.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 12, kLeft = 58, kTop = 36, kBottom = 30, kRight = 52;
constexpr double kLargestWidth = 44, kLargestHeight = 26;
constexpr double kNumberWidth = 26, kNumberHeight = 12;

struct Limits {
  double low = std::numeric_limits<double>::infinity(), high = -low;
};

Limits limitsOf(const HeadMeasure& measure) {
  Limits limits;
  for (const double value : measure.values) {
    if (!std::isfinite(value)) continue;
    limits.low = std::min(limits.low, value);
    limits.high = std::max(limits.high, value);
  }
  return limits;
}

// The cells of maps in so many columns.
QSizeF cellFor(const MeasureMapsContent& content, std::size_t columns, const QSizeF& size) {
  const std::size_t rows = (content.measures + columns - 1) / columns;
  const double width = (size.width() - 2 * kMargin) / static_cast<double>(columns);
  const double height = (size.height() - 2 * kMargin) / static_cast<double>(rows);
  return {
      std::clamp((width - kLeft - kRight) / static_cast<double>(content.heads), 1.0, kLargestWidth),
      std::clamp((height - kTop - kBottom) / static_cast<double>(content.layers), 1.0,
                 kLargestHeight)};
}

}  // namespace

MeasureMaps layOutMeasureMaps(const MeasureMapsContent& content, const QSizeF& size) {
  MeasureMaps layout;
  if (content.measures * content.layers * content.heads == 0) return layout;
  std::size_t columns = 1;
  double best = 0;
  for (std::size_t each = 1; each <= content.measures; ++each) {
    const QSizeF cell = cellFor(content, each, size);
    if (const double side = std::min(cell.width() / 1.6, cell.height()); side > best) {
      best = side;
      columns = each;
    }
  }
  const QSizeF cell = cellFor(content, columns, size);
  layout.cell_width = cell.width();
  layout.cell_height = cell.height();
  const QSizeF map(cell.width() * static_cast<double>(content.heads),
                   cell.height() * static_cast<double>(content.layers));
  for (std::size_t i = 0; i < content.measures; ++i) {
    const QPointF at(
        kMargin + kLeft + static_cast<double>(i % columns) * (map.width() + kLeft + kRight),
        kMargin + kTop + static_cast<double>(i / columns) * (map.height() + kTop + kBottom));
    const QRectF place(at, map);
    layout.maps.push_back({place, QRectF(place.right() + 8, place.top(), 7, place.height())});
  }
  return layout;
}

std::optional<MeasureCell> measureCellAt(const MeasureMaps& layout,
                                         const MeasureMapsContent& content, const QPointF& at) {
  for (std::size_t i = 0; i < layout.maps.size(); ++i) {
    const QRectF& place = layout.maps[i].place;
    if (!place.contains(at)) continue;
    const auto head = static_cast<std::size_t>((at.x() - place.left()) / layout.cell_width);
    const auto layer = static_cast<std::size_t>((at.y() - place.top()) / layout.cell_height);
    return MeasureCell{i, std::min(layer, content.layers - 1), std::min(head, content.heads - 1)};
  }
  return std::nullopt;
}

namespace {

class MapPainter {
 public:
  MapPainter(const Drawing& drawing, const MeasureMaps& layout, const AttentionStack& stack)
      : drawing_(drawing),
        layout_(layout),
        stack_(stack),
        painter_(drawing.painter),
        colours_(sequentialMap(drawing.theme.dark)) {}

  void draw(std::size_t which, std::optional<std::size_t> current) {
    const HeadMeasure& measure = stack_.measures[which];
    const MeasureMaps::Map& map = layout_.maps[which];
    limits_ = limitsOf(measure);
    drawCells(measure, map.place);
    if (current) {
      painter_.setBrush(Qt::NoBrush);
      painter_.setPen(figurePen(drawing_.theme.accent, 2));
      painter_.drawRect(cell(map.place, *current));
    }
    drawNames(map.place);
    drawBar(map.bar);
    painter_.setFont(figureFont(TextSize::label, true));
    painter_.setPen(drawing_.theme.text);
    const QString title =
        withUnit(QString::fromStdString(measure.title), QString::fromStdString(measure.unit));
    drawLabel(painter_, {map.place.left(), map.place.top() - 18}, Qt::AlignLeft | Qt::AlignBottom,
              title);
  }

 private:
  QRectF cell(const QRectF& place, std::size_t head) const {
    const std::size_t row = head / stack_.heads.size(), column = head % stack_.heads.size();
    return {place.left() + static_cast<double>(column) * layout_.cell_width,
            place.top() + static_cast<double>(row) * layout_.cell_height, layout_.cell_width,
            layout_.cell_height};
  }

  QColor colourOf(double value) const {
    if (!std::isfinite(value)) return ColourMap::missing();
    if (!(limits_.high > limits_.low)) return colours_.at(0.5);
    return colours_.at((value - limits_.low) / (limits_.high - limits_.low));
  }

  void drawCells(const HeadMeasure& measure, const QRectF& place) {
    painter_.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t i = 0; i < measure.values.size(); ++i) {
      painter_.fillRect(cell(place, i), colourOf(measure.values[i]));
    }
    painter_.setRenderHint(QPainter::Antialiasing, true);
    if (layout_.cell_width < kNumberWidth || layout_.cell_height < kNumberHeight) return;
    painter_.setFont(figureFont(TextSize::small));
    for (std::size_t i = 0; i < measure.values.size(); ++i) {
      const QColor ground = colourOf(measure.values[i]);
      const bool white = contrast(ground, Qt::white) > contrast(ground, Qt::black);
      painter_.setPen(white ? Qt::white : Qt::black);
      drawLabel(
          painter_, cell(place, i).center(), Qt::AlignHCenter | Qt::AlignVCenter,
          elidedText(painter_.font(), numberText(measure.values[i], 2), layout_.cell_width - 1));
    }
  }

  void drawNames(const QRectF& place) {
    painter_.setFont(figureFont(TextSize::small));
    painter_.setPen(drawing_.theme.muted);
    const std::uint64_t rows = labelStep(layout_.cell_height, 10);
    for (std::size_t layer = 0; layer < stack_.layers.size(); layer += rows) {
      const QRectF at = cell(place, layer * stack_.heads.size());
      drawLabel(
          painter_, {place.left() - 5, at.center().y()}, Qt::AlignRight | Qt::AlignVCenter,
          elidedText(painter_.font(), QString::fromStdString(stack_.layers[layer]), kLeft - 8));
    }
    const std::uint64_t columns = labelStep(layout_.cell_width, 14);
    for (std::size_t head = 0; head < stack_.heads.size(); head += columns) {
      QString name = QString::fromStdString(stack_.heads[head]);
      if (textWidth(painter_.font(), name) > layout_.cell_width * double(columns) - 3) {
        name = QString::number(head + 1);
      }
      drawLabel(painter_, {cell(place, head).center().x(), place.top() - 4},
                Qt::AlignHCenter | Qt::AlignBottom, name);
    }
  }

  void drawBar(const QRectF& bar) {
    constexpr int steps = 48;
    for (int i = 0; i < steps; ++i) {
      const double top = bar.bottom() - bar.height() * (i + 1) / steps;
      painter_.fillRect(QRectF(bar.left(), top, bar.width(), bar.height() / steps + 0.5),
                        colours_.at((i + 0.5) / steps));
    }
    painter_.setFont(figureFont(TextSize::small));
    painter_.setPen(drawing_.theme.text);
    if (!(limits_.high >= limits_.low)) return;
    drawLabel(painter_, {bar.right() + 4, bar.top()}, Qt::AlignLeft | Qt::AlignTop,
              numberText(limits_.high, 3));
    if (bar.height() < 26 || limits_.high == limits_.low) return;
    drawLabel(painter_, {bar.right() + 4, bar.bottom()}, Qt::AlignLeft | Qt::AlignBottom,
              numberText(limits_.low, 3));
  }

  const Drawing& drawing_;
  const MeasureMaps& layout_;
  const AttentionStack& stack_;
  QPainter& painter_;
  const ColourMap& colours_;
  Limits limits_;
};

}  // namespace

void drawMeasureMaps(const Drawing& drawing, const MeasureMaps& layout, const AttentionStack& stack,
                     std::optional<std::size_t> current_head) {
  MapPainter painter(drawing, layout, stack);
  for (std::size_t i = 0; i < layout.maps.size() && i < stack.measures.size(); ++i) {
    painter.draw(i, current_head);
  }
}

}  // namespace lineament::views
