// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/cloud_scene.h"

#include <vtkCamera.h>
#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkIdTypeArray.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>

#include <QColor>
#include <algorithm>
#include <numbers>

#include "core/base/random.h"

namespace lineament::views {

namespace {

constexpr std::size_t kFirstBatch = 16384;

// Points of `cloud` named by `points`, each its own vertex.
vtkSmartPointer<vtkPolyData> verticesOf(const PointCloud& cloud,
                                        std::span<const std::size_t> points) {
  const auto count = static_cast<vtkIdType>(points.size());
  vtkNew<vtkFloatArray> coordinates;
  coordinates->SetNumberOfComponents(3);
  coordinates->SetNumberOfTuples(count);
  float* to = coordinates->GetPointer(0);
  for (const std::size_t point : points) {
    to = std::copy_n(cloud.positions.data() + 3 * point, 3, to);
  }
  vtkNew<vtkPoints> positions;
  positions->SetData(coordinates);
  vtkNew<vtkCellArray> vertices;
  vertices->AllocateExact(count, count);
  for (vtkIdType i = 0; i < count; ++i) vertices->InsertNextCell(1, &i);
  auto data = vtkSmartPointer<vtkPolyData>::New();
  data->SetPoints(positions);
  data->SetVerts(vertices);
  return data;
}

vtkPolyData* dataOf(vtkActor* actor) {
  return vtkPolyDataMapper::SafeDownCast(actor->GetMapper())->GetInput();
}

void giveData(vtkActor* actor, vtkPolyData* data) {
  vtkNew<vtkPolyDataMapper> mapper;
  mapper->SetInputData(data);
  actor->SetMapper(mapper);
  actor->GetProperty()->LightingOff();
}

}  // namespace

CloudScene::CloudScene(vtkRenderer* renderer) : renderer_(renderer) {
  giveData(selected_, vtkNew<vtkPolyData>());
  renderer_->AddActor(selected_);
}

void CloudScene::setCloud(const PointCloud& cloud) {
  for (const Batch& batch : batches_) renderer_->RemoveActor(batch.actor);
  batches_.clear();
  order_ = Random(1).permutation(cloud.points());
  for (std::size_t first = 0, size = kFirstBatch; first < order_.size();
       first += size, size = first) {
    Batch batch{first, std::min(size, order_.size() - first), vtkSmartPointer<vtkActor>::New()};
    giveData(batch.actor, verticesOf(cloud, std::span(order_).subspan(first, batch.count)));
    batch.actor->GetProperty()->SetPointSize(static_cast<float>(point_size_));
    renderer_->AddActor(batch.actor);
    batches_.push_back(std::move(batch));
  }
  shown_ = order_.size();
}

void CloudScene::setColours(std::span<const QRgb> colours) {
  for (const Batch& batch : batches_) {
    vtkNew<vtkUnsignedCharArray> bytes;
    bytes->SetNumberOfComponents(3);
    bytes->SetNumberOfTuples(static_cast<vtkIdType>(batch.count));
    unsigned char* to = bytes->GetPointer(0);
    for (std::size_t i = 0; i < batch.count; ++i) {
      const QRgb colour = colours[order_[batch.first + i]];
      *to++ = static_cast<unsigned char>(qRed(colour));
      *to++ = static_cast<unsigned char>(qGreen(colour));
      *to++ = static_cast<unsigned char>(qBlue(colour));
    }
    dataOf(batch.actor)->GetPointData()->SetScalars(bytes);
  }
}

void CloudScene::setSelected(const PointCloud& cloud, const std::vector<std::size_t>& points,
                             QRgb colour) {
  giveData(selected_, verticesOf(cloud, points));
  selected_->GetProperty()->SetColor(QColor(colour).redF(), QColor(colour).greenF(),
                                     QColor(colour).blueF());
  selected_->GetProperty()->SetPointSize(static_cast<float>(point_size_ + 5));
}

void CloudScene::setPointSize(double pixels) {
  point_size_ = pixels;
  for (const Batch& batch : batches_) {
    batch.actor->GetProperty()->SetPointSize(static_cast<float>(pixels));
  }
  selected_->GetProperty()->SetPointSize(static_cast<float>(pixels + 5));
}

void CloudScene::setBackground(QRgb colour) {
  renderer_->SetBackground(QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF());
}

void CloudScene::setCamera(const OrbitCamera& camera, double reach) {
  vtkCamera* seen_by = renderer_->GetActiveCamera();
  const Eigen::Vector3d eye = camera.eye();
  seen_by->SetPosition(eye.x(), eye.y(), eye.z());
  seen_by->SetFocalPoint(camera.focus().x(), camera.focus().y(), camera.focus().z());
  seen_by->SetViewUp(0, 0, 1);
  seen_by->SetViewAngle(camera.fieldOfView() * 180 / std::numbers::pi);
  const double far = (eye - camera.focus()).norm() + 2 * reach;
  seen_by->SetClippingRange(std::max(0.05, far * 1e-5), far);
}

std::size_t CloudScene::showAtMost(std::size_t count) {
  shown_ = 0;
  for (const Batch& batch : batches_) {
    const bool fits = batch.first == 0 || batch.first + batch.count <= count;
    batch.actor->SetVisibility(fits);
    if (fits) shown_ += batch.count;
  }
  return shown_;
}

}  // namespace lineament::views
