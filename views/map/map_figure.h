// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "views/common/figure.h"
#include "views/map/layer_sheets.h"
#include "views/map/map_choices.h"
#include "views/map/map_legend.h"
#include "views/map/map_readout.h"
#include "views/map/raster_layer.h"

namespace lineament::views {

// What is to be laid into the plots of a map.
struct MapImages {
  QImage own, other;
  std::optional<LayerSheet> layers;  // nothing: they are drawn as what they are, lines and areas
  Patterns patterns = Patterns::within;  // apart: they are laid over the pictures as lines
  // Of a screen, pixels to a unit: the pictures are of the whole pixels around the first plot. 0:
  // they are of the plot itself.
  double pixels = 0;
};

// A raster as a map: bands in colours or one in a ramp, or classes in theirs; and with it another
// raster of the same place, its background, as MapChoices says. Of the two that with classes is
// above; else the map's own is. Vector layers of the project lie over both; in a map of a vector
// layer alone that layer is the lowest of them. A screen hands in what it has read so far; a file
// reads what it needs in prepare(), and has the layers as vectors. Options: those of MapChoices,
// and "view" [x, y, x, y] (opposite corners of what is seen, in map coordinates). Figure id "map".
class MapFigure : public Copied<MapFigure, Figure> {
  Q_DECLARE_TR_FUNCTIONS(MapFigure)

 public:
  QString id() const override { return QStringLiteral("map"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  std::vector<std::int64_t> companions() const override;
  void setCompanion(std::int64_t id, const Data& data) override;
  Crs companionSystem() const override { return raster().grid().crs; }
  // Of features of one of the layers.
  void setSelection(const Selection& selection) override;
  void prepare(const Context& context) override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  const MapChoices& choices() const { return choices_; }
  const Raster& raster() const { return own_.raster; }
  const MapPlane& plane() const { return own_.plane; }
  const RasterLayer& own() const { return own_; }
  const RasterLayer* other() const { return other_ ? &*other_ : nullptr; }
  const RasterLayer& top() const;
  const RasterLayer* beneath() const;  // null where there is one raster alone
  const RasterLayer* image() const;    // the upper one without classes; null where there is none
  const RasterLayer* classes() const { return top().categorical() ? &top() : nullptr; }
  std::vector<ShownClass> shownClasses() const;
  MapSettings settings(const RasterLayer& layer, bool dark) const;
  bool ofLayer() const { return own_layer_.has_value(); }  // a vector layer, of no pixels
  bool empty() const {
    return raster().columns() < 1 || raster().rows() < 1 ||
           (raster().bands().empty() && !ofLayer());
  }
  // Those that are here, the lowest first, and how they are drawn.
  std::vector<VectorLayer> layers() const;
  LayerLook layerLook() const;

  // The plots, one or two beside each other, and what is around both.
  QRectF frame(const QSizeF& size) const;
  std::vector<QRectF> plots(const QSizeF& size) const;
  bool backgroundElsewhere() const { return no_overlap_; }
  bool swiped() const { return other_ && choices_.arrangement == MapArrangement::swipe; }
  bool beside() const { return other_ && choices_.arrangement == MapArrangement::beside; }

  QRectF legendArea(const QSizeF& size) const;  // empty where there is none
  MapCamera camera(const QSizeF& size) const;   // of the first plot; that of the second is as large
  void look(const MapCamera& camera) { shown_ = camera.visible(); }
  void fit() { shown_.reset(); }
  void scrollLegend(int rows);
  // The whole name of the class there, which may be elided in the drawing.
  QString legendTextAt(const QPointF& at, const QSizeF& size) const;
  std::optional<std::int64_t> legendClassAt(const QPointF& at, const QSizeF& size) const;
  QRectF legendNameOf(std::int64_t value, const QSizeF& size) const;  // empty: out of sight

  // What a screen has: the small pictures of all, the maps as they are to be laid into the plots,
  // and how many pixels a cell has.
  using Overview = std::shared_ptr<const MapOverview>;
  void setOverview(Overview overview) { own_.overview = std::move(overview); }
  void setOtherOverview(Overview overview);
  const Overview& overview() const { return own_.overview; }
  void setReduction(double pixels_per_cell) { own_.reduction = pixels_per_cell; }
  double reduction() const { return own_.reduction; }
  void setProblem(const QString& problem) { problem_ = problem; }
  void paintLayers(QPainter& painter, const QSizeF& size, const Theme& theme,
                   const MapImages& images) const;

  // For a sheet that has a place of its own for everything around the map: reads what its plot
  // shows, throws Cancelled; then draws the map there without frame and coordinates.
  void prepareFor(const MapCamera& camera, const Context& context);
  void paintMap(QPainter& painter, const MapCamera& camera, const Theme& theme) const;
  const QRectF& seenPart() const { return shown_ ? *shown_ : own_.plane.whole(); }
  std::vector<LegendEntry> legendEntries() const;

  QString describe(const MapPlace& place) const;
  // Of the features at a place of the figure, the uppermost layer's first: what tells them apart,
  // or all of their attributes.
  QStringList featuresAt(const QPointF& at, const QSizeF& size, bool all) const;

 private:
  void takeLayer(const Features& features);
  QRectF listArea(const QSizeF& size) const;  // of the legend, without a band's colours
  QString nothingText() const;
  bool oneBand() const { return !classes() && settings(top(), false).bands.size() == 1; }
  bool hasBandKey() const;
  double topMargin() const;
  double bottomMargin(double width) const;
  double leftMargin() const;
  double legendColumn(double width) const;
  double gap() const;
  std::optional<LegendEntry> legendEntryOf(const QPointF& at, const QSizeF& size) const;
  MapImages imagesFor(const QPainter& painter, const MapCamera& camera) const;
  void drawImages(QPainter& painter, const std::vector<QRectF>& plots, const MapCamera& camera,
                  const MapImages& images) const;
  void drawLayers(QPainter& painter, const MapCamera& camera, const MapImages& images) const;
  void drawPlot(QPainter& painter, const MapCamera& camera, const Theme& theme) const;
  void drawTitle(QPainter& painter, const QRectF& frame, const Theme& theme) const;
  void drawLegendColumn(QPainter& painter, const QSizeF& size, const Theme& theme) const;
  void drawChosenPixels(QPainter& painter, const MapCamera& camera) const;
  void drawEdge(QPainter& painter, const MapCamera& camera, const Theme& theme) const;
  void drawSentence(QPainter& painter, const QRectF& plot, const Theme& theme) const;

  MapChoices choices_;
  RasterLayer own_;
  std::optional<RasterLayer> other_;
  std::optional<VectorLayer> own_layer_;
  std::map<std::int64_t, VectorLayer> layers_;  // of the project, by their ids
  bool no_overlap_ = false;                     // what was to be the background lies elsewhere
  std::optional<QRectF> shown_;                 // of the plane; nothing: all of it
  std::size_t legend_first_ = 0;
  QString problem_;
  std::shared_ptr<const std::vector<std::size_t>> chosen_;  // of the selection; null: none
};

}  // namespace lineament::views
