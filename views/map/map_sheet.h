// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <vector>

#include "views/map/map_figure.h"
#include "views/map/map_sheet_layout.h"
#include "views/map/sheet_block.h"
#include "views/map/sheet_choices.h"
#include "views/map/sheet_scale.h"

namespace lineament::views {

// A map as it is handed over: a sheet of paper with the map in a frame of coordinates, at a round
// scale where its system is projected, a legend, a scale bar and a title block. In files it has the
// size of its paper, on which lengths are true; anywhere else all of it is drawn smaller or larger
// alike. Always on white. Options: those of SheetChoices, and of MapFigure those that say how the
// map is drawn; two rasters side by side are laid over each other. Figure id "sheet".
class MapSheet : public Copied<MapSheet, Figure> {
  Q_DECLARE_TR_FUNCTIONS(MapSheet)

 public:
  QString id() const override { return QStringLiteral("sheet"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  std::vector<std::int64_t> companions() const override { return map_.companions(); }
  void setCompanion(std::int64_t id, const Data& data) override { map_.setCompanion(id, data); }
  Crs companionSystem() const override { return map_.companionSystem(); }
  void prepare(const Context& context) override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  std::optional<QSizeF> pageSize() const override { return choices_.page(landscape()); }
  QString caption() const override;

  const MapFigure& map() const { return map_; }
  const SheetChoices& choices() const { return choices_; }
  bool landscape() const;
  PlacedMap placed() const { return placedOn(layout(landscape())); }
  QString scaleText() const;                // "1:50,000"; empty where the map has no one scale
  QRectF pageIn(const QSizeF& size) const;  // where the page lies in a drawing of that size

 private:
  MapSheetLayout layout(bool landscape) const;
  PlacedMap placedOn(const MapSheetLayout& layout) const;
  SheetChoices written() const;  // with a title where none was given
  SheetScale scaleOf(const PlacedMap& placed, double width) const;
  std::vector<SheetRow> rows() const;
  std::vector<LegendEntry> legend() const;
  double frame() const { return map_.choices().graticule ? kSheetFrame : kBareFrame; }
  const Crs& crs() const { return map_.raster().grid().crs; }
  MapCamera cameraOf(const PlacedMap& placed) const;
  void paintPage(QPainter& painter, const Theme& theme) const;
  void paintCells(QPainter& painter, const MapSheetLayout& layout, const PlacedMap& placed,
                  const Theme& theme) const;
  void paintFoot(QPainter& painter, const MapSheetLayout& layout, const Theme& theme) const;

  MapFigure map_;
  SheetChoices choices_;
};

}  // namespace lineament::views
