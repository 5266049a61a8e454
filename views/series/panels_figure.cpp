// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/series/panels_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kTitle = 20, kGapAcross = 18, kGapDown = 12, kRight = 6, kTop = 4;
constexpr double kWide = 640, kMiddling = 400;  // of figures with three and two panels in a row
constexpr double kPanelShape = 0.62;            // height of a panel's plot by its width
constexpr double kDot = 2.2, kBestDot = 4.2;

std::size_t columnsOf(double width, std::size_t panels) {
  const std::size_t most = width >= kWide ? 3 : width >= kMiddling ? 2 : 1;
  return std::max<std::size_t>(1, std::min(most, panels));
}

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

}  // namespace

void PanelsFigure::setData(const Data& shown) {
  series_ = shown.require<Series>();
}

void PanelsFigure::setOptions(const nlohmann::json& options) {
  if (const auto found = options.find("best"); found != options.end() && found->is_array()) {
    best_.clear();
    for (const nlohmann::json& value : *found) {
      best_.push_back(value.is_number() ? std::optional(value.get<double>()) : std::nullopt);
    }
  }
  if (const auto found = options.find("notes"); found != options.end() && found->is_array()) {
    notes_.clear();
    for (const nlohmann::json& note : *found) {
      notes_.push_back(note.is_string() ? QString::fromStdString(note.get<std::string>())
                                        : QString());
    }
  }
  PlotFigure::setOptions(options);
}

nlohmann::json PanelsFigure::options() const {
  nlohmann::json options = PlotFigure::options();
  if (!best_.empty()) {
    options["best"] = nlohmann::json::array();
    for (const auto& value : best_) {
      options["best"].push_back(value ? nlohmann::json(*value) : nlohmann::json());
    }
  }
  if (!notes_.empty()) {
    options["notes"] = nlohmann::json::array();
    for (const QString& note : notes_) options["notes"].push_back(note.toStdString());
  }
  return options;
}

QSizeF PanelsFigure::naturalSize(double width) const {
  const std::size_t columns = columnsOf(width, series_.curves.size());
  const auto rows = static_cast<double>((series_.curves.size() + columns - 1) / columns);
  const double each = width / static_cast<double>(columns) * kPanelShape + kTitle;
  return {width, std::max(1.0, rows) * each + bottomAxisHeight(true) + kTop};
}

std::vector<PanelsFigure::Panel> PanelsFigure::panels(const QSizeF& size) const {
  std::vector<Panel> all;
  const std::size_t count = series_.curves.size();
  if (count == 0) return all;
  const std::size_t columns = columnsOf(size.width(), count),
                    rows = (count + columns - 1) / columns;
  const double cell_width =
      (size.width() - kGapAcross * static_cast<double>(columns - 1)) / static_cast<double>(columns);
  const double cell_height =
      (size.height() - kTop - bottomAxisHeight(true)) / static_cast<double>(rows);
  Extent across;
  for (const Series::Curve& curve : series_.curves) {
    for (const double x : curve.x) across.add(x);
  }
  const Range x = paddedRange(across.low, across.high, series_.x.logarithmic);
  std::vector<Range> ranges;
  std::vector<double> axis_widths(columns);  // plots above each other begin at one place
  for (std::size_t i = 0; i < count; ++i) {
    Extent up;
    for (const double y : series_.curves[i].y) up.add(y);
    ranges.push_back(paddedRange(up.low, up.high, series_.y.logarithmic, 0.08));
    const AxisScale scale{ranges[i].low, ranges[i].high, cell_height - kTitle - kGapDown, 0,
                          series_.y.logarithmic};
    axis_widths[i % columns] = std::max(axis_widths[i % columns], leftAxisWidth(scale, false));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto column = static_cast<double>(i % columns), row = static_cast<double>(i / columns);
    const QRectF cell(column * (cell_width + kGapAcross), kTop + row * cell_height, cell_width,
                      cell_height);
    const double top = cell.top() + kTitle;
    const bool lowest = i + columns >= count;
    const double bottom = cell.bottom() - kGapDown - (lowest ? 0 : bottomAxisHeight(false));
    const AxisScale upwards{ranges[i].low, ranges[i].high, std::max(bottom, top + 1), top,
                            series_.y.logarithmic};
    const double left = cell.left() + axis_widths[i % columns] + 2;
    const QRectF plot(left, top, std::max(1.0, cell.right() - kRight - left),
                      std::max(1.0, bottom - top));
    all.push_back({QRectF(plot.left(), cell.top(), plot.width(), kTitle),
                   plot,
                   {x.low, x.high, plot.left(), plot.right(), series_.x.logarithmic},
                   upwards,
                   lowest});
  }
  return all;
}

void PanelsFigure::draw(const Drawing& drawing) const {
  const std::vector<Panel> placed = panels(drawing.size);
  for (std::size_t i = 0; i < placed.size(); ++i) drawPanel(drawing, placed[i], i);
}

