// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/heat_drawing.h"

#include <QCoreApplication>
#include <QImage>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr std::size_t kMostRectangles = 2500;  // beyond these the squares are one picture
constexpr double kSeen = 2.5;
constexpr double kNumberWidth = 34;
constexpr double kNumberHeight = 14;

struct Words {
  Q_DECLARE_TR_FUNCTIONS(TensorView)
};

Limits coloured(const Limits& limits) {
  if (!(limits.low <= limits.high)) return {0, 1};
  if (limits.low < 0 && limits.high > 0) {
    const double far = std::max(-limits.low, limits.high);
    return {-far, far};
  }
  if (limits.low == limits.high) return {limits.low - 0.5, limits.high + 0.5};
  return limits;
}

QImage imageOf(const HeatPicture& picture, const HeatColours& colours) {
  QImage image(static_cast<int>(picture.columns), static_cast<int>(picture.rows),
               QImage::Format_RGB32);
  for (std::size_t row = 0; row < picture.rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(row)));
    for (std::size_t column = 0; column < picture.columns; ++column) {
      line[column] =
          colours.of(picture.value(row, column), picture.marks[row * picture.columns + column])
              .rgb();
    }
  }
  return image;
}

// A square's cells, which may reach beyond the range at its end.
CellRange cellsOf(const HeatPicture& picture, std::size_t row, std::size_t column) {
  const std::uint64_t top = picture.range.first_row + row * picture.block_rows;
  const std::uint64_t left = picture.range.first_column + column * picture.block_columns;
  return {top, top + picture.block_rows, left, left + picture.block_columns};
}

// Marked squares in a size that is seen, however small they are drawn.
void drawMarked(QPainter& painter, const HeatFrame& frame, const HeatPicture& picture) {
  for (std::size_t i = 0; i < picture.marks.size(); ++i) {
    if (picture.marks[i] == HeatPicture::plain) continue;
    QRectF place = frame.place(cellsOf(picture, i / picture.columns, i % picture.columns));
    const QPointF middle = place.center();
    place.setSize(place.size().expandedTo({kSeen, kSeen}));
    place.moveCenter(middle);
    painter.fillRect(place, HeatColours::ofMark(picture.marks[i]));
  }
}

}  // namespace

HeatColours::HeatColours(const Limits& limits, bool dark)
    : limits_(coloured(limits)),
      map_(limits.low < 0 && limits.high > 0 ? &divergingMap(dark) : &sequentialMap(dark)) {}

QColor HeatColours::ofMark(HeatPicture::Mark mark) {
  return mark == HeatPicture::not_a_number ? QColor(0xe0, 0x1e, 0xc8) : QColor(0x10, 0xb0, 0x48);
}

QColor HeatColours::of(float value, HeatPicture::Mark mark) const {
  if (mark != HeatPicture::plain) return ofMark(mark);
  const double half = limits_.high / 2 - limits_.low / 2;
  return map_->at((static_cast<double>(value) / 2 - limits_.low / 2) / half);
}

QRectF HeatFrame::place(const CellRange& range) const {
  const auto edge = [](const AxisScale& scale, std::uint64_t cell) {
    return scale.position(static_cast<double>(cell) - 0.5);
  };
  return QRectF(QPointF(edge(x, range.first_column), edge(y, range.first_row)),
                QPointF(edge(x, range.last_column), edge(y, range.last_row)));
}

void drawHeat(QPainter& painter, const HeatFrame& frame, const HeatPicture& picture,
              const HeatColours& colours) {
  painter.save();
  painter.setClipRect(frame.plot.intersected(frame.place(picture.range)));
  painter.setRenderHint(QPainter::Antialiasing, false);
  if (picture.values.size() <= kMostRectangles) {
    for (std::size_t row = 0; row < picture.rows; ++row) {
      for (std::size_t column = 0; column < picture.columns; ++column) {
        const HeatPicture::Mark mark = picture.marks[row * picture.columns + column];
        painter.fillRect(frame.place(cellsOf(picture, row, column)),
                         colours.of(picture.value(row, column), mark));
      }
    }
  } else {
    CellRange all = picture.range;
    all.last_row = all.first_row + picture.rows * picture.block_rows;
    all.last_column = all.first_column + picture.columns * picture.block_columns;
    const QRectF target = frame.place(all);
    const bool shrunk = target.width() < static_cast<double>(picture.columns) ||
                        target.height() < static_cast<double>(picture.rows);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, shrunk);
    painter.drawImage(target, imageOf(picture, colours));
    drawMarked(painter, frame, picture);
  }
  painter.restore();
}

