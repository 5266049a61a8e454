// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_figure.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/map/graticule.h"
#include "views/map/map_caption.h"
#include "views/map/map_furniture.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 12;
constexpr double kTitleHeight = 22;
constexpr double kMostLegend = 0.42;  // of the figure's width
constexpr double kVectorRasterDpi = 300;

bool ofVectors(const QPainter& painter) {
  const int type = painter.device()->devType();
  return type != QInternal::Image && type != QInternal::Pixmap && type != QInternal::Widget;
}

// Pixels per unit of what the painter draws on; files of vectors get a fixed raster.
double rasterScale(const QPainter& painter) {
  if (ofVectors(painter)) return kVectorRasterDpi / kUnitsPerInch;
  return std::max(1.0, painter.combinedTransform().m11());
}

std::optional<QRectF> boxFrom(const nlohmann::json& numbers, const MapPlane& plane) {
  const auto is_number = [](const nlohmann::json& part) { return part.is_number(); };
  if (!numbers.is_array() || numbers.size() != 4) return std::nullopt;
  if (!std::all_of(numbers.begin(), numbers.end(), is_number)) return std::nullopt;
  const auto corner = [&](std::size_t i) {
    return plane.fromMap({numbers[i].get<double>(), numbers[i + 1].get<double>()});
  };
  const QRectF box = QRectF(corner(0), corner(2)).normalized();
  const bool finite = std::isfinite(box.left() + box.top() + box.right() + box.bottom());
  if (!finite || !box.isValid() || !box.intersects(plane.whole())) return std::nullopt;
  return box;
}

// A picture of a plot, or on a screen of the whole pixels around `first`, where it is laid down
// pixel on pixel: that takes a tenth of the time.
void drawPixels(QPainter& painter, const QRectF& plot, const QImage& image, const QRectF& first,
                double pixels) {
  if (pixels == 0) return painter.drawImage(plot, image);
  const QPointF corner = wholePixels(first, pixels).topLeft() + plot.topLeft() - first.topLeft();
  const QPointF at = painter.transform().map(corner);
  QImage own = image;
  own.setDevicePixelRatio(painter.device()->devicePixelRatioF());
  painter.save();
  painter.setClipRect(plot, Qt::IntersectClip);
  painter.resetTransform();
  painter.drawImage(QPointF(std::round(at.x() * own.devicePixelRatio()),
                            std::round(at.y() * own.devicePixelRatio())) /
                        own.devicePixelRatio(),
                    own);
  painter.restore();
}

// Right of the divider alone.
void drawRightPart(QPainter& painter, const QRectF& plot, const QImage& image, double share,
                   double pixels) {
  const double from = dividerAt(plot, share);
  if (pixels == 0) {
    const double column = share * image.width();
    return painter.drawImage(QRectF(QPointF(from, plot.top()), plot.bottomRight()), image,
                             QRectF(column, 0, image.width() - column, image.height()));
  }
  painter.save();
  painter.setClipRect(QRectF(QPointF(from, plot.top()), plot.bottomRight()), Qt::IntersectClip);
  drawPixels(painter, plot, image, plot, pixels);
  painter.restore();
}

}  // namespace

void MapFigure::setData(const Data& data) {
  own_ = {};
  own_layer_.reset();
  other_.reset();
  layers_.clear();
  if (const auto* features = data.as<Features>()) {
    takeLayer(*features);
    own_layer_->origin = data.origin();
  } else {
    own_.raster = data.require<Raster>();
    own_.plane = MapPlane(own_.raster.grid());
    own_.origin = data.origin();
  }
  choices_.layers.clear();
  choices_.bands.clear();
  choices_.edits = {};
  choices_.background = 0;
  choices_.background_name.clear();
  no_overlap_ = false;
  shown_.reset();
  legend_first_ = 0;
  problem_.clear();
}

