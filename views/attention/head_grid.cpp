// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/head_grid.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(HeadGrid)
};

constexpr double kMargin = 12, kGap = 6, kExtraGap = 14, kHead = 20, kSide = 58, kBar = 66;
constexpr double kNumber = 18, kName = 13;  // heights under a picture
constexpr double kLargest = 190;            // side of a picture
constexpr double kRoomForNumber = 27;
constexpr double kFilePixelsPerUnit = 300.0 / 96;

struct Counts {
  std::size_t rows = 1, columns = 1;
  double extra = 0;  // width of the gap before the extra columns
};

double under(const HeadGridContent& content, bool ordered) {
  return (content.measured ? kNumber : 0) + (ordered ? kName : 0);
}

// The side of the pictures that fit in so many rows and columns.
double sideFor(const Counts& counts, const QSizeF& room, double below) {
  const auto columns = static_cast<double>(counts.columns), rows = static_cast<double>(counts.rows);
  const double wide = (room.width() - counts.extra - kGap * (columns - 1)) / columns;
  const double tall = (room.height() - kGap * (rows - 1)) / rows - below;
  return std::clamp(std::min(wide, tall), 1.0, kLargest);
}

Counts flowFor(std::size_t count, const QSizeF& room, double below) {
  Counts best;
  double side = 0;
  for (std::size_t columns = 1; columns <= count; ++columns) {
    const Counts counts{(count + columns - 1) / columns, columns};
    const double fits = sideFor(counts, room, below);
    if (fits > side) {
      side = fits;
      best = counts;
    }
  }
  return best;
}

std::size_t extraColumns(const HeadGridContent& content) {
  return content.heads > 1 ? 2 : 0;
}

}  // namespace

HeadGridLayout layOutHeadGrid(const HeadGridContent& content, const QSizeF& size) {
  HeadGridLayout layout;
  if (content.layers * content.heads == 0) return layout;
  layout.ordered = !content.order.empty();
  const double left = layout.ordered ? kMargin : kMargin + kSide;
  const double top = kMargin + (layout.ordered ? 0 : kHead);
  const QSizeF room(size.width() - left - kBar - kMargin, size.height() - top - kMargin);
  double below = under(content, layout.ordered);
  Counts counts{content.layers, content.heads + extraColumns(content),
                extraColumns(content) > 0 ? kExtraGap : 0};
  if (layout.ordered) counts = flowFor(content.order.size(), room, below);
  layout.side = sideFor(counts, room, below);
  layout.numbers = layout.side >= kRoomForNumber;
  if (!layout.numbers && below > 0) {
    below = 0;
    if (layout.ordered) counts = flowFor(content.order.size(), room, below);
    layout.side = sideFor(counts, room, below);
  }
  const std::size_t total = layout.ordered ? content.order.size() : counts.rows * counts.columns;
  for (std::size_t i = 0; i < total; ++i) {
    const std::size_t row = i / counts.columns, column = i % counts.columns;
    const double gap = !layout.ordered && column >= content.heads ? counts.extra : 0;
    const QPointF at(left + static_cast<double>(column) * (layout.side + kGap) + gap,
                     top + static_cast<double>(row) * (layout.side + kGap + below));
    const std::size_t head = layout.ordered ? content.order[i] : 0;
    layout.cells.push_back({QRectF(at, QSizeF(layout.side, layout.side)),
                            layout.ordered ? head / content.heads : row,
                            layout.ordered ? head % content.heads : column});
    layout.area = layout.area.united(layout.cells.back().place);
  }
  const double height = std::clamp(layout.area.height() - 10, 40.0, 190.0);
  layout.bar = QRectF(layout.area.right() + 18, top + 10, 9, height);
  return layout;
}

std::optional<std::size_t> cellAt(const HeadGridLayout& layout, const QPointF& at) {
  for (std::size_t i = 0; i < layout.cells.size(); ++i) {
    if (layout.cells[i].place.contains(at)) return i;
  }
  return std::nullopt;
}

