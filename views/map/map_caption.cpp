// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_caption.h"

#include <QStringList>
#include <algorithm>

#include "views/common/number_text.h"
#include "views/map/map_figure.h"
#include "views/map/map_furniture.h"

namespace lineament::views {

namespace {

QString bandsText(const MapFigure& figure) {
  if (figure.classes()) {
    const std::size_t count = figure.shownClasses().size();
    return count == 1 ? MapFigure::tr("1 class") : MapFigure::tr("%1 classes").arg(count);
  }
  const Raster& shown = figure.top().raster;
  const BandChoice bands = figure.settings(figure.top(), false).bands;
  if (bands.size() == 1) return bandLabel(shown, bands[0]);
  return MapFigure::tr("red %1, green %2, blue %3")
      .arg(bandLabel(shown, bands[0]), bandLabel(shown, bands[1]), bandLabel(shown, bands[2]));
}

QString backgroundText(const MapFigure& figure) {
  const QString& name = figure.choices().background_name;
  if (figure.backgroundElsewhere()) return MapFigure::tr("%1 lies elsewhere").arg(name);
  if (!figure.other()) return MapFigure::tr("without %1, which is not here").arg(name);
  const bool above = &figure.top() == &figure.own();
  switch (figure.choices().arrangement) {
    case MapArrangement::over:
      return above ? MapFigure::tr("over %1").arg(name) : MapFigure::tr("under %1").arg(name);
    case MapArrangement::swipe:
      return above ? MapFigure::tr("%1 left of the line").arg(name)
                   : MapFigure::tr("%1 right of the line").arg(name);
    case MapArrangement::beside:
      return above ? MapFigure::tr("%1 on the left").arg(name)
                   : MapFigure::tr("%1 on the right").arg(name);
  }
  return {};
}

// The layers that are drawn, and why others are not.
QStringList layersText(const MapFigure& figure) {
  const std::vector<VectorLayer> layers = figure.layers();
  QStringList names, problems;
  for (const MapChoices::Layer& one : figure.choices().layers) {
    const auto found = std::find_if(layers.begin(), layers.end(),
                                    [&](const VectorLayer& layer) { return layer.id == one.id; });
    if (found == layers.end()) {
      problems << MapFigure::tr("without %1, which is not here").arg(one.name);
    } else if (found->place != LayerPlace::here) {
      problems << one.name + u' ' + placeText(found->place);
    } else {
      names << one.name;
    }
  }
  if (!names.isEmpty()) {
    problems.prepend(MapFigure::tr("with %1").arg(names.join(QStringLiteral(", "))));
  }
  return problems;
}

QString sizeText(const MapFigure& figure) {
  const RasterGrid& grid = figure.raster().grid();
  if (!figure.ofLayer()) {
    return MapFigure::tr("%1 × %2 pixels").arg(countedText(grid.columns), countedText(grid.rows));
  }
  const std::size_t count = figure.layers().front().picture.features().size();
  return count == 1 ? MapFigure::tr("1 feature")
                    : MapFigure::tr("%1 features").arg(countedText(std::int64_t(count)));
}

QString stretchText(StretchKind stretch) {
  switch (stretch) {
    case StretchKind::percentile:
      return MapFigure::tr("stretched over 2 to 98 %");
    case StretchKind::extremes:
      return MapFigure::tr("stretched over all values");
    case StretchKind::deviation:
      return MapFigure::tr("stretched over 2 standard deviations");
  }
  return {};
}

QString reductionText(const RasterLayer& layer) {
  const QString side = numberText(layer.reduction, 2);
  return (layer.categorical() ? MapFigure::tr("each cell stands for %1 × %1 pixels")
                              : MapFigure::tr("each cell is the mean of %1 × %1 pixels"))
      .arg(side);
}

}  // namespace

QString captionOf(const MapFigure& figure) {
  const RasterGrid& grid = figure.raster().grid();
  QStringList parts{sizeText(figure)};
  if (figure.empty()) return parts.first();
  const bool legend = figure.choices().legend;
  if (figure.choices().background != 0) parts << backgroundText(figure);
  parts << layersText(figure);
  if (!figure.ofLayer() && (!legend || figure.classes()))
    parts << bandsText(figure);  // else the key says it
  if (figure.reduction() > 1.01) parts << reductionText(figure.own());
  const auto& small = figure.top().overview;
  const bool sampled = small && small->picture.cells->pixelsPerCell() > 1.01;
  if (figure.classes() && legend && sampled) parts << MapFigure::tr("shares by a sample");
  parts << coordinatesText(grid.crs, figure.plane().mapped());
  if (figure.image()) parts << stretchText(figure.choices().stretch);
  return parts.join(QStringLiteral(" · "));
}

}  // namespace lineament::views
