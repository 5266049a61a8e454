// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRgb>
#include <span>
#include <vector>

#include <vtkActor.h>
#include <vtkNew.h>
#include <vtkSmartPointer.h>

#include "core/data/point_cloud.h"
#include "views/cloud/orbit_camera.h"

class vtkRenderer;

namespace lineament::views {

// A cloud as VTK draws it. Points are dealt in a seeded random order into batches of doubling size,
// so that the first batches are an even thinning of the whole: while the camera moves only as many
// batches show as a frame has time for.
class CloudScene {
 public:
  explicit CloudScene(vtkRenderer* renderer);

  void setCloud(const PointCloud& cloud);
  void setColours(std::span<const QRgb> colours);
  void setSelected(const PointCloud& cloud, const std::vector<std::size_t>& points, QRgb colour);
  void setPointSize(double pixels);
  void setBackground(QRgb colour);
  void setCamera(const OrbitCamera& camera, double reach);

  // Shows the batches that fit into `count` points (the first always); returns how many points.
  std::size_t showAtMost(std::size_t count);
  std::size_t pointsShown() const { return shown_; }

 private:
  struct Batch {
    std::size_t first = 0;  // in order_
    std::size_t count = 0;
    vtkSmartPointer<vtkActor> actor;
  };

  vtkRenderer* renderer_;
  std::vector<std::size_t> order_;
  std::vector<Batch> batches_;
  vtkNew<vtkActor> selected_;
  double point_size_ = 2;
  std::size_t shown_ = 0;
};

}  // namespace lineament::views
