// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFutureWatcher>
#include <optional>
#include <stop_token>

#include "views/common/plot_view.h"
#include "views/tensor/heat_drawing.h"

namespace lineament::views {

// A plane of a tensor in colours, or a vector over its index. What has more values than a screen
// has pixels is reduced beside the window's thread, anew for what is zoomed into. Option: "colours"
// ("all": over the whole range, "middle": over the middle 98 %).
class TensorPlot : public PlotView {
  Q_OBJECT

 public:
  explicit TensorPlot(QWidget* parent = nullptr);
  ~TensorPlot() override;

  QString id() const override { return QStringLiteral("tensor"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  void setSlice(const TensorSlice& slice);
  const TensorSlice& slice() const { return slice_; }
  const Tensor& tensor() const { return tensor_; }
  void setMiddleOnly(bool middle);
  bool middleOnly() const { return middle_only_; }
  bool busy() const { return job_.isRunning(); }
  CellRange visibleCells() const;
  // Of what is shown now: all of the plane, or what is zoomed into. Null until it is made.
  const HeatPicture* shown() const;
  QString copied() const;  // the visible cells with all their digits, tab between them

 Q_SIGNALS:
  void pictureReady();

 protected:
  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override;
  QString textAt(const QPointF& at, const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override;

 private:
  struct Found {
    std::optional<HeatPicture> picture;
    QString problem;
  };

  SlicePlane plane() const { return {tensor_, slice_}; }
  CellRange everything() const;
  bool vector() const { return tensor_.rank() == 1; }
  void restart();
  void start(const CellRange& range);
  void refine();
  void take(const Found& found);
  HeatPicture pictureNow(const CellRange& range, std::size_t most) const;
  Limits limitsOf(const HeatPicture& whole) const;
  HeatFrame frameIn(const QRectF& plot) const;
  QRectF areaIn(const QSizeF& size, const HeatPicture* whole) const;
  QString axisLabel(std::size_t axis) const;
  void drawWith(const Drawing& drawing, const HeatPicture& whole, const HeatPicture& picture) const;
  void drawSentence(const Drawing& drawing, const QString& sentence) const;

  Tensor tensor_;
  TensorSlice slice_;
  bool middle_only_ = false;
  std::optional<HeatPicture> whole_;   // all of the plane
  std::optional<HeatPicture> detail_;  // what is zoomed into
  QString problem_;
  CellRange wanted_;
  std::stop_source stop_;
  QFutureWatcher<Found> job_;
};

}  // namespace lineament::views
