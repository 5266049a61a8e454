// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/waterfall_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kPitch = 0.36 * kUnitsPerInch;
constexpr double kTop = 22;   // f(x) above the plot
constexpr double kBase = 15;  // E[f(X)] below the axis' labels
constexpr double kRight = 14;
constexpr double kHead = 0.08 * kUnitsPerInch;  // of an arrow
constexpr double kThickness = 0.8;              // of the pitch
constexpr double kTextGap = 5 * kUnitsPerPoint;

double bottomHeight() {
  return bottomAxisHeight(true) + kBase + 4;
}

// A bar that points from one end to the other.
QPolygonF arrow(double from, double to, double middle, double thickness) {
  const double head = std::copysign(std::min(kHead, std::abs(to - from)), to - from);
  const double top = middle - thickness / 2, bottom = middle + thickness / 2;
  return {{{from, top}, {to - head, top}, {to, middle}, {to - head, bottom}, {from, bottom}}};
}

}  // namespace

QSizeF WaterfallFigure::naturalSize(double width) const {
  const double lines = static_cast<double>(std::max<std::size_t>(layout_.bars.size(), 1));
  return {width, kTop + kPitch * lines + bottomHeight()};
}

void WaterfallFigure::setSelection(const Selection& selection) {
  ExplanationFigure::setSelection(selection);
  const auto rows = selectedRows();
  if (!rows.empty()) show(rows.front());
}

void WaterfallFigure::setOptions(const nlohmann::json& options) {
  const auto row = options.find("row");
  if (row != options.end() && row->is_number_integer() && row->get<std::int64_t>() >= 0) {
    row_ = row->get<std::size_t>();
  }
  ExplanationFigure::setOptions(options);
}

nlohmann::json WaterfallFigure::options() const {
  nlohmann::json options = ExplanationFigure::options();
  options["row"] = row_;
  return options;
}

QString WaterfallFigure::caption() const {
  if (explanation().rows() == 0) return tr("No rows are explained");
  const QString place = tr("%1 of %2 explained rows")
                            .arg(numberText(double(row_ + 1), 15))
                            .arg(numberText(double(explanation().rows()), 15));
  return rowText(row_) + QStringLiteral(" · ") + place;
}

void WaterfallFigure::explanationChanged() {
  layout_ = {};
  if (explanation().rows() == 0) return;
  row_ = std::min(row_, explanation().rows() - 1);
  const std::size_t features = explanation().featureCount();
  layout_ = waterfallLayout(explanation().values.span().subspan(row_ * features, features),
                            explanation().base_value, mostLines());
}

void WaterfallFigure::show(std::size_t row) {
  if (row == row_ || row >= explanation().rows()) return;
  row_ = row;
  explanationChanged();
}

std::optional<Selection> WaterfallFigure::stepped(int right, int down) const {
  const auto wanted = static_cast<std::ptrdiff_t>(row_) + right + down;
  if (wanted < 0 || wanted >= static_cast<std::ptrdiff_t>(explanation().rows())) return selection();
  return Selection(origin(), {sourceRow(static_cast<std::size_t>(wanted))});
}

QString WaterfallFigure::barLabel(const WaterfallBar& bar) const {
  if (bar.others()) return tr("%1 other features").arg(bar.features.size());
  const QString name = QString::fromStdString(explanation().features[bar.features[0]]);
  const QString value = featureValueText(explanation(), row_, bar.features[0]);
  return value.isEmpty() ? name : name + QStringLiteral(" = ") + value;
}

QRectF WaterfallFigure::plotArea(const QSizeF& size) const {
  QStringList labels;
  for (const WaterfallBar& bar : layout_.bars) labels << barLabel(bar);
  const double left = labelWidth(labels, size.width()) + 12;
  const double lines = static_cast<double>(std::max<std::size_t>(layout_.bars.size(), 1));
  const double room = std::min(size.height() - kTop - bottomHeight(), lines * kPitch * 1.5);
  return {left, kTop, size.width() - left - kRight, std::max(room, 1.0)};
}

double WaterfallFigure::pitch(const QRectF& plot) const {
  return plot.height() / static_cast<double>(std::max<std::size_t>(layout_.bars.size(), 1));
}

// From the smallest to the largest value on the way, with room for the numbers beside the tips.
AxisScale WaterfallFigure::scale(const QRectF& plot) const {
  double low = std::min(layout_.base, layout_.prediction);
  double high = std::max(layout_.base, layout_.prediction);
  for (const WaterfallBar& bar : layout_.bars) {
    low = std::min({low, bar.from, bar.to});
    high = std::max({high, bar.from, bar.to});
  }
  if (low == high) {
    const Range range = paddedRange(low, high, false);
    return {range.low, range.high, plot.left(), plot.right(), false};
  }
  const double text = textWidth(figureFont(TextSize::small), QStringLiteral("+00.00")) + kTextGap;
  const double pad = (high - low) / std::max(plot.width() - 2 * text, 20.0) * text;
  return {low - pad, high + pad, plot.left(), plot.right(), false};
}

QString WaterfallFigure::textAt(const QPointF& at, const QSizeF& size) const {
  const QRectF plot = plotArea(size);
  const auto line = static_cast<std::ptrdiff_t>(std::floor((at.y() - plot.top()) / pitch(plot)));
  if (at.y() < plot.top() || line >= static_cast<std::ptrdiff_t>(layout_.bars.size())) return {};
  const WaterfallBar& bar = layout_.bars[static_cast<std::size_t>(line)];
  return barLabel(bar) + u'\n' + tr("SHAP value %1").arg(signedText(bar.value(), 6)) + u'\n' +
         tr("from %1 to %2").arg(numberText(bar.from, 6), numberText(bar.to, 6));
}

