// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/series/series_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "views/common/colour_map.h"
#include "views/common/decimation.h"
#include "views/common/figure_style.h"
#include "views/common/marker.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr ErrorText kLengths{"series.lengths", "Show the curve '{name}'",
                             "it has {x} x values, {y} y values and {rows} rows", "",
                             "Run the analysis again"};

constexpr double kTop = 10;
constexpr double kKey = 20;  // height of the key above the plot
constexpr double kRight = 14;
constexpr double kLabelGap = 6;                                // between a line's end and its label
constexpr double kDot = 2.3, kDotOnLine = 1.8, kChosen = 1.4;  // radii, and a factor of them
constexpr std::size_t kManyPoints = 20000;

bool usable(double value, bool logarithmic) {
  return std::isfinite(value) && (!logarithmic || value > 0);
}

std::size_t sizeOf(const Series& series) {
  return std::accumulate(series.curves.begin(), series.curves.end(), std::size_t{0},
                         [](std::size_t sum, const auto& curve) { return sum + curve.x.size(); });
}

}  // namespace

void SeriesFigure::setData(const Data& shown) {
  const auto& wanted = shown.require<Series>();
  for (const Curve& curve : wanted.curves) {
    const bool rows_fit = curve.rows.empty() || curve.rows.size() == curve.x.size();
    if (curve.x.size() == curve.y.size() && rows_fit) continue;
    throw Error(kLengths, {{"name", curve.name},
                           {"x", curve.x.size()},
                           {"y", curve.y.size()},
                           {"rows", curve.rows.size()}});
  }
  series_ = wanted;
  origin_ = shown.origin();
  log_x_ = wanted.x.logarithmic;
  log_y_ = wanted.y.logarithmic;
  findRanges();
}

void SeriesFigure::setOptions(const nlohmann::json& options) {
  const auto set = [&](const char* name, bool& value) {
    const auto found = options.find(name);
    if (found != options.end() && found->is_boolean()) value = found->get<bool>();
  };
  set("log_x", log_x_);
  set("log_y", log_y_);
  if (const auto found = options.find("colours"); found != options.end() && found->is_array()) {
    colours_.clear();
    for (const nlohmann::json& number : *found) {
      if (number.is_number_unsigned()) colours_.push_back(number.get<std::size_t>());
    }
  }
  if (const auto found = options.find("curves"); found != options.end() && found->is_array()) {
    called_ = *found;
  }
  findRanges();
  PlotFigure::setOptions(options);
}

nlohmann::json SeriesFigure::options() const {
  nlohmann::json options = PlotFigure::options();
  options["log_x"] = log_x_;
  options["log_y"] = log_y_;
  if (!colours_.empty()) options["colours"] = colours_;
  if (!called_.empty()) options["curves"] = called_;
  return options;
}

QSizeF SeriesFigure::naturalSize(double width) const {
  if (!series_.identity_line) return {width, width * 0.62};
  return {width, std::min(width, 480.0)};
}

QString SeriesFigure::caption() const {
  const std::size_t points = sizeOf(series_);
  QString text = tr("%1 points").arg(numberText(static_cast<double>(points), 15));
  if (points > kManyPoints) text += tr(", those that cover each other drawn once");
  const bool own = selection().origin() == origin_ && !selection().empty();
  if (own) text += tr(" · selected: %1").arg(numberText(double(selection().size()), 15));
  return text;
}

std::size_t SeriesFigure::marks() const {
  return sizeOf(series_);
}

void SeriesFigure::findRanges() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double x_low = kInfinity, x_high = -kInfinity, y_low = kInfinity, y_high = -kInfinity;
  bool lines = true;
  for (const Curve& curve : series_.curves) {
    lines = lines && curve.style == Series::Style::line;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (!usable(curve.x[i], log_x_) || !usable(curve.y[i], log_y_)) continue;
      x_low = std::min(x_low, curve.x[i]);
      x_high = std::max(x_high, curve.x[i]);
      y_low = std::min(y_low, curve.y[i]);
      y_high = std::max(y_high, curve.y[i]);
    }
  }
  if (series_.identity_line) {
    x_low = y_low = std::min(x_low, y_low);
    x_high = y_high = std::max(x_high, y_high);
  }
  // Lines run from edge to edge; dots keep off the axes.
  x_range_ = paddedRange(x_low, x_high, log_x_, lines && !series_.identity_line ? 0 : 0.04);
  y_range_ = paddedRange(y_low, y_high, log_y_);
  if (series_.identity_line) y_range_ = x_range_;
}