void drawCellNumbers(QPainter& painter, const HeatFrame& frame, const HeatPicture& picture,
                     const HeatColours& colours) {
  if (picture.reduced() || picture.values.empty()) return;
  const QRectF first = frame.place(cellsOf(picture, 0, 0));
  if (first.width() < kNumberWidth || first.height() < kNumberHeight) return;
  painter.setFont(figureFont(TextSize::small));
  for (std::size_t row = 0; row < picture.rows; ++row) {
    for (std::size_t column = 0; column < picture.columns; ++column) {
      const QRectF cell = frame.place(cellsOf(picture, row, column));
      if (!frame.plot.contains(cell.center())) continue;
      const HeatPicture::Mark mark = picture.marks[row * picture.columns + column];
      const float value = picture.value(row, column);
      const QColor ground = colours.of(value, mark);
      const bool white = contrast(ground, Qt::white) > contrast(ground, Qt::black);
      painter.setPen(white ? Qt::white : Qt::black);
      const QString text = mark == HeatPicture::infinite ? QStringLiteral("∞")
                           : mark == HeatPicture::not_a_number
                               ? QStringLiteral("NaN")
                               : numberText(static_cast<double>(value), 3);
      drawLabel(painter, cell.center(), Qt::AlignHCenter | Qt::AlignVCenter,
                elidedText(painter.font(), text, cell.width() - 2));
    }
  }
}

void drawColourBar(QPainter& painter, const QRectF& plot, const HeatColours& colours,
                   const Theme& theme) {
  constexpr int kSteps = 96;
  const double height = std::min(plot.height(), 200.0);
  const QRectF bar(plot.right() + 14, plot.top(), 9, height);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  for (int i = 0; i < kSteps; ++i) {
    const double top = bar.bottom() - bar.height() * (i + 1) / kSteps;
    painter.fillRect(QRectF(bar.left(), top, bar.width(), bar.height() / kSteps + 0.5),
                     colours.at((i + 0.5) / kSteps));
  }
  painter.restore();
  const Limits& limits = colours.limits();
  painter.setFont(figureFont(TextSize::small));
  if (!std::isfinite(limits.high - limits.low)) return;  // wider than ticks can say
  const AxisScale scale{limits.low, limits.high, bar.bottom(), bar.top(), false};
  for (const Tick& tick : ticksFor(scale, 40).major) {
    const double y = scale.position(tick.value);
    painter.setPen(figurePen(theme.line));
    painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y));
    painter.setPen(theme.muted);
    drawLabel(painter, {bar.right() + 6, y}, Qt::AlignLeft | Qt::AlignVCenter, tick.label);
  }
}

bool hasMarks(const HeatPicture& picture) {
  return std::any_of(picture.marks.begin(), picture.marks.end(),
                     [](HeatPicture::Mark mark) { return mark != HeatPicture::plain; });
}

void drawMarkKey(QPainter& painter, const QPointF& at, const HeatPicture& picture,
                 const Theme& theme) {
  double x = at.x();
  const auto add = [&](HeatPicture::Mark mark, const QString& name) {
    if (std::find(picture.marks.begin(), picture.marks.end(), mark) == picture.marks.end()) return;
    painter.fillRect(QRectF(x, at.y() - 4, 9, 9), HeatColours::ofMark(mark));
    painter.setFont(figureFont(TextSize::small));
    painter.setPen(theme.text);
    drawLabel(painter, {x + 13, at.y() + 0.5}, Qt::AlignLeft | Qt::AlignVCenter, name);
    x += 13 + textWidth(painter.font(), name) + 14;
  };
  add(HeatPicture::not_a_number,
      picture.reduced() ? Words::tr("NaN among them") : QStringLiteral("NaN"));
  add(HeatPicture::infinite,
      picture.reduced() ? Words::tr("infinite among them") : Words::tr("infinite"));
}

}  // namespace lineament::views