void WaterfallFigure::drawGuides(const Drawing& drawing, const QRectF& plot,
                                 const AxisScale& x) const {
  QPainter& painter = drawing.painter;
  const double height = pitch(plot);
  const QColor guide = drawing.theme.dark ? drawing.theme.line : QColor(0xbbbbbb);
  const QColor dotted = drawing.theme.dark ? drawing.theme.grid : QColor(0xcccccc);
  painter.setPen(figurePen(dotted, 0.6, Qt::DotLine));
  for (std::size_t i = 0; i < layout_.bars.size(); ++i) {
    const double y = plot.top() + height * (static_cast<double>(i) + 0.5);
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
  }
  painter.setPen(figurePen(guide, 0.5 * kUnitsPerPoint, Qt::DashLine));
  for (std::size_t i = 0; i + 1 < layout_.bars.size(); ++i) {
    const double y = plot.top() + height * (static_cast<double>(i) + 0.5);
    const double at = x.position(layout_.bars[i].from);
    painter.drawLine(QPointF(at, y + height * kThickness / 2),
                     QPointF(at, y + height * (1 - kThickness / 2)));
  }
  const double base = x.position(layout_.base), end = x.position(layout_.prediction);
  painter.drawLine(QPointF(end, plot.top() - 4),
                   QPointF(end, plot.top() + height * (1 - kThickness) / 2));
  painter.drawLine(QPointF(base, plot.bottom() - height * (1 - kThickness) / 2),
                   QPointF(base, plot.bottom()));
}

// f(x) above the plot, and E[f(X)] below the axis, kept inside the figure.
void WaterfallFigure::drawEnds(const Drawing& drawing, const QRectF& plot,
                               const AxisScale& x) const {
  QPainter& painter = drawing.painter;
  const QFont font = figureFont();
  painter.setFont(font);
  const int decimals = std::max(3, decimalsForMagnitude(std::abs(x.high - x.low)));
  const auto centred = [&](double value, const QString& text) {
    return centredWithin(x.position(value), textWidth(font, text), drawing.size.width());
  };
  const QString prediction = QStringLiteral("f(x) = ") + trimmedText(layout_.prediction, decimals);
  const QString base = QStringLiteral("E[f(X)] = ") + trimmedText(layout_.base, decimals);
  painter.setPen(drawing.theme.text);
  drawLabel(painter, {centred(layout_.prediction, prediction), plot.top() - 6},
            Qt::AlignHCenter | Qt::AlignBottom, prediction);
  painter.setPen(drawing.theme.muted);
  const double under = plot.bottom() + bottomAxisHeight(false) + 1;
  drawLabel(painter, {centred(layout_.base, base), under}, Qt::AlignHCenter | Qt::AlignTop, base);
}

void WaterfallFigure::drawBar(const Drawing& drawing, const WaterfallBar& bar, const AxisScale& x,
                              double middle, double height, int decimals) const {
  QPainter& painter = drawing.painter;
  const double from = x.position(bar.from), to = x.position(bar.to);
  const bool positive = bar.value() >= 0;
  const QColor colour = positive ? colours().positive : colours().negative;
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawPolygon(arrow(from, to, middle, height * kThickness));

  const QFont font = figureFont(TextSize::small);
  painter.setFont(font);
  const QString text = signedText(bar.value(), decimals);
  if (textWidth(font, text) + kHead + 4 < std::abs(to - from)) {
    const QColor black(0x10, 0x14, 0x1a);
    painter.setPen(contrast(colour, Qt::white) >= 3 ? QColor(Qt::white) : black);
    const double body = (from + to - (positive ? kHead : -kHead)) / 2;
    drawLabel(painter, {body, middle}, Qt::AlignHCenter | Qt::AlignVCenter, text);
  } else {
    painter.setPen(contrast(colour, drawing.theme.view) >= 3 ? colour : drawing.theme.text);
    const bool right = positive;
    drawLabel(painter, {to + (right ? kTextGap : -kTextGap), middle},
              Qt::AlignVCenter | (right ? Qt::AlignLeft : Qt::AlignRight), text);
  }
}

void WaterfallFigure::draw(const Drawing& drawing) const {
  if (layout_.bars.empty()) return drawNothing(drawing, tr("No rows are explained"));
  const QRectF plot = plotArea(drawing.size);
  const AxisScale x = scale(plot);
  const double height = pitch(plot);
  double largest = 0;
  for (const WaterfallBar& bar : layout_.bars) largest = std::max(largest, std::abs(bar.value()));
  drawGuides(drawing, plot, x);
  for (std::size_t i = 0; i < layout_.bars.size(); ++i) {
    const double middle = plot.top() + height * (static_cast<double>(i) + 0.5);
    drawLineLabel(drawing.painter, {plot.left() - 8, middle}, barLabel(layout_.bars[i]),
                  plot.left() - 8, drawing.theme);
    drawBar(drawing, layout_.bars[i], x, middle, height, decimalsForMagnitude(largest));
  }
  drawBottomAxis(drawing.painter, plot, x, {}, drawing.size.width(), drawing.theme);
  drawEnds(drawing, plot, x);
  drawing.painter.setFont(figureFont());
  drawing.painter.setPen(drawing.theme.text);
  drawLabel(drawing.painter, {plot.center().x(), plot.bottom() + bottomHeight() - 4},
            Qt::AlignHCenter | Qt::AlignBottom, outputLabel());
}

}  // namespace lineament::views
