// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "views/common/background.h"
#include "views/map/map_picture.h"
#include "views/map/tile_cache.h"

namespace lineament::views {

// What a screen shows of a raster, read in the background: first all of it small, then the tiles
// that are seen. Coarser tiles stand in for those that are still to come. A few tiles are read in
// one go, then what is wanted is asked anew, so that what has moved out of sight is not waited for.
class MapTiles : public QObject {
  Q_OBJECT

 public:
  // The background may be another one later.
  explicit MapTiles(std::function<Background&()> background, QObject* parent = nullptr);
  ~MapTiles() override;

  void setRaster(const Raster& raster);  // nothing is here then
  void setSettings(const MapSettings& settings);
  // What the screen shows now, `ratio` pixels to a unit.
  void want(const MapCamera& camera, double ratio);

  const std::shared_ptr<const MapOverview>& overview() const { return overview_; }
  // Of what was wanted last. Where only the place has changed, and by whole pixels, what was drawn
  // before is moved and its edges alone are drawn.
  QImage layer();
  double pixelsPerCell() const;  // of its coarsest part
  bool complete() const;         // nothing finer is to come
  const QString& problem() const { return problem_; }
  const TileCache& cache() const { return cache_; }

 Q_SIGNALS:
  void changed();

 private:
  struct Batch;

  void readNext();
  void readOverview();
  void readTiles(std::vector<TileKey> keys);
  void ended(const Outcome<Nothing>& outcome);
  void stop();
  bool allHere() const;
  std::vector<const MapPicture*> pictures() const;
  std::optional<QPoint> movedBy() const;  // pixels, since what is drawn
  bool upToDate(const MapPicture* picture) const;
  std::vector<TileKey> missing() const;

  std::function<Background&()> background_;
  Raster raster_;
  MapSettings settings_;
  std::shared_ptr<const MapOverview> overview_;
  TileCache cache_;
  std::vector<TileKey> wanted_;
  std::optional<MapCamera> camera_;
  double ratio_ = 1;
  int level_ = 0;               // of the tiles that are wanted
  Background::Cancel reading_;  // empty: nothing is being read
  int readings_ = 0;            // counts them, so that an overtaken one is known
  QString problem_;

  // The layer as it was drawn last.
  struct Drawn {
    QImage image;
    QPointF corner;  // its first pixel's, in the plane
    double scale = 0;
    QSizeF plot;
    double ratio = 0;
    int content = 0;
  };
  Drawn drawn_;
  int content_ = 0;  // counts what has been read and coloured
};

}  // namespace lineament::views