// A raster without bands stands for the place.
void MapFigure::takeLayer(const Features& features) {
  const RasterGrid grid = gridAround(features);
  own_.raster = Raster(grid, {}, nullptr);
  own_.plane = MapPlane::ofCoordinates(grid);
  const QString name =
      features.name().empty() ? tr("Layer") : QString::fromStdString(features.name());
  own_layer_ = placedLayer(0, name, features, grid, own_.plane);
}

void MapFigure::setOptions(const nlohmann::json& options) {
  const std::vector<std::string> bands = choices_.bands;
  const std::int64_t background = choices_.background;
  choices_.take(options);
  if (choices_.background != background) {
    other_.reset();
    no_overlap_ = false;
  }
  std::erase_if(layers_, [this](const auto& had) {
    return std::none_of(choices_.layers.begin(), choices_.layers.end(),
                        [&](const MapChoices::Layer& one) { return one.id == had.first; });
  });
  const RasterLayer* shown = image();
  if (shown && !bandsNamed(shown->raster, choices_.bands)) choices_.bands = bands;
  if (const auto found = options.find("view"); found != options.end()) {
    if (const auto box = boxFrom(*found, own_.plane)) shown_ = *box;
  }
  own_.print.reset();
  if (other_) other_->print.reset();
}

nlohmann::json MapFigure::options() const {
  nlohmann::json options = choices_.toJson();
  if (image() || (choices_.bands.empty() && !ofLayer())) {
    const RasterLayer& layer = image() ? *image() : own_;
    options["bands"] = nlohmann::json::array();
    for (const std::size_t band : settings(layer, false).bands) {
      options["bands"].push_back(bandKey(layer.raster, band));
    }
  }
  if (shown_) {
    const QPointF first = own_.plane.toMap(shown_->topLeft()),
                  last = own_.plane.toMap(shown_->bottomRight());
    options["view"] = {first.x(), first.y(), last.x(), last.y()};
  }
  return options;
}

std::vector<std::int64_t> MapFigure::companions() const {
  std::vector<std::int64_t> wanted;
  const bool lacks = choices_.background != 0 && !other_ && !no_overlap_;
  if (lacks && !ofLayer()) wanted.push_back(choices_.background);
  for (const MapChoices::Layer& layer : choices_.layers) {
    if (!layers_.contains(layer.id)) wanted.push_back(layer.id);
  }
  return wanted;
}

void MapFigure::setCompanion(std::int64_t id, const Data& data) {
  const auto chosen = std::find_if(choices_.layers.begin(), choices_.layers.end(),
                                   [id](const MapChoices::Layer& one) { return one.id == id; });
  const Features* features = data.as<Features>();
  if (features && chosen != choices_.layers.end()) {
    VectorLayer layer = placedLayer(id, {}, *features, raster().grid(), own_.plane);
    layer.origin = data.origin();
    layers_.insert_or_assign(id, std::move(layer));
    return;
  }
  const Raster* raster = data.as<Raster>();
  if (id != choices_.background || ofLayer()) return;
  const auto plane = raster ? planeWithin(raster->grid(), own_.raster.grid()) : std::nullopt;
  no_overlap_ = !plane;
  if (!plane) return;
  other_.emplace();
  other_->raster = *raster;
  other_->plane = *plane;
  other_->origin = data.origin();
}

void MapFigure::setOtherOverview(Overview overview) {
  if (other_) other_->overview = std::move(overview);
}

void MapFigure::setSelection(const Selection& selection) {
  Figure::setSelection(selection);
  chosen_.reset();
  if (selection.empty()) return;
  chosen_ = std::make_shared<const std::vector<std::size_t>>(selection.indices());
}

std::vector<VectorLayer> MapFigure::layers() const {
  std::vector<VectorLayer> shown;
  if (own_layer_) shown.push_back(*own_layer_);
  for (const MapChoices::Layer& one : choices_.layers) {
    const auto found = layers_.find(one.id);
    if (found == layers_.end()) continue;
    shown.push_back(found->second);
    shown.back().name = one.name;
  }
  for (VectorLayer& layer : shown) {
    const bool here = !layer.origin.empty() && layer.origin == selection().origin();
    if (here) layer.chosen = chosen_;
  }
  return shown;
}

