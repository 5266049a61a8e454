// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>
#include <optional>
#include <vector>

#include "views/common/figure.h"
#include "views/map/map_camera.h"
#include "views/map/map_legend.h"
#include "views/map/map_picture.h"

namespace lineament::views {

// A raster as a map: bands in colours or one in a ramp, or classes in theirs. A screen hands in
// what it has read so far; a file reads what it needs in prepare(). Options: "bands" (three names
// for colour, or one), "stretch" ("percentile": the middle 96 %, "minmax", "deviation"), "ramp" (of
// one band: "grey", "colour"), "opacity" (0 to 1), "legend" and "graticule" (shown or not),
// "title", "view" [x, y, x, y] (opposite corners of what is seen, in map coordinates). Figure id
// "map".
class MapFigure : public Copied<MapFigure, Figure> {
  Q_DECLARE_TR_FUNCTIONS(MapFigure)

 public:
  QString id() const override { return QStringLiteral("map"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void prepare(const Context& context) override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  const Raster& raster() const { return raster_; }
  const MapPlane& plane() const { return plane_; }
  MapSettings settings(bool dark) const;
  bool empty() const { return raster_.columns() < 1 || raster_.rows() < 1 || bands_.empty(); }

  QRectF plotArea(const QSizeF& size) const;
  QRectF legendArea(const QSizeF& size) const;  // empty where there is none
  MapCamera camera(const QSizeF& size) const;
  void look(const MapCamera& camera) { shown_ = camera.visible(); }
  void fit() { shown_.reset(); }
  void scrollLegend(int rows);
  // The whole name of the class there, which may be elided in the drawing.
  QString legendTextAt(const QPointF& at, const QSizeF& size) const;

  // What a screen has: the small picture of all, the map as it is to be laid into the plot, and how
  // many pixels of the raster a cell of it has.
  using Overview = std::shared_ptr<const MapOverview>;
  void setOverview(Overview overview) { overview_ = std::move(overview); }
  const Overview& overview() const { return overview_; }
  void setReduction(double pixels_per_cell) { reduction_ = pixels_per_cell; }
  double reduction() const { return reduction_; }
  void setProblem(const QString& problem) { problem_ = problem; }
  void paintLayer(QPainter& painter, const QSizeF& size, const Theme& theme,
                  const QImage& layer) const;

  // What the pixel is, one thing a line: its place, its coordinates, its values as far as known.
  QString describe(std::int64_t column, std::int64_t row, std::span<const float> values) const;

 private:
  bool oneBand() const { return !raster_.categorical() && bands_.size() == 1; }
  double topMargin() const;
  double bottomMargin(double width) const;
  double leftMargin() const;
  double legendColumn(double width) const;
  std::vector<LegendEntry> legendEntries() const;
  void drawLegendColumn(QPainter& painter, const QSizeF& size, const Theme& theme) const;
  void drawEdge(QPainter& painter, const MapCamera& camera, const Theme& theme) const;
  void drawBelow(QPainter& painter, const MapCamera& camera, double width,
                 const Theme& theme) const;
  void drawSentence(QPainter& painter, const QRectF& plot, const Theme& theme) const;
  QString bandsText() const;
  QString valueText(std::size_t band, float value) const;

  Raster raster_;
  MapPlane plane_;
  BandChoice bands_;
  StretchKind stretch_ = StretchKind::percentile;
  Ramp ramp_ = Ramp::grey;
  double opacity_ = 1;
  bool legend_ = true;
  bool graticule_ = true;
  QString title_;
  std::optional<QRectF> shown_;  // of the plane; nothing: all of it
  std::size_t legend_first_ = 0;

  Overview overview_;
  std::shared_ptr<const MapPicture> print_;  // what is seen, fine enough for print
  double reduction_ = 1;
  QString problem_;
};

}  // namespace lineament::views
