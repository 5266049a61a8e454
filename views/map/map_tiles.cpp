// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_tiles.h"

#include <QElapsedTimer>
#include <QPainter>
#include <QRegion>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <future>
#include <utility>

namespace lineament::views {

namespace {

constexpr std::size_t kBudget = std::size_t{384} << 20;  // bytes of tiles
constexpr qint64 kGo = 80;                               // ms of reading before asking anew
constexpr int kLeastRows = 64;                           // of a picture that is worth two threads

std::size_t tileBytes(std::size_t bands) {
  return static_cast<std::size_t>(kTileCells * kTileCells) * (bands * sizeof(float) + sizeof(QRgb));
}

// The same as layerOf(), of whole pixels: the lower half is drawn on another thread meanwhile, as
// the screen waits for it.
QImage drawnInHalves(const MapCamera& camera, double ratio,
                     const std::vector<const MapPicture*>& pictures) {
  const QRectF plot = camera.plot();
  const int rows = static_cast<int>(std::lround(plot.height() * ratio));
  const bool whole = std::abs(plot.height() * ratio - rows) < 1e-6;
  if (!whole || rows < kLeastRows) return layerOf(camera, ratio, pictures);
  const double height = rows / 2 / ratio;
  const QRectF lower = plot.adjusted(0, height, 0, 0);
  auto drawing =
      std::async(std::launch::async, [&] { return layerOf(camera.over(lower), ratio, pictures); });
  const QRectF upper(plot.topLeft(), QSizeF(plot.width(), height));
  const QImage above = layerOf(camera.over(upper), ratio, pictures), below = drawing.get();
  QImage layer(above.width(), above.height() + below.height(), above.format());
  std::memcpy(layer.bits(), above.constBits(), static_cast<std::size_t>(above.sizeInBytes()));
  std::memcpy(layer.scanLine(above.height()), below.constBits(),
              static_cast<std::size_t>(below.sizeInBytes()));
  return layer;
}

}  // namespace

// Tiles to read, or only to colour where their values are known, and what became of them.
struct MapTiles::Batch {
  struct Item {
    TileKey key;
    std::shared_ptr<const MapCells> cells;
  };
  std::vector<Item> items;
  std::vector<std::pair<TileKey, MapPicture>> made;