double naturalGridHeight(const HeadGridContent& content, double width) {
  const QSizeF endless(width, 1e6);
  HeadGridContent by_layers = content;
  by_layers.order.clear();  // the same size in any order
  const HeadGridLayout layout = layOutHeadGrid(by_layers, endless);
  const double below = layout.numbers ? under(by_layers, false) : 0;
  return layout.area.bottom() + below + kMargin;
}

std::vector<std::size_t> orderedHeads(const std::vector<double>& values, HeadOrder order) {
  std::vector<std::size_t> heads(values.size());
  std::iota(heads.begin(), heads.end(), std::size_t{0});
  std::stable_sort(heads.begin(), heads.end(), [&](std::size_t a, std::size_t b) {
    if (std::isnan(values[a]) || std::isnan(values[b]))
      return std::isnan(values[b]) && !std::isnan(values[a]);
    return order == HeadOrder::ascending ? values[a] < values[b] : values[a] > values[b];
  });
  return heads;
}

HeadChoice headOf(const AttentionStack& stack, std::size_t layer, std::size_t column) {
  if (column < stack.heads.size()) return {layer, column};
  return {layer, 0, column == stack.heads.size() ? HeadChoice::Over::mean : HeadChoice::Over::peak};
}

QString headTitle(const AttentionStack& stack, const HeadChoice& choice) {
  if (choice.layer >= stack.layers.size()) return {};
  const QString layer = QString::fromStdString(stack.layers[choice.layer]);
  switch (choice.over) {
    case HeadChoice::Over::mean:
      return Words::tr("%1 · mean of its heads").arg(layer);
    case HeadChoice::Over::peak:
      return Words::tr("%1 · strongest of its heads").arg(layer);
    case HeadChoice::Over::one:
      break;
  }
  if (choice.head >= stack.heads.size()) return layer;
  if (stack.heads.size() == 1 && stack.layers.size() > 1) return layer;
  return layer + QStringLiteral(" · ") + QString::fromStdString(stack.heads[choice.head]);
}

QString measureText(const HeadMeasure& measure, std::size_t head) {
  QString text = QString::fromStdString(measure.title) + u' ' + numberText(measure.values[head], 3);
  if (!measure.unit.empty()) text += u' ' + QString::fromStdString(measure.unit);
  return text;
}

QSize pixelsOf(const Drawing& drawing, const QSizeF& units) {
  const QTransform& transform = drawing.painter.deviceTransform();
  const double scale =
      drawing.screen ? std::hypot(transform.m11(), transform.m12()) : kFilePixelsPerUnit;
  constexpr double most = 4096;
  return QSize(static_cast<int>(std::ceil(std::clamp(units.width() * scale, 1.0, most))),
               static_cast<int>(std::ceil(std::clamp(units.height() * scale, 1.0, most))));
}

namespace {

class GridPainter {
 public:
  GridPainter(const Drawing& drawing, const HeadGridLayout& layout, const HeadGridDrawing& content)
      : drawing_(drawing), layout_(layout), content_(content), painter_(drawing.painter) {
    if (!content.measure) return;
    for (const double value : content.measure->values) {
      if (!std::isfinite(value)) continue;
      low_ = std::min(low_, value);
      high_ = std::max(high_, value);
    }
  }

  void draw() {
    for (const HeadGridLayout::Cell& cell : layout_.cells) {
      drawPicture(cell);
      if (layout_.numbers) drawUnder(cell);
    }
    if (!layout_.ordered) drawNames();
    drawWeightBar(painter_, layout_.bar, content_.colours,
                  content_.look.per_row ? Words::tr("Share of row's largest") : Words::tr("Weight"),
                  drawing_.theme);
  }

 private:
  void drawPicture(const HeadGridLayout::Cell& cell) {
    const PlanePtr& plane = content_.thumbnails.plane(cell.layer, cell.column);
    painter_.save();
    painter_.setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (plane) {
      const CellArea all{0, 0, static_cast<double>(content_.stack.queries),
                         static_cast<double>(content_.stack.keys)};
      WeightLook look = content_.look;
      if (cell.column >= content_.stack.heads.size()) look.reduction = Reduction::peak;
      painter_.drawImage(cell.place,
                         matrixImage({plane}, all, pixelsOf(drawing_, cell.place.size()), look,
                                     content_.colours, {}, drawing_.theme.view));
    }
    painter_.restore();
    const bool current =
        content_.current && headOf(content_.stack, cell.layer, cell.column) == *content_.current;
    painter_.setBrush(Qt::NoBrush);
    painter_.setPen(current ? figurePen(drawing_.theme.accent, 2)
                            : figurePen(drawing_.theme.line, 0.6));
    painter_.drawRect(current ? cell.place.adjusted(-1.5, -1.5, 1.5, 1.5) : cell.place);
  }

