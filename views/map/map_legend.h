// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <QString>
#include <optional>
#include <vector>

#include "views/common/theme.h"
#include "views/map/map_picture.h"
#include "views/map/vector_layer.h"

namespace lineament::views {

// How an entry is marked: as pixels or features of its kind are, or it is a line of text alone.
enum class LegendMark { pixels, area, line, point, heading, remark };

// A class, or what is none.
struct LegendEntry {
  QColor colour;  // invalid: nothing is drawn there
  QString name;
  QString share;  // of the pixels; empty while it is not known
  ClassPattern pattern = ClassPattern::none;
  std::optional<std::int64_t> value;  // of a class of pixels
  LegendMark mark = LegendMark::pixels;
};

// The classes, then values that are no class, pixels without a value and how many classes are
// hidden, where there are any. `shares` may be null.
std::vector<LegendEntry> legendOf(const std::vector<ShownClass>& classes,
                                  const ClassShares* shares);

// Of the vector layers over a map, each below its name: their classes, of many the first, with
// areas as thin as they are drawn, or why a layer is not there.
std::vector<LegendEntry> legendOf(const std::vector<VectorLayer>& layers, double fill);

QString classLabel(const ShownClass& one);  // its name, or "class 3"

// Which entries a column of that height shows, from `first` on. Where some do not fit, a line says
// how many there are above or below.
struct LegendRows {
  std::size_t first = 0;
  std::size_t end = 0;
  std::size_t above = 0;
  std::size_t below = 0;
};
LegendRows legendRows(std::size_t entries, double height, std::size_t first = 0);

// The entry that is drawn so far below the column's top.
std::optional<std::size_t> legendEntryAt(std::size_t entries, double height, std::size_t first,
                                         double below);

constexpr double kLegendRow = 17;  // units
// Where the name of a shown entry stands; empty where the entry is scrolled out of sight.
QRectF legendNameArea(const std::vector<LegendEntry>& entries, const QRectF& column,
                      std::size_t first, std::size_t entry);
// What the names need, at most `most`; longer ones are elided.
double legendWidth(const std::vector<LegendEntry>& entries, double most);
void drawLegend(QPainter& painter, const QRectF& column, const std::vector<LegendEntry>& entries,
                std::size_t first, const Theme& theme);

}  // namespace lineament::views