  void make(const Raster& raster, const std::shared_ptr<const MapLook>& look,
            const Context& context) {
    QElapsedTimer clock;
    clock.start();
    for (const Item& item : items) {
      if (context.stopRequested() || (!made.empty() && clock.elapsed() > kGo)) return;
      auto cells = item.cells ? item.cells
                              : std::make_shared<const MapCells>(
                                    readTile(raster, look->settings.bands, item.key, context));
      made.emplace_back(item.key, pictureOf(std::move(cells), look));
    }
  }
};

MapTiles::MapTiles(std::function<Background&()> background, QObject* parent)
    : QObject(parent), background_(std::move(background)), cache_(kBudget) {}

MapTiles::~MapTiles() {
  stop();
}

void MapTiles::stop() {
  if (reading_) reading_();
  reading_ = nullptr;
  ++readings_;
}

void MapTiles::setRaster(const Raster& raster) {
  stop();
  ++content_;
  raster_ = raster;
  overview_.reset();
  cache_.clear();
  wanted_.clear();
  problem_.clear();
}

// Other colours of the same bands are made of the values that are here; until then the old ones
// stay.
void MapTiles::setSettings(const MapSettings& settings) {
  if (settings == settings_) return;
  stop();
  if (settings.bands != settings_.bands) cache_.clear();
  settings_ = settings;
  problem_.clear();
  readNext();
}

void MapTiles::want(const MapCamera& camera, double ratio) {
  camera_ = camera;
  ratio_ = ratio;
  wanted_.clear();
  level_ = levelFor(camera.unitsPerPixel() * ratio);
  const std::size_t most = kBudget / tileBytes(settings_.bands.size());
  // What has no room in the cache would be read again and again.
  while (tilesOver(camera.visiblePixels(), level_, sizeOf(raster_.grid())).size() > most) ++level_;
  const bool enough =
      overview_ && overview_->picture.cells->pixelsPerCell() <= static_cast<double>(1LL << level_);
  if (!enough) wanted_ = tilesOver(camera.visiblePixels(), level_, sizeOf(raster_.grid()));
  for (const TileKey& key : wanted_) cache_.find(key);
  readNext();
}

bool MapTiles::upToDate(const MapPicture* picture) const {
  return picture && picture->look == overview_->picture.look;
}

std::vector<TileKey> MapTiles::missing() const {
  std::vector<TileKey> keys;
  std::copy_if(wanted_.begin(), wanted_.end(), std::back_inserter(keys),
               [this](const TileKey& key) { return !upToDate(cache_.peek(key)); });
  return keys;
}

bool MapTiles::complete() const {
  return !reading_ && overview_ && overview_->settings() == settings_ && missing().empty();
}

void MapTiles::readNext() {
  const bool nothing = settings_.bands.empty() || raster_.columns() < 1 || raster_.rows() < 1;
  if (reading_ || nothing || !problem_.isEmpty()) return;
  if (!overview_ || overview_->settings() != settings_) return readOverview();
  std::vector<TileKey> keys = missing();
  if (!keys.empty()) readTiles(std::move(keys));
}

void MapTiles::readOverview() {
  const int number = readings_;
  const auto made = std::make_shared<MapOverview>();
  const bool same_bands = overview_ && overview_->settings().bands == settings_.bands;
  reading_ = background_().start(
      tr("Read the map"),
      [raster = raster_, settings = settings_, made,
       cells = same_bands ? overview_->picture.cells : nullptr](const Context& context) {
        *made = cells ? overviewOf(raster, settings, cells)
                      : views::readOverview(raster, settings, context);
      },
      this,
      [this, number, made](const Outcome<Nothing>& outcome) {
        if (number != readings_) return;
        if (valueOf(outcome)) {
          overview_ = made;
          if (camera_) want(*camera_, ratio_);
        }
        ended(outcome);
      });
}

void MapTiles::readTiles(std::vector<TileKey> keys) {
  const int number = readings_;
  const auto batch = std::make_shared<Batch>();
  for (const TileKey& key : keys) {
    const MapPicture* old = cache_.peek(key);
    batch->items.push_back({key, old ? old->cells : nullptr});
  }
  reading_ = background_().start(
      tr("Read the map"),
      [batch, raster = raster_, look = overview_->picture.look](const Context& context) {
        batch->make(raster, look, context);
      },
      this,
      [this, number, batch](const Outcome<Nothing>& outcome) {
        if (number != readings_) return;
        for (auto& [key, picture] : batch->made) cache_.put(key, std::move(picture));
        ended(outcome);
      });
}

void MapTiles::ended(const Outcome<Nothing>& outcome) {
  reading_ = nullptr;
  ++content_;
  if (const Error* error = errorOf(outcome)) problem_ = QString::fromStdString(error->found());
  if (std::holds_alternative<Cancelled>(outcome)) problem_ = tr("Not read: cancelled");
  readNext();
  Q_EMIT changed();
}

bool MapTiles::allHere() const {
  return !wanted_.empty() &&
         std::all_of(wanted_.begin(), wanted_.end(),
                     [this](const TileKey& key) { return cache_.peek(key) != nullptr; });
}

std::vector<const MapPicture*> MapTiles::pictures() const {
  std::vector<const MapPicture*> pictures;
  if (allHere()) {  // and cover all that is seen
    for (const TileKey& key : wanted_) pictures.push_back(cache_.peek(key));
    return pictures;
  }
  pictures.push_back(&overview_->picture);
  const auto tiles = cache_.over(camera_->visiblePixels(), level_);
  pictures.insert(pictures.end(), tiles.begin(), tiles.end());
  return pictures;
}

std::optional<QPoint> MapTiles::movedBy() const {
  constexpr double kNearly = 0.01;  // of a pixel
  const bool same = !drawn_.image.isNull() && drawn_.content == content_ &&
                    drawn_.plot == camera_->plot().size() && drawn_.ratio == ratio_ &&
                    std::abs(drawn_.scale / camera_->scale() - 1) < 1e-9;
  if (!same) return std::nullopt;
  const QPointF off = (drawn_.corner - camera_->visible().topLeft()) * camera_->scale() * ratio_;
  const QPoint whole = off.toPoint();
  const bool far =
      std::abs(whole.x()) >= drawn_.image.width() || std::abs(whole.y()) >= drawn_.image.height();
  const bool between = std::abs(off.x() - whole.x()) + std::abs(off.y() - whole.y()) > kNearly;
  return far || between ? std::nullopt : std::optional(whole);
}

QImage MapTiles::layer() {
  if (!camera_ || !overview_) return {};
  const auto moved = movedBy();
  if (!moved) {
    drawn_ = {drawnInHalves(*camera_, ratio_, pictures()),
              camera_->visible().topLeft(),
              camera_->scale(),
              camera_->plot().size(),
              ratio_,
              content_};
    return drawn_.image;
  }
  if (moved->isNull()) return drawn_.image;
  const QRect whole = drawn_.image.rect();
  QImage image = drawn_.image.copy(whole.translated(-*moved));
  QPainter painter(&image);
  painter.setCompositionMode(QPainter::CompositionMode_Source);
  for (const QRect& strip : QRegion(whole).subtracted(whole.translated(*moved))) {
    const QRectF units(QPointF(strip.topLeft()) / ratio_ + camera_->plot().topLeft(),
                       QSizeF(strip.size()) / ratio_);
    painter.drawImage(strip.topLeft(), layerOf(camera_->over(units), ratio_, pictures()));
  }
  painter.end();
  drawn_.image = image;
  drawn_.corner -= QPointF(*moved) / (camera_->scale() * ratio_);
  return image;
}

double MapTiles::pixelsPerCell() const {
  if (!overview_) return 1;
  return allHere() ? static_cast<double>(1LL << level_) : overview_->picture.cells->pixelsPerCell();
}

}  // namespace lineament::views