  // The measure as a bar and a number, the head's name where the place does not say it.
  void drawUnder(const HeadGridLayout::Cell& cell) {
    double y = cell.place.bottom() + 3;
    const bool head = cell.column < content_.stack.heads.size();
    if (content_.measure && head) {
      const double value =
          content_.measure->values[cell.layer * content_.stack.heads.size() + cell.column];
      const double share = high_ > low_ ? (value - low_) / (high_ - low_) : 1;
      painter_.fillRect(QRectF(cell.place.left(), y, cell.place.width(), 3), drawing_.theme.grid);
      if (std::isfinite(share)) {
        painter_.fillRect(QRectF(cell.place.left(), y, cell.place.width() * share, 3),
                          drawing_.theme.accent);
      }
      painter_.setFont(figureFont(TextSize::small));
      painter_.setPen(drawing_.theme.text);
      drawLabel(painter_, {cell.place.center().x(), y + 4.5}, Qt::AlignHCenter | Qt::AlignTop,
                elidedText(painter_.font(), numberText(value, 3), cell.place.width()));
    }
    if (content_.measure) y += kNumber - 3;
    if (!layout_.ordered) return;
    painter_.setFont(figureFont(TextSize::small));
    painter_.setPen(drawing_.theme.muted);
    drawLabel(painter_, {cell.place.center().x(), y}, Qt::AlignHCenter | Qt::AlignTop,
              shortName(cell));
  }

  // The whole name where there is room, the two numbers otherwise.
  QString shortName(const HeadGridLayout::Cell& cell) const {
    const QString whole = headTitle(content_.stack, {cell.layer, cell.column});
    if (textWidth(painter_.font(), whole) <= cell.place.width() + kGap) return whole;
    return QStringLiteral("%1.%2").arg(cell.layer + 1).arg(cell.column + 1);
  }

  void drawNames() {
    painter_.setFont(figureFont());
    painter_.setPen(drawing_.theme.muted);
    const double height = textHeight(painter_.font());
    double last = -height;
    for (const HeadGridLayout::Cell& cell : layout_.cells) {
      if (cell.column == 0 && cell.place.center().y() - last >= height) {
        last = cell.place.center().y();
        const QString name = QString::fromStdString(content_.stack.layers[cell.layer]);
        drawLabel(painter_, {layout_.area.left() - 8, last}, Qt::AlignRight | Qt::AlignVCenter,
                  elidedText(painter_.font(), name, kSide - 4));
      }
      if (cell.layer == 0) drawColumnName(cell);
    }
  }

  // "head 3", or "3" in small columns.
  void drawColumnName(const HeadGridLayout::Cell& cell) {
    const std::size_t heads = content_.stack.heads.size();
    QString name = cell.column < heads ? QString::fromStdString(content_.stack.heads[cell.column])
                   : cell.column == heads ? Words::tr("mean")
                                          : Words::tr("max");
    const double room = cell.place.width() + kGap - 3;
    if (cell.column < heads && textWidth(painter_.font(), name) > room) {
      name = QString::number(cell.column + 1);
    }
    if (textWidth(painter_.font(), name) > room + (cell.column < heads ? 0 : 8)) return;
    drawLabel(painter_, {cell.place.center().x(), cell.place.top() - 6},
              Qt::AlignHCenter | Qt::AlignBottom, name);
  }

  const Drawing& drawing_;
  const HeadGridLayout& layout_;
  const HeadGridDrawing& content_;
  QPainter& painter_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

}  // namespace

void drawHeadGrid(const Drawing& drawing, const HeadGridLayout& layout,
                  const HeadGridDrawing& content) {
  if (!layout.cells.empty()) GridPainter(drawing, layout, content).draw();
}

}  // namespace lineament::views
