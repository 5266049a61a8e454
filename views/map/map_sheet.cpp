// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_sheet.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "core/base/version.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/map/map_furniture.h"
#include "views/map/map_readout.h"

namespace lineament::views {

namespace {

constexpr double kMapPad = 8;  // around the map's frame
constexpr double kLongestBar = 190;
constexpr double kLeastPanel = 20;

QString sizeText(const QSizeF& millimetres) {
  return QStringLiteral("%1 × %2 mm")
      .arg(trimmedText(millimetres.width(), 1), trimmedText(millimetres.height(), 1));
}

}  // namespace

void MapSheet::setData(const Data& data) {
  map_.setData(data);
  choices_ = {};
}

// What a sheet says of itself leaves the map as it has been read.
void MapSheet::setOptions(const nlohmann::json& options) {
  if (!options.is_object()) return;
  choices_.take(options);
  nlohmann::json of_map = options;
  const nlohmann::json own = choices_.toJson();
  for (const auto& one : own.items()) of_map.erase(one.key());
  if (of_map.value("arrangement", nlohmann::json()) == name(MapArrangement::beside)) {
    of_map["arrangement"] = name(MapArrangement::over);
  }
  const nlohmann::json now = map_.options();
  bool changes = false;
  for (const auto& one : of_map.items()) {
    const auto had = now.find(one.key());
    changes = changes || had == now.end() || *had != one.value();
  }
  if (changes) map_.setOptions(of_map);
}

nlohmann::json MapSheet::options() const {
  nlohmann::json all = map_.options();
  all.update(choices_.toJson());
  return all;
}

std::vector<LegendEntry> MapSheet::legend() const {
  if (!map_.choices().legend || map_.empty()) return {};
  std::vector<LegendEntry> entries;
  if (const RasterLayer* image = map_.image(); image && !map_.classes()) {
    const BandChoice bands = map_.settings(*image, false).bands;
    if (bands.size() == 3) entries = bandEntries(image->raster, bands);
  }
  const std::vector<LegendEntry> others = map_.legendEntries();
  entries.insert(entries.end(), others.begin(), others.end());
  return entries;
}

SheetChoices MapSheet::written() const {
  SheetChoices all = choices_;
  if (!all.title.isEmpty()) return all;
  all.title = map_.ofLayer()   ? map_.layers().front().name
              : map_.classes() ? tr("Map of classes")
                               : tr("Map");
  return all;
}

std::vector<SheetRow> MapSheet::rows() const {
  std::vector<SheetRow> rows;
  if (!choices_.sources.isEmpty()) rows.push_back({{tr("Data"), choices_.sources}});
  if (!map_.empty()) {
    rows.push_back({{tr("Coordinate system"), coordinatesText(crs(), map_.plane().mapped())}});
  }
  SheetRow who;
  if (!choices_.author.isEmpty()) who.push_back({tr("Author"), choices_.author});
  if (!choices_.date.isEmpty()) who.push_back({tr("Date"), choices_.date});
  if (!who.empty()) rows.push_back(who);
  return rows;
}

SheetScale MapSheet::scaleOf(const PlacedMap& placed, double width) const {
  SheetScale scale;
  if (placed.denominator > 0) {
    scale.number = QStringLiteral("1:") + countedText(std::llround(placed.denominator));
  }
  scale.paper =
      QString::fromUtf8(choices_.paper.name.data(), qsizetype(choices_.paper.name.size()));
  if (!map_.empty()) {
    scale.bar = scaleBarFor(crs(), map_.plane(), cameraOf(placed),
                            std::min(sheetBarRoom(width), kLongestBar));
  }
  scale.north = map_.plane().mapped();
  return scale;
}

MapSheetLayout MapSheet::layout(bool landscape) const {
  const SheetChoices text = written();
  const std::vector<SheetRow> cells = rows();
  const std::size_t entries = legend().size();
  const bool numbered = unitsAtFullSize(crs(), map_.plane()).has_value();
  MapSheetNeeds needs;
  needs.title = [&](double width) { return sheetTitleHeight(text, width); };
  needs.scale = [&](double) {
    return sheetScaleHeight({numbered ? QStringLiteral("1:1") : QString(), {}, {}, true});
  };
  needs.block = [&](double width) { return sheetBlockHeight(text.facts, cells, width); };
  if (entries > 0) needs.legend = [&](double width) { return sheetLegendHeight(entries, width); };
  return layOut(choices_.page(landscape) * kUnitsPerMillimetre, needs);
}

PlacedMap MapSheet::placedOn(const MapSheetLayout& layout) const {
  const double around = kMapPad + frame();
  QRectF panel = layout.map.adjusted(around, around, -around, -around);
  panel.setSize(panel.size().expandedTo({kLeastPanel, kLeastPanel}));
  return placeMap(crs(), map_.plane(), map_.seenPart(), panel, choices_.scale);
}

bool MapSheet::landscape() const {
  if (choices_.orientation != Orientation::automatic) {
    return choices_.orientation == Orientation::landscape;
  }
  // At one scale, the page that shows more of the map.
  const PlacedMap broad = placedOn(layout(true)), upright = placedOn(layout(false));
  if (broad.scale != upright.scale) return broad.scale > upright.scale;
  const auto area = [](const PlacedMap& placed) {
    return placed.plot.width() * placed.plot.height();
  };
  return area(broad) >= area(upright);
}

MapCamera MapSheet::cameraOf(const PlacedMap& placed) const {
  return {map_.plane(), placed.plot, placed.part};
}

QString MapSheet::scaleText() const {
  return scaleOf(placed(), kLongestBar).number;
}

void MapSheet::prepare(const Context& context) {
  // The overview says how many classes the legend has, and so where the map lies.
  map_.prepareFor(cameraOf(placed()), context.part(0, 0.5));
  map_.prepareFor(cameraOf(placed()), context.part(0.5, 1));
}

QSizeF MapSheet::naturalSize(double width) const {
  const QSizeF page = choices_.page(landscape());
  return {width, width * page.height() / page.width()};
}

QRectF MapSheet::pageIn(const QSizeF& size) const {
  QRectF page(QPointF(), choices_.page(landscape()).scaled(size, Qt::KeepAspectRatio));
  page.moveCenter(QRectF({0, 0}, size).center());
  return page;
}

void MapSheet::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.fillRect(QRectF({0, 0}, size), theme.view);
  const QRectF page = pageIn(size);
  const double shrink = page.width() / (pageSize()->width() * kUnitsPerMillimetre);
  painter.translate(page.topLeft());
  painter.scale(shrink, shrink);
  paintPage(painter, figureTheme());
  painter.restore();
}