bool SeriesFigure::directLabels() const {
  return series_.curves.size() > 1 && series_.curves.size() <= 12 &&
         std::all_of(series_.curves.begin(), series_.curves.end(),
                     [](const Curve& curve) { return curve.style != Series::Style::points; });
}

double SeriesFigure::endLabelWidth() const {
  double widest = 0;
  for (std::size_t i = 0; i < series_.curves.size(); ++i) {
    widest = std::max(widest, textWidth(figureFont(), nameOf(i)));
  }
  return widest;
}

QRectF SeriesFigure::plotArea(const QSizeF& size) const {
  const bool key = series_.curves.size() > 1 && !directLabels();
  const double top = kTop + (key ? kKey : 0);
  const double right =
      directLabels() ? std::min(endLabelWidth(), size.width() * 0.3) + kLabelGap + 6 : kRight;
  const double bottom = bottomAxisHeight(true) + 4;
  const double height = std::max(size.height() - top - bottom, 1.0);
  const AxisScale upwards{y_range_.low, y_range_.high, height, 0, log_y_};
  const double left = leftAxisWidth(upwards.part(zoomWindow().bottom, zoomWindow().top), true) + 4;
  QRectF plot(left, top, std::max(size.width() - left - right, 1.0), height);
  if (series_.identity_line) {
    const double side = std::min(plot.width(), plot.height());
    plot = QRectF(left + (plot.width() - side) / 2, top, side, side);
  }
  return plot;
}

SeriesFigure::Frame SeriesFigure::frameIn(const QRectF& plot) const {
  const AxisScale x{x_range_.low, x_range_.high, plot.left(), plot.right(), log_x_};
  const AxisScale y{y_range_.low, y_range_.high, plot.bottom(), plot.top(), log_y_};
  const ZoomWindow& zoom = zoomWindow();
  return {plot, x.part(zoom.left, zoom.right), y.part(zoom.bottom, zoom.top)};
}

SeriesFigure::Frame SeriesFigure::frame(const QSizeF& size) const {
  return frameIn(plotArea(size));
}

std::vector<QPointF> SeriesFigure::positions(const Curve& curve, const Frame& frame) const {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  std::vector<QPointF> points;
  points.reserve(curve.x.size());
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    const bool there = usable(curve.x[i], log_x_) && usable(curve.y[i], log_y_);
    points.push_back(there ? frame.at(curve.x[i], curve.y[i]) : QPointF(kNan, kNan));
  }
  return points;
}

std::size_t SeriesFigure::numberOf(std::size_t curve) const {
  return colours_.size() == series_.curves.size() ? colours_[curve] : curve;
}

// What the options call a curve, as far as they do.
QString SeriesFigure::called(std::size_t curve, const char* member) const {
  if (called_.size() != series_.curves.size() || !called_[curve].is_object()) return {};
  const auto found = called_[curve].find(member);
  if (found == called_[curve].end() || !found->is_string()) return {};
  return QString::fromStdString(found->get<std::string>());
}

QString SeriesFigure::nameOf(std::size_t curve) const {
  const QString own = called(curve, "name");
  return own.isEmpty() ? QString::fromStdString(series_.curves[curve].name) : own;
}

QColor SeriesFigure::colourOf(std::size_t curve, bool dark) const {
  const QString own = called(curve, "colour");
  if (own.startsWith(u'#') && QColor::isValidColor(own)) return QColor(own);
  return categoricalColour(static_cast<int>(numberOf(curve) % kCategories), dark);
}

std::vector<Spot> SeriesFigure::spots(const QSizeF& size) const {
  const Frame placed = frame(size);
  std::vector<Spot> spots;
  std::size_t first = 0;  // key of the curve's first point
  for (const Curve& curve : series_.curves) {
    const std::vector<QPointF> points = positions(curve, placed);
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (std::isnan(points[i].x())) continue;
      spots.push_back({points[i], curve.rows.empty() ? Spot::kNoRow : curve.rows[i], first + i});
    }
    first += curve.x.size();
  }
  return spots;
}

QString SeriesFigure::spotText(const Spot& spot) const {
  std::size_t index = spot.key;
  auto curve = series_.curves.begin();
  while (index >= curve->x.size()) index -= (curve++)->x.size();
  const auto value = [](const Axis& axis, double number) {
    const QString unit = QString::fromStdString(axis.unit);
    return QString::fromStdString(axis.label) + QStringLiteral(" = ") + numberText(number, 6) +
           (unit.isEmpty() ? QString() : QChar(0x00a0) + unit);
  };
  QString text = nameOf(static_cast<std::size_t>(curve - series_.curves.begin()));
  if (!curve->rows.empty())
    text += tr(", row %1").arg(numberText(double(curve->rows[index] + 1), 15));
  return text + u'\n' + value(series_.x, curve->x[index]) + u'\n' +
         value(series_.y, curve->y[index]);
}

