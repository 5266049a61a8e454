// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <functional>
#include <optional>
#include <vector>

#include "views/common/view.h"
#include "views/map/map_figure.h"
#include "views/map/map_tiles.h"
#include "views/map/spectral_profile.h"

namespace lineament::views {

// A map on the screen: the wheel zooms about the pointer, drag and arrows pan, right drag zooms
// into a box, a double click, F, 0 or Home fits. The pixel under the pointer says what it is; a
// click asks for all of its values. Over the legend the wheel scrolls it.
class MapCanvas : public View {
  Q_OBJECT

 public:
  explicit MapCanvas(QWidget* parent = nullptr);

  const MapFigure& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override { figure_.setSelection(selection); }
  void setBackground(Background& background) override;
  void fit() override;

  const MapTiles& tiles() const { return tiles_; }
  MapCamera camera() const { return figure_.camera(figureSize()); }
  // Pixels to be marked, the first in the first data colour.
  void setMarked(std::vector<std::pair<std::int64_t, std::int64_t>> pixels);
  QString hoverText() const;

 Q_SIGNALS:
  void pixelRead(const lineament::views::PixelValues& pixel);  // that was clicked
  void menuWanted(const QPoint& global);
  void letGo();

 protected:
  bool pinched(const QPointF& at, double factor) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  enum class Gesture { none, press, pan, box };
  using Values = std::function<void(PixelValues)>;

  QSizeF figureSize() const;
  QPointF figurePoint(const QPointF& widget_point) const;
  void askForTiles();  // what is seen has changed
  void tilesChanged();
  void seen(const MapCamera& camera);
  void zoomAbout(const QPointF& at, double factor);
  void panBy(const QPointF& units);
  void zoomToBox();
  std::optional<std::pair<std::int64_t, std::int64_t>> pixelAt(const QPointF& at) const;
  void readPixel(std::int64_t column, std::int64_t row, Values then);
  void hover(const QPointF& at, const QPoint& global);
  void readHovered();
  void drawMarked(QPainter& painter) const;
  void drawBox(QPainter& painter) const;

  MapFigure figure_;
  MapTiles tiles_;
  QImage layer_;
  bool layer_stale_ = true;
  int raster_number_ = 0;  // values of an earlier raster are not taken for this one's

  std::vector<std::pair<std::int64_t, std::int64_t>> marked_;
  std::optional<PixelValues> hovered_;
  QPoint hovered_at_;  // of the screen
  bool reading_hovered_ = false;

  Gesture gesture_ = Gesture::none;
  Qt::MouseButton button_ = Qt::NoButton;
  QPointF pressed_at_, last_at_;
};

}  // namespace lineament::views