void PanelsFigure::drawPanel(const Drawing& drawing, const Panel& panel, std::size_t curve) const {
  QPainter& painter = drawing.painter;
  const Series::Curve& shown = series_.curves[curve];
  const QString name = QString::fromStdString(shown.name);
  painter.setFont(figureFont(TextSize::label, true));
  painter.setPen(drawing.theme.text);
  drawLabel(painter, {panel.title.left(), panel.title.center().y()},
            Qt::AlignLeft | Qt::AlignVCenter, name);
  if (curve < notes_.size()) {
    const double at = panel.title.left() + textWidth(figureFont(TextSize::label, true), name) + 8;
    painter.setFont(figureFont(TextSize::small));
    painter.setPen(drawing.theme.muted);
    drawLabel(painter, {at, panel.title.center().y()}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(figureFont(TextSize::small), notes_[curve],
                         std::max(0.0, panel.title.right() - at)));
  }
  drawGrid(painter, panel.plot, nullptr, &panel.y, drawing.theme);
  AxisScale x = panel.x;
  x.whole = std::all_of(shown.x.begin(), shown.x.end(),
                        [](double value) { return value == std::floor(value); });
  drawBottomAxis(painter, panel.plot, x,
                 panel.lowest ? QString::fromStdString(series_.x.label) : QString(),
                 drawing.size.width(), drawing.theme);
  drawLeftAxis(painter, panel.plot, panel.y, QString(), drawing.theme);
  drawBest(drawing, panel, curve);
  const QColor colour =
      categoricalColour(static_cast<int>(curve % kCategories), drawing.theme.dark);
  QPolygonF line;
  painter.setBrush(Qt::NoBrush);
  const auto finish = [&] {
    painter.setPen(figurePen(colour, 1.5));
    painter.drawPolyline(line);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    for (const QPointF& point : line) painter.drawEllipse(point, kDot, kDot);
    painter.setBrush(Qt::NoBrush);
    line.clear();
  };
  for (std::size_t i = 0; i < shown.x.size(); ++i) {
    if (std::isfinite(shown.y[i])) {
      line << QPointF(panel.x.position(shown.x[i]), panel.y.position(shown.y[i]));
    } else {
      finish();
    }
  }
  finish();
}

// A line down from the point, whose place is said, and a ring around it.
void PanelsFigure::drawBest(const Drawing& drawing, const Panel& panel, std::size_t curve) const {
  if (curve >= best_.size() || !best_[curve]) return;
  const Series::Curve& shown = series_.curves[curve];
  for (std::size_t i = 0; i < shown.x.size(); ++i) {
    if (shown.x[i] != *best_[curve] || !std::isfinite(shown.y[i])) continue;
    QPainter& painter = drawing.painter;
    const QPointF at(panel.x.position(shown.x[i]), panel.y.position(shown.y[i]));
    painter.setPen(figurePen(drawing.theme.muted, 0.75, Qt::DashLine));
    painter.drawLine(QPointF(at.x(), panel.plot.top()), QPointF(at.x(), panel.plot.bottom()));
    painter.setPen(figurePen(drawing.theme.text, 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(at, kBestDot, kBestDot);
    painter.setFont(figureFont(TextSize::small, true));
    painter.setPen(drawing.theme.text);
    const bool left = at.x() > panel.plot.center().x();
    // Away from the curve: it is highest or lowest where its best is.
    const bool low = at.y() < panel.plot.center().y();
    drawLabel(painter,
              {at.x() + (left ? -5 : 5), low ? panel.plot.bottom() - 3 : panel.plot.top() + 2},
              (low ? Qt::AlignBottom : Qt::AlignTop) | (left ? Qt::AlignRight : Qt::AlignLeft),
              numberText(shown.x[i], 6));
    return;
  }
}

std::vector<Spot> PanelsFigure::spots(const QSizeF& size) const {
  std::vector<Spot> all;
  const std::vector<Panel> placed = panels(size);
  std::size_t first = 0;
  for (std::size_t c = 0; c < placed.size(); ++c) {
    const Series::Curve& curve = series_.curves[c];
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (!std::isfinite(curve.y[i])) continue;
      all.push_back({{placed[c].x.position(curve.x[i]), placed[c].y.position(curve.y[i])},
                     Spot::kNoRow,
                     first + i});
    }
    first += curve.x.size();
  }
  return all;
}

QString PanelsFigure::spotText(const Spot& spot) const {
  std::size_t index = spot.key;
  auto curve = series_.curves.begin();
  while (index >= curve->x.size()) index -= (curve++)->x.size();
  return QString::fromStdString(curve->name) + u'\n' + QString::fromStdString(series_.x.label) +
         QStringLiteral(" = ") + numberText(curve->x[index], 6) + u'\n' +
         numberText(curve->y[index], 6);
}

}  // namespace lineament::views