LayerLook MapFigure::layerLook() const {
  LayerLook look;
  look.fill = choices_.layer_fill;
  return look;
}

const RasterLayer& MapFigure::top() const {
  const bool other_above = other_ && other_->categorical() && !own_.categorical();
  return other_above ? *other_ : own_;
}

const RasterLayer* MapFigure::beneath() const {
  if (!other_) return nullptr;
  return &top() == &own_ ? &*other_ : &own_;
}

const RasterLayer* MapFigure::image() const {
  if (ofLayer()) return nullptr;
  if (!top().categorical()) return &top();
  return beneath() && !beneath()->categorical() ? beneath() : nullptr;
}

std::vector<ShownClass> MapFigure::shownClasses() const {
  return choices_.edits.shown(top().raster.classes());
}

MapSettings MapFigure::settings(const RasterLayer& layer, bool dark) const {
  MapSettings made;
  made.bands = usualBands(layer.raster);
  made.dark = dark;
  if (layer.categorical()) {
    if (&layer == &top()) made.edits = choices_.edits;
    return made;
  }
  if (&layer != image()) return made;
  made.bands = bandsNamed(layer.raster, choices_.bands).value_or(made.bands);
  made.stretch = choices_.stretch;
  made.ramp = choices_.ramp;
  return made;
}

void MapFigure::prepare(const Context& context) {
  if (empty()) return;
  prepareFor(camera(naturalSize(174 * kUnitsPerMillimetre)), context);
}

void MapFigure::prepareFor(const MapCamera& camera, const Context& context) {
  if (empty()) return;
  const bool dark = figureTheme().dark;
  if (!ofLayer()) {
    own_.prepare(settings(own_, dark), camera, context.part(0, other_ ? 0.5 : 1));
  }
  if (other_) other_->prepare(settings(*other_, dark), camera, context.part(0.5, 1));
}

double MapFigure::leftMargin() const {
  return choices_.graticule ? kGraticuleMargin + 4 : kMargin;
}

double MapFigure::gap() const {
  return leftMargin() + 2;
}

bool MapFigure::hasBandKey() const {
  return choices_.legend && image() && settings(*image(), false).bands.size() == 3;
}

double MapFigure::topMargin() const {
  return 8 + (choices_.title.isEmpty() ? 0 : kTitleHeight) + (hasBandKey() ? kBandKeyHeight : 0);
}

double MapFigure::bottomMargin(double width) const {
  return mapFooterHeight(width) + (choices_.graticule ? kGraticuleMargin : 4);
}

std::vector<LegendEntry> MapFigure::legendEntries() const {
  std::vector<LegendEntry> entries;
  if (classes()) {
    entries = legendOf(shownClasses(), top().overview ? &top().overview->shares : nullptr);
  }
  const std::vector<LegendEntry> features = legendOf(layers(), choices_.layer_fill);
  entries.insert(entries.end(), features.begin(), features.end());
  return entries;
}

double MapFigure::legendColumn(double width) const {
  if (!choices_.legend || empty()) return 0;
  const std::vector<LegendEntry> entries = legendEntries();
  const double list = entries.empty() ? 0 : legendWidth(entries, kMostLegend * width);
  return oneBand() ? std::max(kBandBarWidth, list) : list;
}

QRectF MapFigure::frame(const QSizeF& size) const {
  const double column = legendColumn(size.width());
  const double right = kMargin + (column > 0 ? column + kMargin + 4 : 0);
  return {leftMargin(), topMargin(), std::max(size.width() - leftMargin() - right, 1.0),
          std::max(size.height() - topMargin() - bottomMargin(size.width()), 1.0)};
}