void SeriesFigure::drawMarks(const Drawing& drawing, const Frame& frame) const {
  QPainter& painter = drawing.painter;
  painter.setFont(figureFont(TextSize::small));
  for (const Series::Mark& mark : series_.marks) {
    const bool logarithmic = mark.on_x ? log_x_ : log_y_;
    if (!usable(mark.position, logarithmic)) continue;
    const AxisScale& scale = mark.on_x ? frame.x : frame.y;
    if (mark.position < scale.low || mark.position > scale.high) continue;
    const double at = scale.position(mark.position);
    painter.setPen(figurePen(drawing.theme.line, 0.75, Qt::DashLine));
    const QString label = QString::fromStdString(mark.label);
    if (mark.on_x) {
      painter.drawLine(QPointF(at, frame.plot.top()), QPointF(at, frame.plot.bottom()));
      // On the side with more room.
      const bool left = at > frame.plot.center().x();
      painter.setPen(drawing.theme.muted);
      drawLabel(painter, {at + (left ? -4 : 4), frame.plot.top() + 1},
                Qt::AlignTop | (left ? Qt::AlignRight : Qt::AlignLeft), label);
    } else {
      painter.drawLine(QPointF(frame.plot.left(), at), QPointF(frame.plot.right(), at));
      painter.setPen(drawing.theme.muted);
      drawLabel(painter, {frame.plot.right() - 2, at - 1}, Qt::AlignBottom | Qt::AlignRight, label);
    }
  }
}

void SeriesFigure::drawIdentity(const Drawing& drawing, const Frame& frame) const {
  if (!series_.identity_line) return;
  const double low = std::max(frame.x.low, frame.y.low);
  const double high = std::min(frame.x.high, frame.y.high);
  if (low >= high) return;
  drawing.painter.setPen(figurePen(drawing.theme.line, 1));
  drawing.painter.drawLine(frame.at(low, low), frame.at(high, high));
}

void SeriesFigure::drawLine(const Drawing& drawing, std::size_t curve,
                            std::span<const QPointF> points) const {
  // A quarter of a unit is a pixel at 384 dpi.
  const std::vector<QPointF> reduced = reducedLine(points, drawing.screen ? 0.5 : 0.25);
  QPen pen = figurePen(colourOf(curve, drawing.theme.dark), 1.5);
  pen.setJoinStyle(Qt::RoundJoin);
  drawing.painter.setPen(pen);
  drawing.painter.setBrush(Qt::NoBrush);
  QPolygonF piece;
  for (const QPointF& point : reduced) {
    if (!std::isnan(point.x())) {
      piece << point;
      continue;
    }
    drawing.painter.drawPolyline(piece);
    piece.clear();
  }
  drawing.painter.drawPolyline(piece);
}

void SeriesFigure::drawPoints(const Drawing& drawing, std::size_t curve, const Frame& frame,
                              std::span<const QPointF> points) const {
  QPainter& painter = drawing.painter;
  const Curve& shown = series_.curves[curve];
  const Marker marker = markerOf(numberOf(curve));
  const double radius = shown.style == Series::Style::points ? kDot : kDotOnLine;
  const bool many = sizeOf(series_) > kManyPoints;
  const double cell = many ? (drawing.screen ? 1 : 0.4) : 0.01;
  std::vector<std::size_t> drawn;
  if (many) {
    drawn = reducedPoints(points, frame.plot, cell);
  } else {
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (frame.plot.adjusted(-1, -1, 1, 1).contains(points[i])) drawn.push_back(i);
    }
  }
  QColor fill = colourOf(curve, drawing.theme.dark);
  fill.setAlphaF(choosing(shown) ? 0.18f : 0.7f);
  painter.setPen(Qt::NoPen);
  painter.setBrush(fill);
  for (const std::size_t i : drawn) drawMarker(painter, marker, points[i], radius);
}

bool SeriesFigure::choosing(const Curve& curve) const {
  return !selection().empty() && selection().origin() == origin_ && !curve.rows.empty();
}

// Points of lines, too, which have no mark else.
void SeriesFigure::drawChosen(const Drawing& drawing, std::size_t curve, const Frame& frame,
                              std::span<const QPointF> points) const {
  const Curve& shown = series_.curves[curve];
  if (!choosing(shown)) return;
  drawing.painter.setPen(figurePen(drawing.theme.text, 1.2));
  drawing.painter.setBrush(colourOf(curve, drawing.theme.dark));
  const double radius = kChosen * (shown.style == Series::Style::points ? kDot : kDotOnLine);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (selection().contains(shown.rows[i]) && frame.plot.contains(points[i])) {
      drawMarker(drawing.painter, markerOf(numberOf(curve)), points[i], radius);
    }
  }
}

