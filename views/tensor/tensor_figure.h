// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>
#include <optional>

#include "views/common/plot_figure.h"
#include "views/tensor/heat_drawing.h"

namespace lineament::views {

// A plane of a tensor in colours, or a vector over its index. What has more values than there is
// room for is reduced to a picture of fewer squares: for the screen by whoever hands in what
// missing() asks for, for print by prepare(). Options: "rows" and "columns" (dimensions, counted
// from 0), "at" (an index per dimension), "colours" ("all": over the whole range, "middle": over
// the middle 98 %), "zoom". Figure id "tensor".
class TensorFigure : public Copied<TensorFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(TensorFigure)

 public:
  QString id() const override { return QStringLiteral("tensor"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void prepare(const Context& context) override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  std::size_t marks() const override;
  QRectF plotArea(const QSizeF& size) const override;
  QString textAt(const QPointF& at, const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override;

  const Tensor& tensor() const { return tensor_; }
  const TensorSlice& slice() const { return slice_; }
  void setSlice(const TensorSlice& slice);  // made to fit; its pictures are missing then
  bool middleOnly() const { return middle_only_; }
  void setMiddleOnly(bool middle) { middle_only_ = middle; }

  CellRange visibleCells() const;
  // The part of the plane that a screen drawing has no picture of: all of it, or what is zoomed
  // into. Nothing where the drawing is complete.
  std::optional<CellRange> missing() const;
  static HeatPicture screenPicture(const Tensor& tensor, const TensorSlice& slice,
                                   const CellRange& part, const Context& context);
  void setPicture(HeatPicture picture);                            // of a part that was missing
  void setProblem(const QString& problem) { problem_ = problem; }  // why there is no picture
  // Of what is shown now: all of the plane, or what is zoomed into. Null until it is made.
  const HeatPicture* shown() const;
  QString copied() const;  // the visible cells with all their digits, tab between them

 private:
  using Picture = std::shared_ptr<const HeatPicture>;

  SlicePlane plane() const { return {tensor_, slice_}; }
  CellRange everything() const;
  bool vector() const { return tensor_.rank() == 1; }
  QString unshowable() const;  // why this tensor has no picture; empty: it has one
  void forgetPictures();
  const HeatPicture* printed() const;
  Limits limits() const;
  HeatFrame frameIn(const QRectF& plot) const;
  QString axisLabel(std::size_t axis) const;
  void drawPicture(const Drawing& drawing, const HeatPicture& picture) const;
  void drawSentence(const Drawing& drawing, const QString& sentence) const;

  Tensor tensor_;
  TensorSlice slice_;
  bool middle_only_ = false;
  Picture whole_;   // all of the plane
  Picture detail_;  // what is zoomed into
  Picture print_;   // the same in the finer squares of print
  QString problem_;
};

}  // namespace lineament::views
