// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/beeswarm_figure.h"

#include <QLinearGradient>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/random.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/explanation/beeswarm_layout.h"

namespace lineament::views {

namespace {

constexpr double kPitch = 0.4 * kUnitsPerInch;  // of the lines, in a figure of the full width
constexpr double kFullWidth = 8 * kUnitsPerInch;
constexpr double kTop = 6;
constexpr double kColourBar = 46;  // with its labels

double pitchAt(double width) {
  return std::clamp(kPitch * width / kFullWidth, 22.0, kPitch);
}

// 4 pt across at the full width, less where the figure is narrower.
double dotRadius(double pitch) {
  return std::clamp(pitch / kPitch, 0.6, 1.0) * 2 * kUnitsPerPoint;
}

std::vector<std::size_t> chosenRows(std::size_t rows, std::size_t most) {
  if (rows > most) {
    const auto sample = Random(0).sample(rows, most);
    return {sample.begin(), sample.end()};
  }
  std::vector<std::size_t> all(rows);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace

QSizeF BeeswarmFigure::naturalSize(double width) const {
  const std::size_t lines = std::clamp<std::size_t>(explanation().featureCount(), 1, mostLines());
  return {width,
          kTop + pitchAt(width) * (static_cast<double>(lines) + 0.2) + bottomAxisHeight(true) + 4};
}

QString BeeswarmFigure::caption() const {
  const QString text = ExplanationFigure::caption();
  if (explanation().rows() <= kMostRowsOnScreen) return text;
  return tr("showing %1 of ").arg(numberText(double(kMostRowsOnScreen), 15)) + text;
}

void BeeswarmFigure::explanationChanged() {
  swarms_ = arranged(kMostRowsOnScreen);
  double low = 0, high = 0;
  for (const Swarm& swarm : swarms_) {
    for (const Dot& dot : swarm.dots) {
      low = std::min(low, dot.value);
      high = std::max(high, dot.value);
    }
  }
  range_ = paddedRange(low, high, false);
}

double BeeswarmFigure::valueOf(const FeatureLine& line, std::size_t row) const {
  double sum = 0;
  for (const std::size_t feature : line.features) sum += explanation().value(row, feature);
  return sum;
}

std::vector<float> BeeswarmFigure::colourPositions(const FeatureLine& line,
                                                   const std::vector<std::size_t>& rows) const {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> positions(rows.size(), kNone);
  const Table& explained = explanation().data;
  if (line.others() || line.features[0] >= explained.columnCount()) return positions;
  const Column& column = explained.column(line.features[0]);
  if (column.type() == Column::Type::text) return positions;  // levels have no order to colour by
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::size_t row : rows) {
    values.push_back(row < column.size() ? column.number(row) : double{kNone});
  }
  const auto [low, high] = colourRange(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double share = high > low ? std::clamp((values[i] - low) / (high - low), 0.0, 1.0) : 0.5;
    positions[i] = std::isnan(values[i]) ? kNone : static_cast<float>(share);
  }
  return positions;
}

BeeswarmFigure::Swarm BeeswarmFigure::swarmOf(const FeatureLine& line,
                                              const std::vector<std::size_t>& rows,
                                              std::vector<std::size_t>& order) const {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::size_t row : rows) values.push_back(valueOf(line, row));
  const std::vector<double> offsets = beeswarmOffsets(values, order);
  const std::vector<float> colours = colourPositions(line, rows);
  Swarm swarm{line, {}};
  for (const std::size_t i : order) {
    if (!std::isfinite(values[i])) continue;
    swarm.dots.push_back({rows[i], values[i], offsets[i], colours[i]});
  }
  std::stable_partition(swarm.dots.begin(), swarm.dots.end(),
                        [](const Dot& dot) { return std::isnan(dot.colour); });
  return swarm;
}

std::vector<BeeswarmFigure::Swarm> BeeswarmFigure::arranged(std::size_t most_rows) const {
  const std::vector<std::size_t> rows = chosenRows(explanation().rows(), most_rows);
  std::vector<std::size_t> order = Random(1).permutation(rows.size());  // the same every time
  std::vector<Swarm> swarms;
  if (rows.empty()) return swarms;
  for (const FeatureLine& line : featureLines(explanation(), mostLines())) {
    swarms.push_back(swarmOf(line, rows, order));
  }
  return swarms;
}

std::size_t BeeswarmFigure::marks() const {
  std::size_t dots = 0;
  for (const Swarm& swarm : swarms_) dots += swarm.dots.size();
  return dots;
}

QRectF BeeswarmFigure::plotArea(const QSizeF& size) const {
  QStringList labels;
  for (const Swarm& swarm : swarms_) labels << swarm.line.label;
  const double left = labelWidth(labels, size.width()) + 12;
  const double room = size.height() - kTop - bottomAxisHeight(true) - 4;
  const double lines = static_cast<double>(std::max<std::size_t>(swarms_.size(), 1)) + 0.2;
  const double height = std::min(room, lines * kPitch * 1.5);
  return {left, kTop, size.width() - left - kColourBar, std::max(height, 1.0)};
}

AxisScale BeeswarmFigure::scale(const QRectF& plot) const {
  const AxisScale whole{range_.low, range_.high, plot.left(), plot.right(), false};
  return whole.part(zoomWindow().left, zoomWindow().right);
}

std::vector<Spot> BeeswarmFigure::spots(const QSizeF& size) const {
  const QRectF plot = plotArea(size);
  const AxisScale x = scale(plot);
  const double pitch = plot.height() / (static_cast<double>(swarms_.size()) + 0.2);
  std::vector<Spot> spots;
  for (std::size_t line = 0; line < swarms_.size(); ++line) {
    const double middle = plot.top() + pitch * (static_cast<double>(line) + 0.6);
    for (const Dot& dot : swarms_[line].dots) {
      spots.push_back({{x.position(dot.value), middle - dot.offset * pitch},
                       sourceRow(dot.row),
                       line * explanation().rows() + dot.row});
    }
  }
  return spots;
}

QString BeeswarmFigure::spotText(const Spot& spot) const {
  const FeatureLine& line = swarms_[spot.key / explanation().rows()].line;
  const std::size_t row = spot.key % explanation().rows();
  QString text = rowText(row) + u'\n' + line.label;
  if (!line.others()) {
    text += QStringLiteral(" = ") + featureValueText(explanation(), row, line.features[0]);
  }
  text += tr("\nSHAP value %1").arg(signedText(valueOf(line, row), 6));
  text += tr("\nf(x) = %1").arg(numberText(explanation().predictions[row], 6));
  return text;
}

void BeeswarmFigure::drawDots(const Drawing& drawing, const QRectF& plot,
                              const std::vector<Swarm>& swarms) const {
  QPainter& painter = drawing.painter;
  const AxisScale x = scale(plot);
  const double pitch = plot.height() / (static_cast<double>(swarms.size()) + 0.2);
  const double radius = dotRadius(pitch);
  const std::vector<std::size_t> chosen = selectedRows();
  const auto isChosen = [&](std::size_t row) {
    return std::binary_search(chosen.begin(), chosen.end(), row);
  };
  const auto at = [&](std::size_t line, const Dot& dot) {
    return QPointF(x.position(dot.value),
                   plot.top() + pitch * (static_cast<double>(line) + 0.6 - dot.offset));
  };
  painter.save();
  painter.setClipRect(plot.adjusted(-radius, 0, radius, 0));
  painter.setPen(Qt::NoPen);
  for (std::size_t line = 0; line < swarms.size(); ++line) {
    for (const Dot& dot : swarms[line].dots) {
      if (isChosen(dot.row)) continue;
      QColor colour = colours().feature_value.at(dot.colour);
      if (!chosen.empty()) colour.setAlphaF(0.3f);
      painter.setBrush(colour);
      painter.drawEllipse(at(line, dot), radius, radius);
    }
  }
  painter.setPen(figurePen(drawing.theme.text, 1.2));
  for (std::size_t line = 0; !chosen.empty() && line < swarms.size(); ++line) {
    for (const Dot& dot : swarms[line].dots) {
      if (!isChosen(dot.row)) continue;
      painter.setBrush(colours().feature_value.at(dot.colour));
      painter.drawEllipse(at(line, dot), radius * 1.35, radius * 1.35);
    }
  }
  painter.restore();
}

void BeeswarmFigure::drawColourBar(const Drawing& drawing, const QRectF& plot) const {
  QPainter& painter = drawing.painter;
  const double height = std::min(plot.height() - 30, 260.0);
  const QRectF bar(plot.right() + 16, plot.center().y() - height / 2, 5, height);
  QLinearGradient gradient(bar.bottomLeft(), bar.topLeft());
  for (int i = 0; i <= 20; ++i) gradient.setColorAt(i / 20.0, colours().feature_value.at(i / 20.0));
  painter.setPen(Qt::NoPen);
  painter.setBrush(gradient);
  painter.drawRect(bar);
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(drawing.theme.muted);
  drawLabel(painter, {bar.center().x(), bar.top() - 3}, Qt::AlignHCenter | Qt::AlignBottom,
            tr("High"));
  drawLabel(painter, {bar.center().x(), bar.bottom() + 2}, Qt::AlignHCenter | Qt::AlignTop,
            tr("Low"));
  drawUpwardLabel(painter, {bar.right() + 10, bar.center().y()}, tr("Feature value"));
}

void BeeswarmFigure::draw(const Drawing& drawing) const {
  if (swarms_.empty()) return drawNothing(drawing, tr("No rows are explained"));
  const bool anew = !drawing.screen && explanation().rows() > kMostRowsOnScreen;
  const std::vector<Swarm> finer = anew ? arranged(kMostRowsInFiles) : std::vector<Swarm>{};
  const std::vector<Swarm>& swarms = anew ? finer : swarms_;

  QPainter& painter = drawing.painter;
  const QRectF plot = plotArea(drawing.size);
  const AxisScale x = scale(plot);
  const double pitch = plot.height() / (static_cast<double>(swarms.size()) + 0.2);
  for (std::size_t line = 0; line < swarms.size(); ++line) {
    const double y = plot.top() + pitch * (static_cast<double>(line) + 0.6);
    painter.setPen(
        figurePen(drawing.theme.dark ? drawing.theme.grid : QColor(0xcccccc), 0.6, Qt::DotLine));
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    drawLineLabel(painter, {plot.left() - 8, y}, swarms[line].line.label, plot.left() - 8,
                  drawing.theme);
  }
  if (x.low <= 0 && x.high >= 0) {
    painter.setPen(figurePen(drawing.theme.line, 0.75));
    painter.drawLine(QPointF(x.position(0), plot.top()), QPointF(x.position(0), plot.bottom()));
  }
  drawDots(drawing, plot, swarms);
  drawBottomAxis(painter, plot, x, tr("SHAP value (impact on %1)").arg(outputLabel()),
                 drawing.size.width(), drawing.theme);
  drawColourBar(drawing, plot);
}

}  // namespace lineament::views
