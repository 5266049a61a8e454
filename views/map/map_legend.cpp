// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_legend.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MapLegend)
};

constexpr double kSwatchWidth = 14, kSwatchHeight = 11, kGap = 6;
constexpr double kPatternWidth = 24, kPatternHeight = 13;  // of swatches with room for patterns

QString shareText(double share) {
  if (share > 0 && share < 0.001) return QStringLiteral("< 0.1 %");
  return QStringLiteral("%1 %").arg(fixedText(100 * share, share > 0 && share < 0.0995 ? 1 : 0));
}

// Crossed out: seen to be no colour.
void drawSwatch(QPainter& painter, const QRectF& swatch, const LegendEntry& entry,
                const Theme& theme) {
  const bool colour = entry.colour.isValid();
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour ? QBrush(entry.colour) : QBrush(Qt::NoBrush));
  painter.drawRect(swatch);
  if (colour) drawPattern(painter, swatch, entry.pattern, patternInk(entry.colour));
  painter.setPen(figurePen(theme.line, 0.75));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(swatch);
  if (!colour) painter.drawLine(swatch.bottomLeft(), swatch.topRight());
}

bool textAlone(const LegendEntry& entry) {
  return entry.mark == LegendMark::heading || entry.mark == LegendMark::remark;
}

QFont fontOf(const LegendEntry& entry) {
  return entry.mark == LegendMark::remark ? figureFont(TextSize::small)
                                          : figureFont(TextSize::label, textAlone(entry));
}

// As features of its kind are drawn.
void drawMark(QPainter& painter, const QRectF& swatch, const LegendEntry& entry,
              const Theme& theme) {
  const QColor outline = QColor(entry.colour.rgb()).darker(150);
  switch (entry.mark) {
    case LegendMark::pixels:
      return drawSwatch(painter, swatch, entry, theme);
    case LegendMark::area:
      painter.setPen(figurePen(outline, 1));
      painter.setBrush(entry.colour);
      return painter.drawRect(swatch);
    case LegendMark::line:
      painter.setPen(figurePen(entry.colour, 1.5));
      return painter.drawLine(QPointF(swatch.left(), swatch.center().y()),
                              QPointF(swatch.right(), swatch.center().y()));
    case LegendMark::point:
      painter.setPen(figurePen(outline, 1));
      painter.setBrush(entry.colour);
      return painter.drawEllipse(swatch.center(), 3, 3);
    case LegendMark::heading:
    case LegendMark::remark:
      return;
  }
}

QSizeF swatchSize(const std::vector<LegendEntry>& entries) {
  const bool patterns = std::any_of(entries.begin(), entries.end(), [](const LegendEntry& one) {
    return one.pattern != ClassPattern::none;
  });
  return patterns ? QSizeF(kPatternWidth, kPatternHeight) : QSizeF(kSwatchWidth, kSwatchHeight);
}

void drawMore(QPainter& painter, const QRectF& row, const QString& text, const Theme& theme) {
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  drawLabel(painter, {row.left(), row.center().y()}, Qt::AlignLeft | Qt::AlignVCenter, text);
}

// The column of the shares, with the gap before it.
double shareWidth(const std::vector<LegendEntry>& entries) {
  double widest = 0;
  for (const LegendEntry& entry : entries) {
    widest = std::max(widest, textWidth(figureFont(), entry.share));
  }
  return widest > 0 ? std::ceil(widest) + 2 * kGap : 0;
}

QRectF nameArea(const QRectF& row, const LegendEntry& entry, double swatch, double shares) {
  return textAlone(entry) ? row : row.adjusted(swatch + kGap, 0, -shares, 0);
}

void drawEntry(QPainter& painter, const QRectF& row, const LegendEntry& entry, const QSizeF& swatch,
               double share_width, const Theme& theme) {
  drawMark(painter, {QPointF(row.left(), row.center().y() - swatch.height() / 2), swatch}, entry,
           theme);
  painter.setFont(fontOf(entry));
  painter.setPen(entry.mark == LegendMark::remark ? theme.muted : theme.text);
  const QRectF name = nameArea(row, entry, swatch.width(), share_width);
  drawLabel(painter, {name.left(), row.center().y()}, Qt::AlignLeft | Qt::AlignVCenter,
            elidedText(painter.font(), entry.name, name.width()));
  painter.setFont(figureFont());
  painter.setPen(theme.muted);
  drawLabel(painter, {row.right(), row.center().y()}, Qt::AlignRight | Qt::AlignVCenter,
            entry.share);
}

}  // namespace

QString classLabel(const ShownClass& one) {
  return one.name.empty()
             ? Words::tr("class %1").arg(numberText(static_cast<double>(one.value), 15))
             : QString::fromStdString(one.name);
}

std::vector<LegendEntry> legendOf(const std::vector<ShownClass>& classes,
                                  const ClassShares* shares) {
  std::vector<LegendEntry> entries;
  std::size_t hidden = 0;
  double hidden_share = 0;
  for (const ShownClass& one : classes) {
    double share = 0;
    for (const std::int64_t value : one.members) {
      if (!shares) break;
      const auto found = shares->classes.find(value);
      if (found != shares->classes.end()) share += found->second;
    }
    if (one.hidden) {
      ++hidden;
      hidden_share += share;
      continue;
    }
    const auto& [red, green, blue] = one.colour;
    entries.push_back({QColor(red, green, blue), classLabel(one),
                       shares ? shareText(share) : QString(), one.pattern, one.value});
  }
  if (shares && shares->other > 0) {
    entries.push_back({ColourMap::missing(), Words::tr("no class"), shareText(shares->other)});
  }
  if (shares && shares->none > 0) {
    entries.push_back({{}, Words::tr("no data"), shareText(shares->none)});
  }
  if (hidden > 0) {
    entries.push_back(
        {{},
         hidden == 1 ? Words::tr("1 class hidden") : Words::tr("%1 classes hidden").arg(hidden),
         shares ? shareText(hidden_share) : QString()});
  }
  return entries;
}

