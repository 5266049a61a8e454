// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPixmap>
#include <QPolygonF>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "views/common/plot_figure.h"
#include "views/common/spot_index.h"
#include "views/common/view.h"

namespace lineament::views {

// What all plots have in common on the screen: the drawing is kept as a picture, over which the
// pointer's answers are drawn within a frame; pan by drag, zoom by wheel and by pinch about the
// pointer, box zoom by right drag, double click fits, arrow keys step, Escape lets go; hover says
// what lies there; click selects, Shift adds, Ctrl toggles, lasso with Alt drag.
class PlotView : public View {
  Q_OBJECT

 public:
  explicit PlotView(std::unique_ptr<PlotFigure> figure, QWidget* parent = nullptr);

  const PlotFigure& figure() const override { return *figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override;
  void fit() override;

  // Screens are read from farther away than paper: the same drawing, this much larger.
  static constexpr double kScreenScale = 1.2;

 protected:
  // For a view on top of this one that knows more of its figure: what it does to the figure is seen
  // after pictureChanged().
  PlotFigure& editedFigure() { return *figure_; }
  void pictureChanged();  // what was drawn or can be pointed at is no longer right
  QPointF figurePoint(const QPointF& widget_point) const;
  QSizeF figureSize() const;

  bool pinched(const QPointF& at, double factor) override;
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

  const ZoomWindow& zoom() const { return figure_->zoomWindow(); }
  void setZoom(const ZoomWindow& window);
  void zoomAbout(const QPointF& at, double factor);
  void panBy(const QPointF& units, const ZoomWindow& from);
  void hover(const QPointF& at, const QPoint& global);
  void choose(const std::vector<std::size_t>& rows, Qt::KeyboardModifiers modifiers);
  void chooseAt(const QPointF& at, Qt::KeyboardModifiers modifiers);
  void zoomToBox();
  void letGo();
  const SpotIndex& spotIndex();
  // The figure as the screen shows it now, and what it was made from.
  struct Picture {
    QImage image;
    ZoomWindow zoom;
    QString theme;
    double milliseconds = 0;
  };
  struct Screen {
    QSizeF size;  // of the widget
    double ratio = 1;
    const Theme* theme = nullptr;
  };
  Screen screen() const;
  static Picture pictureOf(const PlotFigure& figure, const Screen& screen);
  bool pictureIsStale() const;
  void renderPicture();  // now, or in the background where it has many marks
  void takePicture(Picture picture);
  void drawMovedPicture(QPainter& painter) const;
  void drawOverlay(QPainter& painter) const;

  std::unique_ptr<PlotFigure> figure_;
  QPixmap picture_;
  ZoomWindow picture_zoom_;
  QString picture_theme_;
  bool picture_stale_ = true;
  bool rendering_ = false;  // in the background
  double picture_ms_ = 0;   // how long the last picture took
  QTimer rest_;             // the hand rests: draw the fine picture
  std::unique_ptr<SpotIndex> spot_index_;
  QSizeF spot_size_;
  std::optional<Spot> hovered_;
  std::optional<std::size_t> pointed_;  // the row at whose place the pointer is

  Gesture gesture_ = Gesture::none;
  Qt::MouseButton button_ = Qt::NoButton;
  QPointF pressed_at_;
  ZoomWindow pressed_zoom_;
  QPolygonF outline_;  // of the lasso, or two corners of the box
};

// The view of one figure: PlotOf<BeeswarmFigure>.
template <class Shown>
class PlotOf : public PlotView {
 public:
  explicit PlotOf(QWidget* parent = nullptr) : PlotView(std::make_unique<Shown>(), parent) {}

  const Shown& figure() const override { return static_cast<const Shown&>(PlotView::figure()); }

 protected:
  Shown& editedFigure() { return static_cast<Shown&>(PlotView::editedFigure()); }
};

}  // namespace lineament::views