// The names beside the lines' right ends, moved apart where they would lie on each other.
void SeriesFigure::drawEndLabels(const Drawing& drawing, const Frame& frame) const {
  struct Label {
    std::size_t curve;
    double y;
  };
  std::vector<Label> labels;
  for (std::size_t i = 0; i < series_.curves.size(); ++i) {
    const std::vector<QPointF> points = positions(series_.curves[i], frame);
    const auto inside = std::find_if(points.rbegin(), points.rend(), [&](const QPointF& point) {
      return point.x() <= frame.plot.right() + 0.5 && point.x() >= frame.plot.left();
    });
    if (inside == points.rend()) continue;
    labels.push_back({i, std::clamp(inside->y(), frame.plot.top(), frame.plot.bottom())});
  }
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.y < b.y; });
  const double pitch = textHeight(figureFont());
  for (std::size_t i = 1; i < labels.size(); ++i) {
    labels[i].y = std::max(labels[i].y, labels[i - 1].y + pitch);
  }
  for (std::size_t i = labels.size(); i-- > 0;) {
    const double below = i + 1 < labels.size() ? labels[i + 1].y - pitch : frame.plot.bottom();
    labels[i].y = std::min(labels[i].y, below);
  }
  const QFont font = figureFont();
  drawing.painter.setFont(font);
  for (const Label& label : labels) {
    // A curve may have any colour, which text in it need not be read in.
    const QColor colour = colourOf(label.curve, drawing.theme.dark);
    const bool read = called_.empty() || contrast(drawing.theme.view, colour) >= 3;
    drawing.painter.setPen(read ? colour : drawing.theme.text);
    const double x = frame.plot.right() + kLabelGap;
    drawLabel(drawing.painter, {x, label.y}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(font, nameOf(label.curve), drawing.size.width() - x));
  }
}

void SeriesFigure::drawKey(const Drawing& drawing, const Frame& frame) const {
  QPainter& painter = drawing.painter;
  const QFont font = figureFont();
  painter.setFont(font);
  double x = frame.plot.left();
  const double y = frame.plot.top() - kKey / 2 - 2;
  for (std::size_t i = 0; i < series_.curves.size(); ++i) {
    const QString name = nameOf(i);
    const double width = textWidth(font, name) + 26;
    if (i > 0 && x + width > drawing.size.width()) break;  // the rest is named by the pointer
    const QColor colour = colourOf(i, drawing.theme.dark);
    if (series_.curves[i].style == Series::Style::line) {
      painter.setPen(figurePen(colour, 1.5));
      painter.drawLine(QPointF(x, y), QPointF(x + 9, y));
    } else {
      painter.setPen(Qt::NoPen);
      painter.setBrush(colour);
      drawMarker(painter, markerOf(numberOf(i)), {x + 4.5, y}, 3);
    }
    painter.setPen(drawing.theme.text);
    drawLabel(painter, {x + 13, y}, Qt::AlignLeft | Qt::AlignVCenter, name);
    x += width;
  }
}

void SeriesFigure::draw(const Drawing& drawing) const {
  const Frame placed = frame(drawing.size);
  QPainter& painter = drawing.painter;
  drawGrid(painter, placed.plot, series_.identity_line ? &placed.x : nullptr, &placed.y,
           drawing.theme);
  painter.save();
  painter.setClipRect(placed.plot.adjusted(-3, -3, 3, 3));
  drawIdentity(drawing, placed);
  for (std::size_t i = 0; i < series_.curves.size(); ++i) {
    const std::vector<QPointF> points = positions(series_.curves[i], placed);
    if (series_.curves[i].style != Series::Style::points) drawLine(drawing, i, points);
    if (series_.curves[i].style != Series::Style::line) drawPoints(drawing, i, placed, points);
    drawChosen(drawing, i, placed, points);
  }
  painter.restore();
  drawMarks(drawing, placed);
  const auto label = [](const Axis& axis) {
    return withUnit(QString::fromStdString(axis.label), QString::fromStdString(axis.unit));
  };
  drawBottomAxis(painter, placed.plot, placed.x, label(series_.x), drawing.size.width(),
                 drawing.theme);
  drawLeftAxis(painter, placed.plot, placed.y, label(series_.y), drawing.theme);
  if (directLabels()) {
    drawEndLabels(drawing, placed);
  } else if (series_.curves.size() > 1) {
    drawKey(drawing, placed);
  }
}

}  // namespace lineament::views