namespace {

LegendMark markOf(GeometryType type) {
  switch (type) {
    case GeometryType::line:
      return LegendMark::line;
    case GeometryType::point:
      return LegendMark::point;
    default:
      return LegendMark::area;
  }
}

void addLayer(std::vector<LegendEntry>& entries, const VectorLayer& layer, double fill) {
  constexpr std::size_t kMost = 12;
  const FeatureLegend& legend = layer.picture.legend();
  const auto add = [&](QColor colour, const QString& name, GeometryType type) {
    const LegendMark mark = markOf(type);
    if (mark == LegendMark::area) colour.setAlphaF(static_cast<float>(fill));
    entries.push_back({colour, name, {}, ClassPattern::none, {}, mark});
  };
  const auto addText = [&](const QString& text, LegendMark kind) {
    entries.push_back({{}, text, {}, ClassPattern::none, {}, kind});
  };
  const bool here = layer.place == LayerPlace::here;
  if (here && legend.classes.empty()) {
    const auto type = layer.picture.features().commonType();
    return add(kNoClassColour, layer.name, type.value_or(GeometryType::polygon));
  }
  addText(layer.name, LegendMark::heading);
  if (!here) return addText(placeText(layer.place), LegendMark::remark);
  const std::size_t shown = std::min(legend.classes.size(), kMost);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [red, green, blue] = legend.classes[i].colour;
    add({red, green, blue}, QString::fromStdString(legend.classes[i].value),
        layer.picture.typeOf(i));
  }
  if (shown < legend.classes.size()) {
    addText(Words::tr("and %1 more").arg(legend.classes.size() - shown), LegendMark::remark);
  }
}

}  // namespace

std::vector<LegendEntry> legendOf(const std::vector<VectorLayer>& layers, double fill) {
  std::vector<LegendEntry> entries;
  for (const VectorLayer& layer : layers) addLayer(entries, layer, fill);
  return entries;
}

LegendRows legendRows(std::size_t entries, double height, std::size_t first) {
  const auto room = static_cast<std::size_t>(std::max(std::floor(height / kLegendRow), 0.0));
  if (entries <= room) return {0, entries, 0, 0};
  if (room < 3) return {0, 0, 0, entries};
  // One line less above where nothing is, one less below at the end.
  LegendRows rows;
  rows.first = std::min(first, entries - (room - 1));
  if (rows.first == 1) rows.first = 2;  // the line above would say no more than the entry
  const std::size_t lines = room - (rows.first > 0 ? 1 : 0);
  const bool to_end = entries - rows.first <= lines;
  rows.end = to_end ? entries : rows.first + lines - 1;
  rows.above = rows.first;
  rows.below = entries - rows.end;
  return rows;
}

std::optional<std::size_t> legendEntryAt(std::size_t entries, double height, std::size_t first,
                                         double below) {
  const LegendRows rows = legendRows(entries, height, first);
  const double line = std::floor(below / kLegendRow) - (rows.above > 0 ? 1 : 0);
  if (line < 0 || line >= static_cast<double>(rows.end - rows.first)) return std::nullopt;
  return rows.first + static_cast<std::size_t>(line);
}

double legendWidth(const std::vector<LegendEntry>& entries, double most) {
  const double around = swatchSize(entries).width() + kGap + shareWidth(entries);
  double widest = 0;
  for (const LegendEntry& entry : entries) {
    const double name = std::ceil(textWidth(fontOf(entry), entry.name)) + 2;
    widest = std::max(widest, textAlone(entry) ? name : name + around);
  }
  return std::min(widest, most);
}

QRectF legendNameArea(const std::vector<LegendEntry>& entries, const QRectF& column,
                      std::size_t first, std::size_t entry) {
  const LegendRows rows = legendRows(entries.size(), column.height(), first);
  if (entry < rows.first || entry >= rows.end) return {};
  const auto line = static_cast<double>(entry - rows.first) + (rows.above > 0 ? 1 : 0);
  const QRectF row(column.left(), column.top() + line * kLegendRow, column.width(), kLegendRow);
  return nameArea(row, entries[entry], swatchSize(entries).width(), shareWidth(entries));
}

void drawLegend(QPainter& painter, const QRectF& column, const std::vector<LegendEntry>& entries,
                std::size_t first, const Theme& theme) {
  painter.save();
  const LegendRows rows = legendRows(entries.size(), column.height(), first);
  const double shares = shareWidth(entries);
  const QSizeF swatch = swatchSize(entries);
  QRectF row(column.left(), column.top(), column.width(), kLegendRow);
  const auto count = [](std::size_t n) { return numberText(static_cast<double>(n), 15); };
  if (rows.above > 0) {
    drawMore(painter, row, Words::tr("%1 above").arg(count(rows.above)), theme);
    row.translate(0, kLegendRow);
  }
  for (std::size_t i = rows.first; i < rows.end; ++i) {
    drawEntry(painter, row, entries[i], swatch, shares, theme);
    row.translate(0, kLegendRow);
  }
  if (rows.below > 0) drawMore(painter, row, Words::tr("%1 more").arg(count(rows.below)), theme);
  painter.restore();
}

}  // namespace lineament::views
