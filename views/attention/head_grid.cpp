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

constexpr double kMargin = 12, kGap = 6, kExtraGap = 14, kHead = 20, kMeasure = 17, kSide = 58,
                 kBar = 66;
constexpr double kNumber = 18, kName = 13;  // heights under a picture
constexpr double kShare = 5;                // height of a measure's bar
constexpr double kCorner = 14;              // what the diagonal takes of a picture's upper line
constexpr double kBeside = 38;              // width of a number beside it
constexpr double kLargest = 190;            // side of a picture
constexpr double kRoomForNumber = 27, kRoomInside = 38;
constexpr double kWorthIt = 1.15;  // by how much numbers beside pictures have to enlarge these
constexpr double kFilePixelsPerUnit = 300.0 / 96;

// Rows and columns of pictures, and what each needs beside itself.
struct Arrangement {
  std::size_t rows = 1, columns = 1;
  double extra = 0;  // width of the gap before the extra columns
  double below = 0, beside = 0;
  HeadGridLayout::Numbers numbers = HeadGridLayout::Numbers::none;
  double side = 0;
};

// The side of the pictures that fit.
double sideFor(const Arrangement& grid, const QSizeF& room) {
  const auto columns = static_cast<double>(grid.columns), rows = static_cast<double>(grid.rows);
  const double wide = (room.width() - grid.extra - kGap * (columns - 1)) / columns - grid.beside;
  const double tall = (room.height() - kGap * (rows - 1)) / rows - grid.below;
  return std::clamp(std::min(wide, tall), 1.0, kLargest);
}

std::size_t extraColumns(const HeadGridContent& content) {
  return content.heads > 1 ? 2 : 0;
}

Arrangement arranged(const HeadGridContent& content, const QSizeF& room,
                     HeadGridLayout::Numbers numbers) {
  using Numbers = HeadGridLayout::Numbers;
  const std::size_t extra = extraColumns(content);
  Arrangement best{content.layers, content.heads + extra, extra > 0 ? kExtraGap : 0};
  best.numbers = numbers;
  if (numbers == Numbers::under) {
    best.below = (content.measured ? kNumber : 0) + (content.order.empty() ? 0 : kName);
  }
  if (numbers == Numbers::inside) best.below = kShare;
  if (numbers == Numbers::beside) best.beside = kBeside;
  best.side = sideFor(best, room);
  if (content.order.empty()) return best;
  best.side = 0;
  for (std::size_t columns = 1; columns <= content.order.size(); ++columns) {
    const std::size_t rows = (content.order.size() + columns - 1) / columns;
    Arrangement grid{rows, columns, 0, best.below, best.beside, numbers};
    grid.side = sideFor(grid, room);
    if (grid.side > best.side) best = grid;
  }
  return best;
}

// With numbers where there is room for them, at the place that leaves the pictures largest.
Arrangement bestFor(const HeadGridContent& content, const QSizeF& room) {
  using Numbers = HeadGridLayout::Numbers;
  const bool ordered = !content.order.empty();
  if (!content.measured && !ordered) return arranged(content, room, Numbers::none);
  Arrangement best = arranged(content, room, Numbers::under);
  const Arrangement beside = arranged(content, room, Numbers::beside);
  if (beside.side > kWorthIt * best.side) best = beside;
  if (content.causal && content.measured && !ordered) {
    const Arrangement inside = arranged(content, room, Numbers::inside);
    if (inside.side >= kRoomInside && inside.side > kWorthIt * best.side) best = inside;
  }
  return best.side >= kRoomForNumber ? best : arranged(content, room, Numbers::none);
}

}  // namespace

