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
#include <span>
#include <utility>

#include "views/cloud/growing_picture.h"

namespace lineament::views {

namespace {

constexpr std::size_t kBatch = 8192;  // points: software takes some 6 ms to draw them

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
  for (const Batch& batch : batches_) {
    if (batch.actor) renderer_->RemoveActor(batch.actor);
  }
  cloud_ = cloud;
  colours_ = nullptr;
  batches_.clear();
  for (std::size_t first = 0; first < cloud.points(); first += kBatch) {
    batches_.push_back({first, std::min(kBatch, cloud.points() - first), nullptr, false});
  }
  showNothing();
}

void CloudScene::makeActor(Batch& batch) {
  batch.actor = vtkSmartPointer<vtkActor>::New();
  giveData(batch.actor, verticesOf(cloud_, pointsOf(batch)));
  batch.actor->GetProperty()->SetPointSize(static_cast<float>(point_size_));
  batch.coloured = false;
  renderer_->AddActor(batch.actor);
}

std::vector<std::size_t> CloudScene::pointsOf(const Batch& batch) const {
  const std::size_t all = cloud_.points(), stride = evenStride(all);
  std::vector<std::size_t> points(batch.count);
  for (std::size_t i = 0; i < batch.count; ++i) points[i] = (batch.first + i) * stride % all;
  return points;
}

void CloudScene::colour(Batch& batch) const {
  if (!colours_) return;
  vtkNew<vtkUnsignedCharArray> bytes;
  bytes->SetNumberOfComponents(3);
  bytes->SetNumberOfTuples(static_cast<vtkIdType>(batch.count));
  unsigned char* to = bytes->GetPointer(0);
  for (const std::size_t point : pointsOf(batch)) {
    const QRgb shade = colours_(point);
    *to++ = static_cast<unsigned char>(qRed(shade));
    *to++ = static_cast<unsigned char>(qGreen(shade));
    *to++ = static_cast<unsigned char>(qBlue(shade));
  }
  dataOf(batch.actor)->GetPointData()->SetScalars(bytes);
  batch.coloured = true;
}

// Batches take the colours when they are shown again.
void CloudScene::setColours(PointColour colours) {
  colours_ = std::move(colours);
  for (Batch& batch : batches_) batch.coloured = false;
}

void CloudScene::setSelected(const std::vector<std::size_t>& points, QRgb colour) {
  giveData(selected_, verticesOf(cloud_, points));
  selected_->GetProperty()->SetColor(QColor(colour).redF(), QColor(colour).greenF(),
                                     QColor(colour).blueF());
  selected_->GetProperty()->SetPointSize(static_cast<float>(point_size_ + 5));
}

void CloudScene::setPointSize(double pixels) {
  point_size_ = pixels;
  for (const Batch& batch : batches_) {
    if (batch.actor) batch.actor->GetProperty()->SetPointSize(static_cast<float>(pixels));
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

void CloudScene::showNothing() {
  renderer_->SetPreserveColorBuffer(false);
  renderer_->SetPreserveDepthBuffer(false);
  next_ = 0;
  shown_ = 0;
  for (const Batch& batch : batches_) {
    if (batch.actor) batch.actor->SetVisibility(false);
  }
}

void CloudScene::showAtMost(std::size_t count) {
  showNothing();
  show(count);
}

void CloudScene::showMore(std::size_t count) {
  // Depths stay too, so that near points hide far ones whichever came first.
  renderer_->SetPreserveColorBuffer(true);
  renderer_->SetPreserveDepthBuffer(true);
  show(count);
}

void CloudScene::show(std::size_t count) {
  const std::size_t first = next_;
  std::size_t points = 0;
  while (next_ < batches_.size() && (next_ == first || points + batches_[next_].count <= count)) {
    Batch& batch = batches_[next_];
    if (!batch.actor) makeActor(batch);
    if (!batch.coloured) colour(batch);
    points += batches_[next_++].count;
  }
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (batches_[i].actor) batches_[i].actor->SetVisibility(i >= first && i < next_);
  }
  shown_ += points;
}

}  // namespace lineament::views
