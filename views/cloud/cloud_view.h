// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "views/cloud/cloud_figure.h"
#include "views/cloud/cloud_scene.h"
#include "views/cloud/growing_picture.h"
#include "views/common/background.h"
#include "views/common/view.h"

namespace lineament::views {

class VtkWidget;

// A point cloud: drag orbits, right or middle drag pans, the wheel zooms about the pointer, a click
// picks the point under it, Alt drag draws a lasso, a double click fits. OpenGL draws where a
// graphics card does; elsewhere the processor draws by itself, which is several times quicker than
// OpenGL in software and needs no driver.
class CloudView : public View {
  Q_OBJECT

 public:
  enum class Drawer { whatFits, openGL };  // the latter in software, too

  explicit CloudView(QWidget* parent = nullptr, Drawer drawer = Drawer::whatFits);
  ~CloudView() override;

  const CloudFigure& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override;
  QString caption() const override;
  void fit() override;

  // The point drawn nearest to the eye within `reach` pixels of `pixel`.
  std::optional<std::size_t> pointAt(const QPointF& pixel, double reach = 6) const;
  bool usesOpenGL() const { return canvas_ != nullptr; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  enum class Drag { none, press, orbit, pan, lasso };

  void findDrawer();
  void makeCanvas();
  void recolour();
  void restyle();
  void redraw();  // a coarse picture now, the fine one when the hand rests
  std::size_t budget();
  void frameDrawn();
  void refine();
  void growPicture();
  void paintPicture();
  std::size_t pointsShown() const;
  void choose(std::vector<std::size_t> points, Qt::KeyboardModifiers modifiers);
  using Look = std::function<std::vector<std::size_t>(const Context&)>;
  void look(Look look, Qt::KeyboardModifiers modifiers);
  void lookAt(const QPointF& pixel, Qt::KeyboardModifiers modifiers);
  void lookInside(const QPolygonF& lasso, Qt::KeyboardModifiers modifiers);
  void showHover(const QPointF& pixel, const QPoint& global);
  void paintLasso(QPainter& painter, const Theme& theme) const;

  const PointCloud& cloud() const { return figure_.cloud(); }

  CloudFigure figure_;
  double reach_ = 1;  // half the diagonal of all points, for the clipping planes

  Drawer drawer_;
  bool drawer_asked_ = false;
  GrowingPicture picture_;      // where the processor draws
  QString styled_for_;          // theme
  std::size_t told_shown_ = 0;  // points, by the caption

  VtkWidget* canvas_ = nullptr;
  QWidget* overlay_ = nullptr;
  std::unique_ptr<CloudScene> scene_;
  QTimer rest_;
  QTimer refining_;            // one more part of the fine picture in each turn
  bool drawn_ = false;         // what the scene shows now is in the picture
  bool begun_ = false;         // the driver has drawn a frame
  std::size_t budget_ = 8192;  // points a frame has time for

  Drag drag_ = Drag::none;
  Background::Cancel looking_;
  QPointF pressed_at_, last_at_;
  QPolygonF lasso_;
};

}  // namespace lineament::views