HeadGridLayout layOutHeadGrid(const HeadGridContent& content, const QSizeF& size) {
  HeadGridLayout layout;
  if (content.layers * content.heads == 0) return layout;
  layout.ordered = !content.order.empty();
  const double left = layout.ordered ? kMargin : kMargin + kSide;
  const double named = content.measured ? kMeasure : 0;
  const double top = kMargin + named + (layout.ordered ? 0 : kHead);
  layout.measure = {left, kMargin + 9};
  const QSizeF room(size.width() - left - kBar - kMargin, size.height() - top - kMargin);
  const Arrangement grid = bestFor(content, room);
  layout.side = grid.side;
  layout.numbers = grid.numbers;
  const std::size_t total = layout.ordered ? content.order.size() : grid.rows * grid.columns;
  for (std::size_t i = 0; i < total; ++i) {
    const std::size_t row = i / grid.columns, column = i % grid.columns;
    const double gap = !layout.ordered && column >= content.heads ? grid.extra : 0;
    const QPointF at(left + static_cast<double>(column) * (layout.side + grid.beside + kGap) + gap,
                     top + static_cast<double>(row) * (layout.side + grid.below + kGap));
    const std::size_t head = layout.ordered ? content.order[i] : 0;
    layout.cells.push_back({QRectF(at, QSizeF(layout.side, layout.side)),
                            layout.ordered ? head / content.heads : row,
                            layout.ordered ? head % content.heads : column});
    layout.area = layout.area.united(layout.cells.back().place);
  }
  layout.area.setRight(layout.area.right() + grid.beside);
  layout.area.setBottom(layout.area.bottom() + grid.below);
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

// The same in any order.
double naturalGridHeight(const HeadGridContent& content, double width) {
  HeadGridContent by_layers = content;
  by_layers.order.clear();
  return layOutHeadGrid(by_layers, QSizeF(width, 1e6)).area.bottom() + kMargin;
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
  using Numbers = HeadGridLayout::Numbers;

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
      if (layout_.numbers != Numbers::none) drawNumbers(cell);
    }
    if (!layout_.ordered) drawNames();
    if (content_.measure) drawMeasureName();
    drawWeightBar(painter_, layout_.bar, content_.colours, barLabel(), drawing_.theme);
  }

 private:
  QString barLabel() const {
    if (content_.look.per_row) return Words::tr("Over row's largest");
    if (content_.range == RangeOf::head) return Words::tr("Over head's largest");
    if (content_.range == RangeOf::layer) return Words::tr("Over layer's largest");
    return Words::tr("Weight");
  }

  // What the numbers and bars are, and what the heads are ordered by.
  void drawMeasureName() {
    const bool shown = layout_.numbers != Numbers::none;
    if (!shown && !layout_.ordered) return;
    const QString name = withUnit(QString::fromStdString(content_.measure->title),
                                  QString::fromStdString(content_.measure->unit));
    QString text = shown ? Words::tr("Numbers and bars: %1").arg(name) : name;
    if (content_.order == HeadOrder::descending) text += Words::tr(", largest first");
    if (content_.order == HeadOrder::ascending) text += Words::tr(", smallest first");
    painter_.setFont(figureFont());
    painter_.setPen(drawing_.theme.text);
    const double room = layout_.bar.left() - layout_.measure.x();
    drawLabel(painter_, layout_.measure, Qt::AlignLeft | Qt::AlignBottom,
              elidedText(painter_.font(), text, room));
  }

  void drawPicture(const HeadGridLayout::Cell& cell) {
    const PlanePtr& plane = content_.thumbnails.plane(cell.layer, cell.column);
    painter_.save();
    painter_.setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (plane) {
      const CellArea all{0, 0, static_cast<double>(content_.stack.queries),
                         static_cast<double>(content_.stack.keys)};
      WeightLook look = content_.look;
      if (content_.range == RangeOf::head || content_.range == RangeOf::layer) {
        const bool head = content_.range == RangeOf::head;
        look.over = content_.thumbnails.largestOf(cell.layer,
                                                  head ? std::optional(cell.column) : std::nullopt);
        if (!(look.over > 0)) look.over = 1;
      }
      if (cell.column >= content_.stack.heads.size()) look.reduction = Reduction::peak;
      painter_.drawImage(cell.place,
                         matrixImage({plane}, all, pixelsOf(drawing_, cell.place.size()), look,
                                     content_.colours, drawing_.theme.view));
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
  void drawNumbers(const HeadGridLayout::Cell& cell) {
    const bool head = cell.column < content_.stack.heads.size();
    if (content_.measure && head) {
      const double value =
          content_.measure->values[cell.layer * content_.stack.heads.size() + cell.column];
      const double share = high_ > low_ ? (value - low_) / (high_ - low_) : 1;
      drawShare(cell.place, std::isfinite(share) ? share : 0);
      drawNumber(cell.place, value);
    }
    if (!layout_.ordered) return;
    painter_.setPen(drawing_.theme.muted);
    painter_.setFont(figureFont(TextSize::small));
    if (layout_.numbers == Numbers::beside) {
      drawLabel(painter_, cell.place.topRight() + QPointF(7, 2), Qt::AlignLeft | Qt::AlignTop,
                QStringLiteral("%1.%2").arg(cell.layer + 1).arg(cell.column + 1));
    } else {
      const double y = cell.place.bottom() + (content_.measure ? kNumber : 3);
      drawLabel(painter_, {cell.place.center().x(), y}, Qt::AlignHCenter | Qt::AlignTop,
                shortName(cell));
    }
  }

  void drawShare(const QRectF& place, double share) {
    QRectF all(place.left(), place.bottom() + 3, place.width(), 3), part = all;
    if (layout_.numbers == Numbers::beside) {
      all = part = QRectF(place.right() + 2, place.top(), 3, place.height());
      part.setTop(all.bottom() - all.height() * share);
    } else {
      part.setWidth(all.width() * share);
    }
    painter_.fillRect(all, drawing_.theme.grid);
    painter_.fillRect(part, drawing_.theme.accent);
  }

  void drawNumber(const QRectF& place, double value) {
    painter_.setFont(figureFont(TextSize::small));
    QString text = numberText(value, 3);
    const bool tight = layout_.numbers == Numbers::inside &&
                       textWidth(painter_.font(), text) > place.width() - kCorner;
    if (tight) text = numberText(value, 2);
    painter_.setPen(drawing_.theme.text);
    if (layout_.numbers == Numbers::beside) {
      drawLabel(painter_, {place.right() + 7, place.bottom() - 1}, Qt::AlignLeft | Qt::AlignBottom,
                elidedText(painter_.font(), text, kBeside - 5));
    } else if (layout_.numbers == Numbers::inside) {
      drawLabel(painter_, place.topRight() + QPointF(-3, 2), Qt::AlignRight | Qt::AlignTop, text);
    } else {
      drawLabel(painter_, {place.center().x(), place.bottom() + 7.5},
                Qt::AlignHCenter | Qt::AlignTop, elidedText(painter_.font(), text, place.width()));
    }
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
    const double room =
        cell.place.width() + (layout_.numbers == Numbers::beside ? kBeside : 0) + kGap - 3;
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
