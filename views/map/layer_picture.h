// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <QTransform>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/data/feature_legend.h"
#include "core/data/features.h"

namespace lineament::views {

// How a layer is laid over a map.
struct LayerLook {
  double fill = 0.6;         // opacity of areas, 0 to 1; 0 leaves their outlines alone
  double outline_width = 1;  // units
  double line_width = 1.5;   // units
  double marker = 6;         // units across
  bool operator==(const LayerLook&) const = default;
};

// What features that belong to no class are drawn in.
inline const QColor kNoClassColour(140, 140, 140);

// The features of a layer in the colours of its legend. Knows no raster: whoever draws says where
// map coordinates are. Cheap to copy; may be painted on any thread.
class LayerPicture {
 public:
  LayerPicture() = default;
  explicit LayerPicture(Features features);  // by legendOf(features)

  const Features& features() const { return features_; }
  const FeatureLegend& legend() const { return legend_; }
  // What the features of a class are, by its first one.
  GeometryType typeOf(std::size_t one) const { return (*class_types_)[one]; }
  QColor colourOf(std::size_t feature) const;
  bool sharesFeatures(const LayerPicture& other) const { return extents_ == other.extents_; }
  const Extent& extent() const { return extent_; }  // around all features

  // Draws what meets `plot`, which is of the painter's units as what `from_map` maps to, cut at its
  // sides. Vertices that would lie on each other are left out. Throws Cancelled.
  void paint(QPainter& painter, const QTransform& from_map, const QRectF& plot,
             const LayerLook& look, const Context& context = {}) const;

  // Goes around features that are chosen, on top of what paint() has drawn. Throws Cancelled.
  void paintChosen(QPainter& painter, const QTransform& from_map, const QRectF& plot,
                   std::span<const std::size_t> chosen, const LayerLook& look,
                   const Context& context = {}) const;

  // The last feature drawn at that place, within `reach` units of lines and points; nothing where
  // there is none.
  std::optional<std::size_t> featureAt(const QPointF& at, const QTransform& from_map,
                                       double reach) const;

 private:
  void paintFeature(QPainter& painter, std::size_t feature, const QTransform& from_map,
                    const QRectF& plot, const LayerLook& look) const;

  Features features_;
  FeatureLegend legend_;
  Extent extent_;
  std::shared_ptr<const std::vector<Extent>> extents_;            // of each feature
  std::shared_ptr<const std::vector<GeometryType>> class_types_;  // of each class
};

}  // namespace lineament::views
