// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPixmap>
#include <QPolygonF>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "views/common/spot_index.h"
#include "views/common/view.h"

namespace lineament::views {

// What is being drawn, where: `screen` drawings may be reduced to what a screen can show.
struct Drawing {
  QPainter& painter;
  QSizeF size;
  const Theme& theme;
  bool screen = false;
};

// The shown part of a plot, as shares of the whole length of its axes; y upwards.
struct ZoomWindow {
  double left = 0;
  double right = 1;
  double bottom = 0;
  double top = 1;

  bool whole() const { return *this == ZoomWindow{}; }
  bool operator==(const ZoomWindow&) const = default;
};

// What all plots have in common on the screen: the drawing is kept as a picture, over which the
// pointer's answers are drawn within a frame; pan by drag, zoom by wheel and by pinch about the
// pointer, box zoom by right drag, double click fits, arrow keys step, Escape lets go; hover says
// what lies there; click selects, Shift adds, Ctrl toggles, lasso with Alt drag.
class PlotView : public View {
  Q_OBJECT

 public:
  explicit PlotView(QWidget* parent = nullptr);

  void setSelection(const Selection& selection) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const final;
  void fit() override;

  // Screens are read from farther away than paper: the same drawing, this much larger.
  static constexpr double kScreenScale = 1.2;

 protected:
  virtual void draw(const Drawing& drawing) const = 0;
  // Where the data lie in a drawing of that size; what panning and zooming act on.
  virtual QRectF plotArea(const QSizeF& size) const = 0;
  virtual Qt::Orientations zoomDirections() const { return Qt::Horizontal | Qt::Vertical; }
  // What can be pointed at and chosen in a screen drawing of that size.
  virtual std::vector<Spot> spots(const QSizeF& size) const;
  virtual QString spotText(const Spot& spot) const;
  // What lies at a place where no spot is; empty for nothing.
  virtual QString textAt(const QPointF& at, const QSizeF& size) const;
  // The origin of what is chosen here.
  virtual std::string origin() const { return {}; }
  // An arrow key; true when the view itself made a step with it.
  virtual bool step(int right, int down);

  const ZoomWindow& zoomWindow() const { return zoom_; }
  void pictureChanged();  // what was drawn or can be pointed at is no longer right

  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  enum class Gesture { none, press, pan, box, lasso };

  QSizeF figureSize() const;
  QPointF figurePoint(const QPointF& widget_point) const;
  void setZoom(const ZoomWindow& window);
  void zoomAbout(const QPointF& at, double factor);
  void panBy(const QPointF& units, const ZoomWindow& from);
  void hover(const QPointF& at, const QPoint& global);
  void choose(const std::vector<std::size_t>& rows, Qt::KeyboardModifiers modifiers);
  void zoomToBox();
  void letGo();
  const SpotIndex& spotIndex();
  void renderPicture();
  void drawMovedPicture(QPainter& painter) const;
  void drawOverlay(QPainter& painter) const;

  ZoomWindow zoom_;
  QPixmap picture_;
  ZoomWindow picture_zoom_;
  QString picture_theme_;
  bool picture_stale_ = true;
  double picture_ms_ = 0;  // how long the last picture took
  QTimer rest_;            // the hand rests: draw the fine picture
  std::unique_ptr<SpotIndex> spot_index_;
  QSizeF spot_size_;
  std::optional<Spot> hovered_;

  Gesture gesture_ = Gesture::none;
  Qt::MouseButton button_ = Qt::NoButton;
  QPointF pressed_at_;
  ZoomWindow pressed_zoom_;
  QPolygonF outline_;  // of the lasso, or two corners of the box
};

}  // namespace lineament::views