std::vector<QRectF> MapFigure::plots(const QSizeF& size) const {
  return plotsOf(frame(size), beside() ? MapArrangement::beside : MapArrangement::over, gap());
}

QRectF MapFigure::legendArea(const QSizeF& size) const {
  const double column = legendColumn(size.width());
  if (!(column > 0)) return {};
  const QRectF around = frame(size);
  return {size.width() - kMargin - column, around.top(), column, around.height()};
}

// Below the colours of a band shown alone, which keep the upper half at least.
QRectF MapFigure::listArea(const QSizeF& size) const {
  const QRectF column = legendArea(size);
  if (!oneBand() || column.isEmpty()) return column;
  const double list = static_cast<double>(legendEntries().size()) * kLegendRow;
  return column.adjusted(0, column.height() - std::min(list, column.height() / 2), 0, 0);
}

MapCamera MapFigure::camera(const QSizeF& size) const {
  const QRectF plot = plots(size).front();
  return shown_ ? MapCamera(own_.plane, plot, *shown_) : MapCamera(own_.plane, plot);
}

std::optional<LegendEntry> MapFigure::legendEntryOf(const QPointF& at, const QSizeF& size) const {
  const QRectF column = listArea(size);
  const std::vector<LegendEntry> entries = legendEntries();
  if (entries.empty() || !column.contains(at)) return std::nullopt;
  const auto entry =
      legendEntryAt(entries.size(), column.height(), legend_first_, at.y() - column.top());
  return entry ? std::optional(entries[*entry]) : std::nullopt;
}

QString MapFigure::legendTextAt(const QPointF& at, const QSizeF& size) const {
  const auto one = legendEntryOf(at, size);
  if (!one) return {};
  return one->share.isEmpty() ? one->name : QStringLiteral("%1: %2").arg(one->name, one->share);
}

std::optional<std::int64_t> MapFigure::legendClassAt(const QPointF& at, const QSizeF& size) const {
  const auto one = legendEntryOf(at, size);
  return one ? one->value : std::nullopt;
}

QRectF MapFigure::legendNameOf(std::int64_t value, const QSizeF& size) const {
  const std::vector<LegendEntry> entries = legendEntries();
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [value](const LegendEntry& one) { return one.value == value; });
  if (found == entries.end()) return {};
  return legendNameArea(entries, listArea(size), legend_first_,
                        static_cast<std::size_t>(found - entries.begin()));
}

void MapFigure::scrollLegend(int rows) {
  const auto entries = static_cast<int>(legendEntries().size());
  legend_first_ = static_cast<std::size_t>(
      std::clamp(static_cast<int>(legend_first_) + rows, 0, std::max(entries - 1, 0)));
}

QSizeF MapFigure::naturalSize(double width) const {
  const QRectF part = shown_.value_or(own_.plane.whole());
  const double inner = plots({width, width}).front().width();
  const double high = inner * part.height() / std::max(part.width(), 1e-300);
  const double legend = static_cast<double>(legendEntries().size()) * kLegendRow;
  const double least =
      choices_.legend ? std::clamp(legend, 0.25 * width, 0.8 * width) : 0.25 * width;
  return {width, std::clamp(high, least, 1.3 * width) + topMargin() + bottomMargin(width)};
}

void MapFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  paintLayers(painter, size, theme, imagesFor(painter, camera(size)));
}

MapImages MapFigure::imagesFor(const QPainter& painter, const MapCamera& camera) const {
  MapImages images;
  if (empty()) return images;
  if (ofVectors(painter)) images.patterns = Patterns::apart;
  const double ratio = rasterScale(painter);
  if (!ofLayer()) images.own = own_.picture(camera, ratio, images.patterns);
  if (other_) images.other = other_->picture(camera, ratio, images.patterns);
  return images;
}

