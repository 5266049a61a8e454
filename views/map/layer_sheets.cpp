// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/layer_sheets.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace lineament::views {

namespace {

constexpr double kAround = 0.25;  // of the plot, on each side

bool sameLayers(const std::vector<VectorLayer>& a, const std::vector<VectorLayer>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const VectorLayer& one, const VectorLayer& other) {
        return one.id == other.id && one.place == other.place && one.to_plane == other.to_plane &&
               one.picture.sharesFeatures(other.picture) && one.chosen == other.chosen;
      });
}

bool drawsNothing(const std::vector<VectorLayer>& layers) {
  return std::none_of(layers.begin(), layers.end(),
                      [](const VectorLayer& layer) { return layer.place == LayerPlace::here; });
}

LayerSheet paintedSheet(const std::vector<VectorLayer>& layers, const LayerLook& look,
                        const MapPlane& plane, const MapCamera& seen, double ratio,
                        const Context& context) {
  const QSizeF inner = seen.plot().size();
  const QRectF plot({0, 0}, inner * (1 + 2 * kAround));
  const QRectF visible = seen.visible();
  const QSizeF more = visible.size() * kAround;
  const MapCamera camera(
      plane, plot, visible.adjusted(-more.width(), -more.height(), more.width(), more.height()));
  const QSize pixels = (plot.size() * ratio).toSize().expandedTo({1, 1});
  QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(pixels.width() / plot.width(), pixels.height() / plot.height());
  paintLayers(painter, layers, camera, look, context);
  return {image, camera.visible(), camera.scale()};
}

}  // namespace

LayerSheets::LayerSheets(std::function<Background&()> background, QObject* parent)
    : QObject(parent), background_(std::move(background)) {}

LayerSheets::~LayerSheets() {
  stop();
}

void LayerSheets::stop() {
  if (painting_) painting_();
  painting_ = nullptr;
  ++paintings_;
}

void LayerSheets::setLayers(const std::vector<VectorLayer>& layers, const LayerLook& look) {
  if (look == look_ && sameLayers(layers, layers_)) return;
  stop();
  layers_ = layers;
  look_ = look;
  current_ = drawsNothing(layers);
  if (current_) sheet_ = {};
}

void LayerSheets::want(const MapPlane& plane, const MapCamera& camera, double ratio) {
  wanted_ = {plane, camera, ratio};
  paintNext();
}

bool LayerSheets::lacking() const {
  if (!wanted_ || drawsNothing(layers_)) return false;
  const double scale = wanted_->camera.scale();
  const bool as_large = std::abs(sheet_.scale - scale) <= 1e-9 * scale;
  const bool as_fine = sheet_ratio_ == wanted_->ratio;
  return !current_ || !as_large || !as_fine || !sheet_.part.contains(wanted_->camera.visible());
}

// One after the other: while a hand moves on, what it asks last is painted next.
void LayerSheets::paintNext() {
  if (painting_ || !lacking()) return;
  const int number = paintings_;
  const auto made = std::make_shared<LayerSheet>();
  painting_ = background_().start(
      tr("Draw the layers"),
      [made, layers = layers_, look = look_, wanted = *wanted_](const Context& context) {
        *made = paintedSheet(layers, look, wanted.plane, wanted.camera, wanted.ratio, context);
      },
      this,
      [this, number, made, ratio = wanted_->ratio](const Outcome<Nothing>& outcome) {
        if (number != paintings_) return;
        painting_ = nullptr;
        if (!valueOf(outcome)) return;
        sheet_ = *made;
        sheet_ratio_ = ratio;
        current_ = true;
        paintNext();
        Q_EMIT changed();
      });
}

}  // namespace lineament::views