void MapSheet::paintPage(QPainter& painter, const Theme& theme) const {
  const MapSheetLayout layout = this->layout(landscape());
  const PlacedMap placed = placedOn(layout);
  painter.fillRect(QRectF(QPointF(), *pageSize() * kUnitsPerMillimetre), theme.view);
  if (map_.empty()) {
    painter.setFont(figureFont());
    painter.setPen(theme.muted);
    drawLabel(painter, layout.map.center(), Qt::AlignHCenter | Qt::AlignVCenter,
              map_.ofLayer() ? tr("The layer has no features") : tr("The raster has no pixels"));
  } else {
    const MapCamera camera = cameraOf(placed);
    map_.paintMap(painter, camera, theme);
    drawSheetFrame(painter, camera, map_.plane(), crs(), map_.choices().graticule, theme);
  }
  paintCells(painter, layout, placed, theme);
  paintFoot(painter, layout, theme);
}

void MapSheet::paintCells(QPainter& painter, const MapSheetLayout& layout, const PlacedMap& placed,
                          const Theme& theme) const {
  const SheetChoices text = written();
  drawSheetTitle(painter, layout.title, text, theme);
  const std::vector<LegendEntry> entries = legend();
  if (!entries.empty()) drawSheetLegend(painter, layout.legend, entries, theme);
  const RasterLayer& top = map_.top();
  const bool one_band = entries.empty() && map_.choices().legend && !map_.ofLayer() && top.overview;
  if (one_band) {
    const QRectF column = layout.legend.adjusted(kCellPad, kCellPad + 4, -kCellPad, -kCellPad);
    drawBandBar(painter, column, top.raster, *top.overview->picture.look, theme);
  }
  drawSheetScale(painter, layout.scale, scaleOf(placed, layout.scale.width()), theme);
  drawSheetBlock(painter, layout.block, text.facts, rows(), theme);
  for (const QLineF& line : layout.lines) drawSheetLine(painter, line.p1(), line.p2(), theme);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(figurePen(theme.text, 1.4));
  painter.drawRect(layout.border);
}

void MapSheet::paintFoot(QPainter& painter, const MapSheetLayout& layout,
                         const Theme& theme) const {
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  const double y = layout.border.bottom() + 10;
  drawLabel(painter, {layout.border.left(), y}, Qt::AlignLeft | Qt::AlignVCenter,
            QStringLiteral("Lineament ") + QString::fromStdString(versionText()));
  drawLabel(painter, {layout.border.right(), y}, Qt::AlignRight | Qt::AlignVCenter,
            sizeText(*pageSize()));
}

QString MapSheet::caption() const {
  if (map_.empty()) return map_.caption();
  QStringList parts{sizeText(*pageSize())};
  const PlacedMap placed = this->placed();
  parts << (placed.denominator > 0 ? scaleText()
                                   : tr("no one scale: the map is in degrees or pixels"));
  parts << map_.caption();
  return parts.join(QStringLiteral(" · "));
}

}  // namespace lineament::views