void MapFigure::paintMap(QPainter& painter, const MapCamera& camera, const Theme& theme) const {
  const MapImages images = imagesFor(painter, camera);
  drawImages(painter, {camera.plot()}, camera, images);
  drawLayers(painter, camera, images);
  drawChosenPixels(painter, camera);
  drawEdge(painter, camera, theme);
}

void MapFigure::drawImages(QPainter& painter, const std::vector<QRectF>& plots,
                           const MapCamera& camera, const MapImages& images) const {
  const bool own_above = &top() == &own_;
  const QImage& above = own_above ? images.own : images.other;
  const QImage& below = own_above ? images.other : images.own;
  const QRectF& first = plots.front();
  if (!below.isNull() && other_) drawPixels(painter, first, below, first, images.pixels);
  if (above.isNull()) return;
  const bool mixes = !other_ || choices_.arrangement == MapArrangement::over;
  if (mixes) painter.setOpacity(choices_.opacity);
  // In a PDF the edges of flat colours would be blurred by the compression of photographs.
  painter.setRenderHint(QPainter::LosslessImageRendering, classes() != nullptr);
  if (swiped()) {
    drawRightPart(painter, first, above, choices_.swipe, images.pixels);
  } else {
    drawPixels(painter, plots.back(), above, first, images.pixels);
  }
  if (images.patterns == Patterns::apart && classes()) {
    const MapCamera there(own_.plane, plots.back(), camera.visible());
    QRectF area = plots.back();
    if (swiped()) area.setLeft(dividerAt(area, choices_.swipe));
    top().drawPatterns(painter, there, area);
  }
  painter.setRenderHint(QPainter::LosslessImageRendering, false);
  painter.setOpacity(1);
}

void MapFigure::paintLayers(QPainter& painter, const QSizeF& size, const Theme& theme,
                            const MapImages& images) const {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.fillRect(QRectF({0, 0}, size), theme.view);
  const std::vector<QRectF> all = plots(size);
  const MapCamera first = camera(size);
  drawImages(painter, all, first, images);
  for (const QRectF& plot : all) {
    const MapCamera same(own_.plane, plot, first.visible());
    drawLayers(painter, same, images);
    drawPlot(painter, same, theme);
  }
  if (swiped()) drawDivider(painter, all.front(), choices_.swipe);
  drawTitle(painter, all.front(), theme);
  drawLegendColumn(painter, size, theme);
  if (!empty()) {
    const QRectF around = frame(size);
    const double top = around.bottom() + (choices_.graticule ? kGraticuleMargin : 4) + 2;
    drawMapFooter(painter, {around.left(), top, around.width(), 0}, size.width(), first, own_.plane,
                  raster().grid().crs, theme);
  }
  if (empty() || !problem_.isEmpty() || (!own_.overview && !ofLayer())) {
    drawSentence(painter, all.front(), theme);
  }
  painter.restore();
}

void MapFigure::drawLayers(QPainter& painter, const MapCamera& camera,
                           const MapImages& images) const {
  if (!images.layers) return views::paintLayers(painter, layers(), camera, layerLook());
  painter.save();
  painter.setClipRect(camera.plot(), Qt::IntersectClip);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.drawImage(camera.fromPlane().mapRect(images.layers->part), images.layers->image);
  painter.restore();
}

// What lies over the pixels: the raster's edge, coordinates, the frame.
void MapFigure::drawPlot(QPainter& painter, const MapCamera& camera, const Theme& theme) const {
  drawChosenPixels(painter, camera);
  drawEdge(painter, camera, theme);
  if (choices_.graticule && !empty()) {
    drawGraticule(painter, camera, graticuleFor(raster().grid().crs, own_.plane, camera), theme);
  }
  painter.setPen(figurePen(theme.line));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(camera.plot());
}

void MapFigure::drawTitle(QPainter& painter, const QRectF& frame, const Theme& theme) const {
  if (choices_.title.isEmpty()) return;
  painter.setFont(figureFont(TextSize::large, true));
  painter.setPen(theme.text);
  drawLabel(painter, {frame.left(), 8 + kTitleHeight / 2 - 2}, Qt::AlignLeft | Qt::AlignVCenter,
            elidedText(painter.font(), choices_.title, frame.width()));
}

