// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/area_spectrum.h"

#include <QPolygonF>
#include <algorithm>
#include <cmath>

namespace lineament::views {

namespace {

// The areas of a feature over the pixels of an image, row by row: where the line through the
// middles of a row's pixels enters and leaves them. Holes are entered, too, and so left out.
class AreaRows {
 public:
  AreaRows(const Geometries& geometries, std::size_t feature, const QTransform& to_pixel,
           std::int64_t rows) {
    const IndexRange parts = geometries.partsOf(feature);
    for (std::size_t part = parts.first; part < parts.end; ++part) {
      const IndexRange rings = geometries.ringsOf(part);
      for (std::size_t ring = rings.first; ring < rings.end; ++ring) {
        addRing(geometries.ring(ring), to_pixel, rows);
      }
    }
    for (std::vector<double>& row : crossings_) std::sort(row.begin(), row.end());
  }

  const QRectF& around() const { return around_; }  // in pixels

  std::vector<std::size_t> within(const RasterWindow& block) const {
    std::vector<std::size_t> found;
    for (std::int64_t row = 0; row < block.rows; ++row) {
      const auto at = static_cast<std::size_t>(block.row + row);
      if (at >= crossings_.size()) break;
      const std::vector<double>& cuts = crossings_[at];
      for (std::size_t i = 0; i + 1 < cuts.size(); i += 2) {
        // The first middle, at a half, that is not left of the one, and of the other.
        const auto first =
            std::max(std::int64_t(std::ceil(cuts[i] - 0.5)) - block.column, std::int64_t{0});
        const auto end =
            std::min(std::int64_t(std::ceil(cuts[i + 1] - 0.5)) - block.column, block.columns);
        for (std::int64_t column = first; column < end; ++column) {
          found.push_back(static_cast<std::size_t>(row * block.columns + column));
        }
      }
    }
    return found;
  }

 private:
  void addRing(std::span<const double> ring, const QTransform& to_pixel, std::int64_t rows) {
    QPointF last;
    for (std::size_t i = 0; i + 1 < ring.size(); i += 2) {
      const QPointF next = to_pixel.map(QPointF(ring[i], ring[i + 1]));
      around_ = around_.united(QRectF(next, QSizeF(1e-9, 1e-9)));
      if (i > 0) addEdge(last, next, rows);
      last = next;
    }
  }

  // An edge has its upper end and not its lower one.
  void addEdge(const QPointF& from, const QPointF& to, std::int64_t rows) {
    const QPointF& upper = from.y() < to.y() ? from : to;
    const QPointF& lower = from.y() < to.y() ? to : from;
    const double most = static_cast<double>(rows);
    const auto first = std::int64_t(std::ceil(std::clamp(upper.y() - 0.5, 0.0, most)));
    const auto end = std::int64_t(std::ceil(std::clamp(lower.y() - 0.5, 0.0, most)));
    if (end <= first) return;
    if (crossings_.size() < static_cast<std::size_t>(end)) {
      crossings_.resize(static_cast<std::size_t>(end));
    }
    for (std::int64_t row = first; row < end; ++row) {
      const double share = (static_cast<double>(row) + 0.5 - upper.y()) / (lower.y() - upper.y());
      crossings_[static_cast<std::size_t>(row)].push_back(upper.x() +
                                                          share * (lower.x() - upper.x()));
    }
  }

  std::vector<std::vector<double>> crossings_;  // of each row of the image
  QRectF around_;
};

}  // namespace

ClassSpectrum areaSpectrum(const VectorLayer& layer, std::size_t feature, const RasterLayer& image,
                           const Context& context) {
  const AreaRows rows(layer.picture.features().geometries(), feature,
                      layer.to_plane * image.plane.toPixel(), image.raster.rows());
  return spectrumOf(
      image, image.plane.fromPixel().mapRect(rows.around()),
      [&rows](const RasterWindow& block) { return rows.within(block); }, context);
}

}  // namespace lineament::views
