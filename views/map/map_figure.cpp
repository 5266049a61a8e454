// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_figure.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/map/graticule.h"
#include "views/map/map_furniture.h"
#include "views/map/scale_bar.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 12;
constexpr double kTitleHeight = 22;
constexpr double kBelowHeight = 30;  // scale bar, name of the system and north arrow
constexpr double kLongestBar = 110;
constexpr double kMostLegend = 0.42;  // of the figure's width
constexpr double kNarrow = 420;       // below, the system's name has a line of its own
constexpr double kNameHeight = 15;
constexpr double kVectorRasterDpi = 300;
constexpr double kPrintCells = 2400;  // along the longer side: 174 mm at 350 dpi
constexpr std::size_t kDescribedBands = 12;

// Pixels per unit of what the painter draws on; files of vectors get a fixed raster.
double rasterScale(const QPainter& painter) {
  const int type = painter.device()->devType();
  if (type != QInternal::Image && type != QInternal::Pixmap && type != QInternal::Widget) {
    return kVectorRasterDpi / kUnitsPerInch;
  }
  return std::max(1.0, painter.combinedTransform().m11());
}

RasterWindow windowAround(const QRectF& pixels, const RasterGrid& grid) {
  const auto column = std::max<std::int64_t>(std::int64_t(std::floor(pixels.left())), 0);
  const auto row = std::max<std::int64_t>(std::int64_t(std::floor(pixels.top())), 0);
  const auto right = std::min(std::int64_t(std::ceil(pixels.right())), grid.columns);
  const auto bottom = std::min(std::int64_t(std::ceil(pixels.bottom())), grid.rows);
  return {column, row, std::max<std::int64_t>(right - column, 0),
          std::max<std::int64_t>(bottom - row, 0)};
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

QString placeText(const Crs& crs, double x, double y) {
  if (crs.geographic) {
    return MapFigure::tr("%1° %2, %3° %4")
        .arg(fixedText(std::abs(y), 6), y < 0 ? QStringLiteral("S") : QStringLiteral("N"),
             fixedText(std::abs(x), 6), x < 0 ? QStringLiteral("W") : QStringLiteral("E"));
  }
  const QString unit = crs.unit.empty() ? QString() : u' ' + QString::fromStdString(crs.unit);
  return MapFigure::tr("x %1, y %2%3").arg(fixedText(x, 1), fixedText(y, 1), unit);
}

QString countedText(std::int64_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

void MapFigure::setData(const Data& data) {
  raster_ = data.require<Raster>();
  plane_ = MapPlane(raster_.grid());
  bands_ = usualBands(raster_);
  shown_.reset();
  overview_.reset();
  print_.reset();
  reduction_ = 1;
  legend_first_ = 0;
  problem_.clear();
}

void MapFigure::setOptions(const nlohmann::json& options) {
  const auto text = [&](const char* key) -> std::optional<std::string> {
    const auto found = options.find(key);
    if (found == options.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  const auto set = [&](const char* key, bool& value) {
    const auto found = options.find(key);
    if (found != options.end() && found->is_boolean()) value = found->get<bool>();
  };
  if (const auto found = options.find("bands"); found != options.end() && found->is_array()) {
    std::vector<std::string> names;
    for (const nlohmann::json& one : *found) {
      if (one.is_string()) names.push_back(one.get<std::string>());
    }
    if (!raster_.categorical()) bands_ = bandsNamed(raster_, names).value_or(bands_);
  }
  if (const auto name = text("stretch")) stretch_ = stretchFromName(*name).value_or(stretch_);
  if (const auto name = text("ramp")) ramp_ = *name == "colour" ? Ramp::colour : Ramp::grey;
  if (const auto title = text("title")) title_ = QString::fromStdString(*title);
  if (const auto found = options.find("opacity"); found != options.end() && found->is_number()) {
    opacity_ = std::clamp(found->get<double>(), 0.0, 1.0);
  }
  set("legend", legend_);
  set("graticule", graticule_);
  if (const auto found = options.find("view"); found != options.end()) {
    if (const auto box = boxFrom(*found, plane_)) shown_ = *box;
  }
  print_.reset();
}

nlohmann::json MapFigure::options() const {
  nlohmann::json names = nlohmann::json::array();
  for (const std::size_t band : bands_) names.push_back(bandKey(raster_, band));
  nlohmann::json options{{"bands", std::move(names)},
                         {"stretch", name(stretch_)},
                         {"ramp", ramp_ == Ramp::colour ? "colour" : "grey"},
                         {"opacity", opacity_},
                         {"legend", legend_},
                         {"graticule", graticule_}};
  if (!title_.isEmpty()) options["title"] = title_.toStdString();
  if (shown_) {
    const QPointF first = plane_.toMap(shown_->topLeft()),
                  last = plane_.toMap(shown_->bottomRight());
    options["view"] = {first.x(), first.y(), last.x(), last.y()};
  }
  return options;
}

MapSettings MapFigure::settings(bool dark) const {
  return {bands_, stretch_, ramp_, dark};
}

void MapFigure::prepare(const Context& context) {
  if (empty()) return;
  const MapSettings wanted = settings(figureTheme().dark);
  if (!overview_ || overview_->settings() != wanted) {
    const bool same_bands = overview_ && overview_->settings().bands == bands_;
    overview_ = std::make_shared<const MapOverview>(
        same_bands ? overviewOf(raster_, wanted, overview_->picture.cells)
                   : readOverview(raster_, wanted, context.part(0, 0.3)));
  }
  const QSizeF size = naturalSize(174 * kUnitsPerMillimetre);
  const RasterWindow window = windowAround(camera(size).visiblePixels(), raster_.grid());
  const std::int64_t longer = std::max(window.columns, window.rows);
  const double share =
      std::min(kPrintCells / static_cast<double>(std::max<std::int64_t>(longer, 1)), 1.0);
  const auto cells = [share](std::int64_t pixels) {
    return std::max<std::int64_t>(std::llround(share * static_cast<double>(pixels)), 1);
  };
  if (window.columns < 1 || window.rows < 1) return;
  auto read = std::make_shared<const MapCells>(readCells(
      raster_, bands_, window, cells(window.columns), cells(window.rows), context.part(0.3, 1)));
  print_ = std::make_shared<const MapPicture>(pictureOf(std::move(read), overview_->picture.look));
  reduction_ = print_->cells->pixelsPerCell();
}

double MapFigure::leftMargin() const {
  return graticule_ ? kGraticuleMargin + 4 : kMargin;
}

double MapFigure::topMargin() const {
  const bool key = legend_ && !raster_.categorical() && bands_.size() == 3;
  return 8 + (title_.isEmpty() ? 0 : kTitleHeight) + (key ? kBandKeyHeight : 0);
}

double MapFigure::bottomMargin(double width) const {
  return kBelowHeight + (graticule_ ? kGraticuleMargin : 4) + (width < kNarrow ? kNameHeight : 0);
}

std::vector<LegendEntry> MapFigure::legendEntries() const {
  return legendOf(raster_.classes(), overview_ ? &overview_->shares : nullptr);
}

double MapFigure::legendColumn(double width) const {
  if (!legend_) return 0;
  if (oneBand()) return kBandBarWidth;
  return raster_.categorical() ? legendWidth(legendEntries(), kMostLegend * width) : 0;
}

QRectF MapFigure::plotArea(const QSizeF& size) const {
  const double column = legendColumn(size.width());
  const double right = kMargin + (column > 0 ? column + kMargin + 4 : 0);
  return {leftMargin(), topMargin(), std::max(size.width() - leftMargin() - right, 1.0),
          std::max(size.height() - topMargin() - bottomMargin(size.width()), 1.0)};
}

QRectF MapFigure::legendArea(const QSizeF& size) const {
  const double column = legendColumn(size.width());
  if (!(column > 0)) return {};
  const QRectF plot = plotArea(size);
  return {size.width() - kMargin - column, plot.top(), column, plot.height()};
}

MapCamera MapFigure::camera(const QSizeF& size) const {
  const QRectF plot = plotArea(size);
  return shown_ ? MapCamera(plane_, plot, *shown_) : MapCamera(plane_, plot);
}

QString MapFigure::legendTextAt(const QPointF& at, const QSizeF& size) const {
  const QRectF column = legendArea(size);
  if (!raster_.categorical() || !column.contains(at)) return {};
  const std::vector<LegendEntry> entries = legendEntries();
  const auto entry =
      legendEntryAt(entries.size(), column.height(), legend_first_, at.y() - column.top());
  if (!entry) return {};
  const LegendEntry& one = entries[*entry];
  return one.share.isEmpty() ? one.name : QStringLiteral("%1: %2").arg(one.name, one.share);
}

void MapFigure::scrollLegend(int rows) {
  const auto entries = static_cast<int>(legendEntries().size());
  legend_first_ = static_cast<std::size_t>(
      std::clamp(static_cast<int>(legend_first_) + rows, 0, std::max(entries - 1, 0)));
}

QSizeF MapFigure::naturalSize(double width) const {
  const QRectF part = shown_.value_or(plane_.whole());
  const double inner = plotArea({width, width}).width();
  const double high = inner * part.height() / std::max(part.width(), 1e-300);
  const double legend = static_cast<double>(legendEntries().size()) * kLegendRow;
  const double least = legend_ ? std::clamp(legend, 0.25 * width, 0.8 * width) : 0.25 * width;
  return {width, std::clamp(high, least, 1.3 * width) + topMargin() + bottomMargin(width)};
}

void MapFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  QImage layer;
  if (!empty()) {
    std::vector<const MapPicture*> pictures;
    if (overview_) pictures.push_back(&overview_->picture);
    if (print_) pictures.push_back(print_.get());
    layer = layerOf(camera(size), rasterScale(painter), pictures);
  }
  paintLayer(painter, size, theme, layer);
}

void MapFigure::paintLayer(QPainter& painter, const QSizeF& size, const Theme& theme,
                           const QImage& layer) const {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.fillRect(QRectF({0, 0}, size), theme.view);
  const MapCamera seen = camera(size);
  const QRectF& plot = seen.plot();
  if (!layer.isNull()) {
    painter.setOpacity(opacity_);
    painter.drawImage(plot, layer);
    painter.setOpacity(1);
  }
  drawEdge(painter, seen, theme);
  if (graticule_ && !empty()) {
    drawGraticule(painter, seen, graticuleFor(raster_.grid().crs, plane_, seen), theme);
  }
  painter.setPen(figurePen(theme.line));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(plot);
  if (!title_.isEmpty()) {
    painter.setFont(figureFont(TextSize::large, true));
    painter.setPen(theme.text);
    drawLabel(painter, {plot.left(), 8 + kTitleHeight / 2 - 2}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(painter.font(), title_, size.width() - plot.left() - kMargin));
  }
  drawLegendColumn(painter, size, theme);
  drawBelow(painter, seen, size.width(), theme);
  if (empty() || !problem_.isEmpty() || !overview_) drawSentence(painter, plot, theme);
  painter.restore();
}

// Where the raster ends, which its pixels do not show where they are as light as the ground. Cut by
// hand, as not every file knows how to clip.
void MapFigure::drawEdge(QPainter& painter, const MapCamera& camera, const Theme& theme) const {
  if (empty()) return;
  const QRectF pixels(0, 0, static_cast<double>(raster_.columns()),
                      static_cast<double>(raster_.rows()));
  painter.setPen(figurePen(theme.line, kThinnest));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolygon(
      camera.fromPixel().map(QPolygonF(pixels)).intersected(QPolygonF(camera.plot())));
}

void MapFigure::drawLegendColumn(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  if (!legend_ || empty()) return;
  const QRectF plot = plotArea(size), column = legendArea(size);
  if (raster_.categorical()) {
    drawLegend(painter, column, legendEntries(), legend_first_, theme);
  } else if (bands_.size() == 3) {
    drawBandKey(painter,
                {plot.left(), plot.top() - kBandKeyHeight, plot.width(), kBandKeyHeight - 3},
                raster_, bands_, theme);
  } else if (overview_) {
    drawBandBar(painter, column, raster_, *overview_->picture.look, theme);
  }
}

// Scale bar at the left, the north arrow at the right, the system's name between them, or below
// where the figure is narrow.
void MapFigure::drawBelow(QPainter& painter, const MapCamera& camera, double width,
                          const Theme& theme) const {
  if (empty()) return;
  const QRectF& plot = camera.plot();
  const double top = plot.bottom() + (graticule_ ? kGraticuleMargin : 4) + 2;
  const double middle = top + kNorthArrowHeight / 2;
  if (plane_.mapped()) drawNorthArrow(painter, {plot.right() - kNorthArrowWidth, top}, theme);
  const double longest = std::min(kLongestBar, 0.3 * plot.width());
  const ScaleBar bar = scaleBarFor(raster_.grid().crs, plane_, camera, longest);
  drawScaleBar(painter, {plot.left() + 1, middle + 3}, bar, theme);
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  const QString name = coordinatesText(raster_.grid().crs, plane_.mapped());
  if (width < kNarrow) {
    drawLabel(painter, {plot.left(), top + kNorthArrowHeight + 10},
              Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(painter.font(), name, width - plot.left() - kMargin));
    return;
  }
  const double left = plot.left() + bar.width + textWidth(painter.font(), bar.label) + 24;
  const double right = plot.right() - (plane_.mapped() ? kNorthArrowWidth + 26 : 0);
  drawLabel(painter, {right, middle + 1.5}, Qt::AlignRight | Qt::AlignVCenter,
            elidedText(painter.font(), name, std::max(right - left, 0.0)));
}

void MapFigure::drawSentence(QPainter& painter, const QRectF& plot, const Theme& theme) const {
  painter.setFont(figureFont());
  painter.setPen(theme.muted);
  const QString sentence = empty()              ? tr("The raster has no pixels")
                           : problem_.isEmpty() ? tr("Reading the map")
                                                : problem_;
  drawLabel(painter, plot.center(), Qt::AlignHCenter | Qt::AlignVCenter,
            elidedText(painter.font(), sentence, plot.width() - 8));
}

QString MapFigure::bandsText() const {
  if (raster_.categorical()) {
    const std::size_t count = raster_.classes().size();
    return count == 1 ? tr("1 class") : tr("%1 classes").arg(count);
  }
  if (bands_.size() == 1) return bandLabel(raster_, bands_[0]);
  return tr("red %1, green %2, blue %3")
      .arg(bandLabel(raster_, bands_[0]), bandLabel(raster_, bands_[1]),
           bandLabel(raster_, bands_[2]));
}

QString MapFigure::caption() const {
  const RasterGrid& grid = raster_.grid();
  QStringList parts{tr("%1 × %2 pixels").arg(countedText(grid.columns), countedText(grid.rows))};
  if (empty()) return parts.first();
  if (!legend_ || raster_.categorical()) parts << bandsText();  // else the key says it
  if (reduction_ > 1.01) {
    const QString side = numberText(reduction_, 2);
    parts << (raster_.categorical() ? tr("each cell stands for %1 × %1 pixels")
                                    : tr("each cell is the mean of %1 × %1 pixels"))
                 .arg(side);
  }
  const bool sampled = overview_ && overview_->picture.cells->pixelsPerCell() > 1.01;
  if (raster_.categorical() && legend_ && sampled) parts << tr("shares by a sample");
  parts << coordinatesText(grid.crs, plane_.mapped());
  if (!raster_.categorical()) {
    parts << (stretch_ == StretchKind::percentile ? tr("stretched over 2 to 98 %")
              : stretch_ == StretchKind::extremes ? tr("stretched over all values")
                                                  : tr("stretched over 2 standard deviations"));
  }
  return parts.join(QStringLiteral(" · "));
}

QString MapFigure::valueText(std::size_t band, float value) const {
  if (!std::isfinite(value)) return tr("no data");
  const auto number = static_cast<double>(value);
  if (raster_.categorical()) {
    const auto id = static_cast<std::int64_t>(std::llround(number));
    const RasterClass* known = raster_.findClass(id);
    const QString text = numberText(number, 15);
    return known ? QStringLiteral("%1 (%2)").arg(QString::fromStdString(known->name), text)
                 : tr("no class (%1)").arg(text);
  }
  const QString unit = QString::fromStdString(raster_.bands()[band].unit);
  return numberText(number, 6) + (unit.isEmpty() ? QString() : u' ' + unit);
}

QString MapFigure::describe(std::int64_t column, std::int64_t row,
                            std::span<const float> values) const {
  QStringList lines{tr("column %1, row %2").arg(countedText(column), countedText(row))};
  const Crs& crs = raster_.grid().crs;
  if (plane_.mapped()) {
    const auto [x, y] =
        raster_.grid().toMap(static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5);
    lines << placeText(crs, x, y);
  }
  const bool many = values.size() > kDescribedBands;
  const auto add = [&](std::size_t band) {
    lines << QStringLiteral("%1: %2").arg(bandLabel(raster_, band), valueText(band, values[band]));
  };
  if (raster_.categorical() && !values.empty()) {
    lines << valueText(0, values[0]);
  } else if (many) {
    for (const std::size_t band : bands_) add(band);
    lines << tr("and %1 other bands").arg(values.size() - bands_.size());
  } else {
    for (std::size_t band = 0; band < values.size(); ++band) add(band);
  }
  return lines.join(u'\n');
}

}  // namespace lineament::views