// Those of one of the rasters, chosen in a scatter of its bands.
void MapFigure::drawChosenPixels(QPainter& painter, const MapCamera& camera) const {
  if (!chosen_ || selection().origin().empty()) return;
  for (const RasterLayer* layer : {&own_, other()}) {
    if (!layer || layer->origin != selection().origin() || layer->raster.columns() < 1) continue;
    const QTransform from_pixel = layer->camera(camera).fromPixel();
    const auto columns = static_cast<std::size_t>(layer->raster.columns());
    QPolygonF places;
    for (const std::size_t pixel : *chosen_) {
      const QPointF at = from_pixel.map(QPointF(static_cast<double>(pixel % columns) + 0.5,
                                                static_cast<double>(pixel / columns) + 0.5));
      if (camera.plot().contains(at)) places << at;
    }
    painter.setPen(QPen(Qt::white, 4.5));
    painter.drawPoints(places);
    painter.setPen(QPen(lightTheme().selection, 3));
    painter.drawPoints(places);
  }
}

// Where the raster ends, which its pixels do not show where they are as light as the ground. Cut by
// hand, as not every file knows how to clip.
void MapFigure::drawEdge(QPainter& painter, const MapCamera& camera, const Theme& theme) const {
  if (empty() || ofLayer()) return;
  const QRectF pixels(0, 0, static_cast<double>(raster().columns()),
                      static_cast<double>(raster().rows()));
  painter.setPen(figurePen(theme.line, kThinnest));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolygon(
      camera.fromPixel().map(QPolygonF(pixels)).intersected(QPolygonF(camera.plot())));
}

void MapFigure::drawLegendColumn(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  if (!choices_.legend || empty()) return;
  const QRectF around = frame(size), list = listArea(size);
  if (hasBandKey()) {
    drawBandKey(painter,
                {around.left(), around.top() - kBandKeyHeight, around.width(), kBandKeyHeight - 3},
                image()->raster, settings(*image(), false).bands, theme);
  }
  drawLegend(painter, list, legendEntries(), legend_first_, theme);
  if (oneBand() && top().overview) {
    QRectF column = legendArea(size);
    if (list.height() > 0) column.setBottom(list.top() - kMargin);
    drawBandBar(painter, column, top().raster, *top().overview->picture.look, theme);
  }
}

void MapFigure::drawSentence(QPainter& painter, const QRectF& plot, const Theme& theme) const {
  painter.setFont(figureFont());
  painter.setPen(theme.muted);
  const QString sentence = empty()              ? nothingText()
                           : problem_.isEmpty() ? tr("Reading the map")
                                                : problem_;
  drawLabel(painter, plot.center(), Qt::AlignHCenter | Qt::AlignVCenter,
            elidedText(painter.font(), sentence, plot.width() - 8));
}

QString MapFigure::nothingText() const {
  return ofLayer() ? tr("The layer has no features") : tr("The raster has no pixels");
}

QString MapFigure::caption() const {
  return captionOf(*this);
}

QString MapFigure::describe(const MapPlace& place) const {
  const auto about = [this](const RasterLayer* layer) {
    return ReadoutLayer{layer, layer ? settings(*layer, false) : MapSettings()};
  };
  return readoutOf(place, about(&own_), about(other()));
}

QStringList MapFigure::featuresAt(const QPointF& at, const QSizeF& size, bool all) const {
  QStringList lines;
  const MapCamera map = camera(size);
  if (!map.plot().contains(at)) return lines;
  const std::vector<VectorLayer> shown = layers();
  for (auto layer = shown.rbegin(); layer != shown.rend(); ++layer) {
    lines << featureTextAt(*layer, at, map, all);
  }
  return lines;
}

}  // namespace lineament::views
