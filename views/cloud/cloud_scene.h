// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRgb>
#include <vector>

#include <vtkActor.h>
#include <vtkNew.h>
#include <vtkSmartPointer.h>

#include "core/data/point_cloud.h"
#include "views/cloud/orbit_camera.h"
#include "views/cloud/point_colours.h"

class vtkRenderer;

namespace lineament::views {

// A cloud as VTK draws it. Points are dealt into batches (evenStride), so that any number of
// batches is an even thinning of the whole: while the camera moves only as many are drawn
// as a frame has time for, and when it rests the others are added to that picture, some in each
// frame.
class CloudScene {
 public:
  explicit CloudScene(vtkRenderer* renderer);

  void setCloud(const PointCloud& cloud);
  void setColours(PointColour colours);
  void setSelected(const std::vector<std::size_t>& points, QRgb colour);
  void setPointSize(double pixels);
  void setBackground(QRgb colour);
  void setCamera(const OrbitCamera& camera, double reach);

  void showNothing();
  // The next frame is drawn anew, with the batches that fit into `count` points (the first always).
  void showAtMost(std::size_t count);
  // The next frame adds such batches to the picture that is there, which has to be drawn by then.
  void showMore(std::size_t count);
  bool complete() const { return next_ == batches_.size(); }
  std::size_t pointsShown() const { return shown_; }

 private:
  struct Batch {
    std::size_t first = 0;  // steps of the stride before it
    std::size_t count = 0;
    vtkSmartPointer<vtkActor> actor;  // made when it is first shown
    bool coloured = false;            // as the colours are now
  };
  std::vector<std::size_t> pointsOf(const Batch& batch) const;
  void show(std::size_t count);
  void makeActor(Batch& batch);
  void colour(Batch& batch) const;

  vtkRenderer* renderer_;
  PointCloud cloud_;
  PointColour colours_;
  std::vector<Batch> batches_;
  std::size_t next_ = 0;  // batch that the picture does not have yet
  vtkNew<vtkActor> selected_;
  double point_size_ = 2;
  std::size_t shown_ = 0;
};

}  // namespace lineament::views
