// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRgb>
#include <span>

#include "core/data/point_cloud.h"
#include "views/cloud/orbit_camera.h"

namespace lineament::views {

// The picture of a cloud for files and reports: every point as a disc of `point_size` pixels, the
// nearest in front, on a transparent ground. Drawn by the processor, so that it needs no display
// and gives the same bytes on every machine.
QImage rasterOfPoints(const PointCloud& cloud, std::span<const QRgb> colours,
                      const OrbitCamera& camera, const QSize& pixels, double point_size);

}  // namespace lineament::views
