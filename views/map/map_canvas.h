// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "views/common/view.h"
#include "views/map/layer_sheets.h"
#include "views/map/map_figure.h"
#include "views/map/map_tiles.h"

namespace lineament::views {

// A map on the screen: the wheel zooms about the pointer, drag and arrows pan, right drag zooms
// into a box, a double click, F, 0 or Home fits. The line of a swipe is dragged, or moved by Shift
// and the arrows left and right. The place under the pointer says what it is; a click asks for all
// of its values. Over the legend the wheel scrolls it.
class MapCanvas : public View {
  Q_OBJECT

 public:
  explicit MapCanvas(QWidget* parent = nullptr);

  const MapFigure& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setCompanion(std::int64_t id, const Data& companion);
  void setSelection(const Selection& selection) override;
  void setBackground(Background& background) override;
  void setSurroundings(Surroundings* surroundings) override;
  void fit() override;

  const MapTiles& tiles() const { return tiles_; }
  const MapTiles& otherTiles() const { return other_tiles_; }
  bool complete() const;  // all that is seen has been read
  QSizeF figureSize() const;
  MapCamera camera() const { return figure_.camera(figureSize()); }
  // Pixels of the figure's image to be marked, the first in the first data colour.
  void setMarked(std::vector<PixelValues> pixels);
  QString hoverText() const;

 Q_SIGNALS:
  void placeRead(const lineament::views::MapPlace& place);  // that was clicked
  void featureClicked(const lineament::views::FeatureHit& hit, Qt::KeyboardModifiers modifiers);
  void menuWanted(const QPoint& global);
  void classMenuWanted(const QPoint& global, qint64 value);  // of a class in the legend
  void classOpened(qint64 value);                            // double click on its entry
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
  enum class Gesture { none, press, pan, box, swipe };
  using Read = std::function<void(MapPlace)>;

  QPointF figurePoint(const QPointF& widget_point) const;
  QPointF toSecondPlot() const;  // from the first one; nothing where there is one alone
  QPointF inFirstPlot(const QPointF& at) const;
  double pixelRatio() const;      // of the screen, to a unit
  MapCamera pixelCamera() const;  // of the whole pixels around the first plot
  void askForTiles();             // what is seen has changed
  void askForOtherTiles();
  void askForSheets();
  void tilesChanged();
  void otherTilesChanged();
  void learnSystem();
  void seen(const MapCamera& camera);
  void zoomAbout(const QPointF& at, double factor);
  void panBy(const QPointF& units);
  void zoomToBox();
  bool onDivider(const QPointF& at) const;
  void moveDivider(double share);
  std::optional<std::array<double, 2>> degreesAt(const QPointF& map) const;
  QString beyondPixels(const QPointF& at) const;
  void tellFeatures(const QPointF& at, const QPoint& global);
  std::optional<MapPlace> placeAt(const QPointF& at) const;
  void readPlace(MapPlace place, Read then);
  void hover(const QPointF& at, const QPoint& global);
  void readHovered();
  void askForMenu(const QPointF& at, const QPoint& global);
  void drawOver(QPainter& painter) const;
  void drawMarked(QPainter& painter) const;

  MapFigure figure_;
  MapTiles tiles_, other_tiles_;
  LayerSheets sheets_;
  MapImages images_;
  bool stale_ = true;      // the images
  int raster_number_ = 0;  // values of earlier rasters are not taken for those of these
  Surroundings::ToDegrees to_degrees_;

  std::vector<PixelValues> marked_;
  std::optional<MapPlace> hovered_;
  QString beyond_;     // what is hovered where there is no pixel
  QPointF pointer_;    // of the figure, in the first plot
  QPoint hovered_at_;  // of the screen
  bool reading_hovered_ = false;

  Gesture gesture_ = Gesture::none;
  Qt::MouseButton button_ = Qt::NoButton;
  QPointF pressed_at_, last_at_;
};

}  // namespace lineament::views
