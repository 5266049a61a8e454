// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <optional>
#include <vector>

#include "core/base/context.h"
#include "core/data/point_cloud.h"
#include "views/cloud/orbit_camera.h"

namespace lineament::views {

// Both look at every point as the camera sees it, in blocks on several threads. Throw Cancelled.

// The nearest point within `reach` pixels of `pixel`; one a little farther from it wins only when
// it is well in front.
std::optional<std::size_t> pointNear(const PointCloud& cloud,
                                     const OrbitCamera::Projection& projection,
                                     const QPointF& pixel, double reach, const Context& context);

// Those inside the polygon, ascending.
std::vector<std::size_t> pointsInside(const PointCloud& cloud,
                                      const OrbitCamera::Projection& projection,
                                      const QPolygonF& lasso, const Context& context);

}  // namespace lineament::views
