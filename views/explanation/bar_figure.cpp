// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/bar_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kPitch = 0.36 * kUnitsPerInch;
constexpr double kTop = 6;
constexpr double kRight = 12;
constexpr double kTextGap = 5 * kUnitsPerPoint;
constexpr double kThickness = 0.7;  // of the pitch

}  // namespace

void BarFigure::setOptions(const nlohmann::json& options) {
  if (const auto row = options.find("row"); row != options.end()) {
    row_.reset();
    if (row->is_number_integer() && row->get<std::int64_t>() >= 0) row_ = row->get<std::size_t>();
  }
  ExplanationFigure::setOptions(options);
}

nlohmann::json BarFigure::options() const {
  nlohmann::json options = ExplanationFigure::options();
  if (row_) options["row"] = *row_;
  return options;
}

QSizeF BarFigure::naturalSize(double width) const {
  const double lines = static_cast<double>(std::max<std::size_t>(bars_.size(), 1));
  return {width, kTop + kPitch * lines + 4 + bottomAxisHeight(true) + 4};
}

double BarFigure::valueOf(const FeatureLine& line) const {
  const auto sumAt = [&](std::size_t row) {
    double sum = 0;
    for (const std::size_t feature : line.features) sum += explanation().value(row, feature);
    return sum;
  };
  if (row_) return sumAt(*row_);
  // Of several features the sum of their means, which is what their bars together would be long.
  double total = 0;
  std::size_t counted = 0;
  for (std::size_t row = 0; row < explanation().rows(); ++row) {
    double sum = 0;
    for (const std::size_t feature : line.features)
      sum += std::abs(explanation().value(row, feature));
    if (!std::isfinite(sum)) continue;
    total += sum;
    ++counted;
  }
  return counted == 0 ? 0 : total / static_cast<double>(counted);
}

void BarFigure::explanationChanged() {
  bars_.clear();
  if (explanation().rows() == 0) return;
  if (row_) row_ = std::min(*row_, explanation().rows() - 1);
  for (const FeatureLine& line : featureLines(explanation(), mostLines())) {
    bars_.push_back({line, valueOf(line)});
  }
}

QRectF BarFigure::plotArea(const QSizeF& size) const {
  QStringList labels;
  for (const Bar& bar : bars_) labels << bar.line.label;
  const double left = labelWidth(labels, size.width()) + 12;
  const double room = size.height() - kTop - bottomAxisHeight(true) - 4;
  const double lines = static_cast<double>(std::max<std::size_t>(bars_.size(), 1));
  return {left, kTop, size.width() - left - kRight,
          std::max(std::min(room, lines * kPitch * 1.5 + 4), 1.0)};
}

double BarFigure::pitch(const QRectF& plot) const {
  return (plot.height() - 4) / static_cast<double>(std::max<std::size_t>(bars_.size(), 1));
}

// Room for the numbers beyond the bars' ends, and 5 % more.
AxisScale BarFigure::scale(const QRectF& plot) const {
  double low = 0, high = 0;
  for (const Bar& bar : bars_) {
    low = std::min(low, bar.value);
    high = std::max(high, bar.value);
  }
  if (low == high) high = 1;
  const double text = textWidth(figureFont(TextSize::small), QStringLiteral("+00.00")) + kTextGap;
  const double unit = (high - low) / std::max(plot.width() - (low < 0 ? 2 : 1) * text, 20.0);
  AxisScale x{low, high, plot.left(), plot.right(), false};
  if (high > 0) x.high += unit * text;
  if (low < 0) x.low -= unit * text;
  return x;
}

QString BarFigure::textAt(const QPointF& at, const QSizeF& size) const {
  const QRectF plot = plotArea(size);
  const auto line = static_cast<std::ptrdiff_t>(std::floor((at.y() - plot.top()) / pitch(plot)));
  if (at.y() < plot.top() || line >= static_cast<std::ptrdiff_t>(bars_.size())) return {};
  const Bar& bar = bars_[static_cast<std::size_t>(line)];
  const QString kind = row_ ? tr("SHAP value") : tr("mean |SHAP value|");
  return bar.line.label + u'\n' + kind + u' ' + numberText(bar.value, 6);
}

void BarFigure::drawBar(const Drawing& drawing, const Bar& bar, const AxisScale& x, double middle,
                        double thickness, int decimals) const {
  QPainter& painter = drawing.painter;
  const double zero = x.position(0), end = x.position(bar.value);
  const QColor colour = bar.value <= 0 ? colours().negative : colours().positive;
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawRect(
      QRectF(std::min(zero, end), middle - thickness / 2, std::abs(end - zero), thickness));
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(drawing.theme.text);
  const bool left = bar.value < 0;
  drawLabel(painter, {end + (left ? -kTextGap : kTextGap), middle},
            Qt::AlignVCenter | (left ? Qt::AlignRight : Qt::AlignLeft),
            signedText(bar.value, decimals));
}

void BarFigure::draw(const Drawing& drawing) const {
  if (bars_.empty()) return drawNothing(drawing, tr("No rows are explained"));
  const QRectF plot = plotArea(drawing.size);
  const AxisScale x = scale(plot);
  const double height = pitch(plot);
  double largest = 0;
  for (const Bar& bar : bars_) largest = std::max(largest, std::abs(bar.value));
  for (std::size_t i = 0; i < bars_.size(); ++i) {
    const double middle = plot.top() + height * (static_cast<double>(i) + 0.5);
    drawLineLabel(drawing.painter, {plot.left() - 8, middle}, bars_[i].line.label, plot.left() - 8,
                  drawing.theme);
    drawBar(drawing, bars_[i], x, middle, height * kThickness, decimalsForMagnitude(largest));
  }
  if (x.low < 0) {
    drawing.painter.setPen(figurePen(drawing.theme.line));
    drawing.painter.drawLine(QPointF(x.position(0), plot.top()),
                             QPointF(x.position(0), plot.bottom()));
  }
  const QString label =
      row_ ? tr("SHAP value (impact on %1), %2").arg(outputLabel(), rowText(*row_).toLower())
           : tr("mean |SHAP value| (average impact on %1)").arg(outputLabel());
  drawBottomAxis(drawing.painter, plot, x, label, drawing.size.width(), drawing.theme);
}

}  // namespace lineament::views
