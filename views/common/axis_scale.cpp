// SPDX-License-Identifier: GPL-3.0-or-later
#undef QT_NO_KEYWORDS  // QCustomPlot's header is written with them
#include "views/common/axis_scale.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kTickLength = 3;
constexpr double kGap = 3;  // between a tick and its label

// Values of the ticker that lie on the axis.
std::vector<double> within(const QVector<double>& values, const AxisScale& scale) {
  const double low = std::min(scale.low, scale.high), high = std::max(scale.low, scale.high);
  const double slack = scale.logarithmic ? 0 : 1e-9 * (high - low);
  std::vector<double> kept;
  for (double value : values) {
    if (std::abs(value) < slack) value = 0;  // no "-1e-17" from steps that add up to it
    if (value >= low - slack && value <= high * (scale.logarithmic ? 1 + 1e-9 : 1) + slack) {
      kept.push_back(value);
    }
  }
  return kept;
}

void generate(QCPAxisTicker& ticker, const AxisScale& scale, double spacing,
              std::vector<double>& major, std::vector<double>& minor) {
  const double length = std::abs(scale.last - scale.first);
  ticker.setTickCount(std::clamp(static_cast<int>(std::lround(length / spacing)), 2, 12));
  QVector<double> ticks, fine;
  ticker.generate(QCPRange(scale.low, scale.high), QLocale::c(), QLatin1Char('g'), 6, ticks, &fine,
                  nullptr);
  major = within(ticks, scale);
  minor = within(fine, scale);
}

// 1, 2 and 5 of each decade, for axes of few decades.
std::vector<double> oneTwoFive(const AxisScale& scale) {
  std::vector<double> values;
  const int last = static_cast<int>(std::floor(std::log10(scale.high)));
  for (int decade = static_cast<int>(std::floor(std::log10(scale.low))); decade <= last; ++decade) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double value = digit * std::pow(10.0, decade);
      if (value >= scale.low && value <= scale.high) values.push_back(value);
    }
  }
  return values;
}

double bottomSpacing(const QRectF& plot) {
  return std::clamp(plot.width() / 6, 40.0, 80.0);
}

QString powerLabel(double value) {
  const double exponent = std::log10(value);
  const bool power = std::abs(exponent - std::round(exponent)) < 1e-9;
  if (power && (exponent < -3 || exponent > 5))
    return powerOfTen(static_cast<int>(std::round(exponent)));
  return numberText(value, 6);
}

std::vector<Tick> linearTicks(const std::vector<double>& values) {
  std::vector<Tick> ticks;
  const double step = values.size() > 1 ? values[1] - values[0] : 0;
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  const bool plain = values.size() > 1 && largest < 1e7 && step >= 1e-5;
  const int decimals = decimalsFor(step);
  for (const double value : values) {
    ticks.push_back({value, plain ? fixedText(value, decimals) : numberText(value, 6)});
  }
  return ticks;
}

}  // namespace

double AxisScale::position(double value) const {
  const double share = logarithmic
                           ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                           : (value - low) / (high - low);
  return first + share * (last - first);
}

double AxisScale::value(double at) const {
  const double share = (at - first) / (last - first);
  if (logarithmic) return std::exp(std::log(low) + share * (std::log(high) - std::log(low)));
  return low + share * (high - low);
}

AxisScale AxisScale::part(double from, double to) const {
  AxisScale stretched = *this;
  stretched.low = value(first + from * (last - first));
  stretched.high = value(first + to * (last - first));
  return stretched;
}

Range paddedRange(double low, double high, bool logarithmic, double share) {
  if (!(low <= high)) return logarithmic ? Range{0.1, 10} : Range{0, 1};  // nothing finite to show
  if (logarithmic) {
    const double factor = low == high ? 2 : std::pow(high / low, share);
    return {low / factor, high * factor};
  }
  if (low == high) {
    const double half = low == 0 ? 0.5 : std::abs(low) * 0.05;
    return {low - half, high + half};
  }
  const double pad = share * (high - low);
  return {low - pad, high + pad};
}

Ticks ticksFor(const AxisScale& scale, double spacing) {
  std::vector<double> major;
  Ticks ticks;
  if (scale.logarithmic) {
    QCPAxisTickerLog ticker;
    generate(ticker, scale, spacing, major, ticks.minor);
    if (std::log10(scale.high / scale.low) < 3) major = oneTwoFive(scale);
    if (major.size() >= 3) {
      for (const double value : major) ticks.major.push_back({value, powerLabel(value)});
      return ticks;
    }
  }
  QCPAxisTicker ticker;
  generate(ticker, scale, spacing, major, ticks.minor);
  if (scale.whole) {
    std::erase_if(major, [](double value) { return std::abs(value - std::round(value)) > 1e-6; });
  }
  ticks.major = linearTicks(major);
  if (!scale.logarithmic) ticks.minor.clear();  // between even steps the eye needs no help
  return ticks;
}

double centredWithin(double middle, double width, double figure_width) {
  const double half = width / 2 + 2;
  return figure_width < 2 * half ? figure_width / 2 : std::clamp(middle, half, figure_width - half);
}

void drawBottomAxis(QPainter& painter, const QRectF& plot, const AxisScale& scale,
                    const QString& label, double figure_width, const Theme& theme) {
  const Ticks ticks = ticksFor(scale, bottomSpacing(plot));
  const double y = plot.bottom();
  painter.setPen(figurePen(theme.line));
  painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
  for (const Tick& tick : ticks.major) {
    const double x = scale.position(tick.value);
    painter.drawLine(QPointF(x, y), QPointF(x, y + kTickLength));
  }
  for (const double value : ticks.minor) {
    const double x = scale.position(value);
    painter.drawLine(QPointF(x, y), QPointF(x, y + kTickLength * 0.6));
  }
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  for (const Tick& tick : ticks.major) {
    drawLabel(painter, {scale.position(tick.value), y + kTickLength + kGap - 1},
              Qt::AlignHCenter | Qt::AlignTop, tick.label);
  }
  if (label.isEmpty()) return;
  const QFont font = figureFont();
  painter.setFont(font);
  painter.setPen(theme.text);
  const QString shown = elidedText(font, label, figure_width - 4);
  drawLabel(painter,
            {centredWithin(plot.center().x(), textWidth(font, shown), figure_width),
             y + bottomAxisHeight(true) - 2},
            Qt::AlignHCenter | Qt::AlignBottom, shown);
}

void drawLeftAxis(QPainter& painter, const QRectF& plot, const AxisScale& scale,
                  const QString& label, const Theme& theme) {
  const Ticks ticks = ticksFor(scale, 48);
  const double x = plot.left();
  painter.setPen(figurePen(theme.line));
  painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  for (const Tick& tick : ticks.major) {
    const double y = scale.position(tick.value);
    painter.drawLine(QPointF(x - kTickLength, y), QPointF(x, y));
  }
  for (const double value : ticks.minor) {
    const double y = scale.position(value);
    painter.drawLine(QPointF(x - kTickLength * 0.6, y), QPointF(x, y));
  }
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  for (const Tick& tick : ticks.major) {
    drawLabel(painter, {x - kTickLength - kGap, scale.position(tick.value)},
              Qt::AlignRight | Qt::AlignVCenter, tick.label);
  }
  if (label.isEmpty()) return;
  painter.setFont(figureFont());
  painter.setPen(theme.text);
  drawUpwardLabel(painter, {x - leftAxisWidth(scale, true) + 7, plot.center().y()}, label);
}

void drawGrid(QPainter& painter, const QRectF& plot, const AxisScale* x, const AxisScale* y,
              const Theme& theme) {
  painter.setPen(figurePen(theme.grid));
  if (x) {
    for (const Tick& tick : ticksFor(*x, bottomSpacing(plot)).major) {
      const double at = x->position(tick.value);
      painter.drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom()));
    }
  }
  if (y) {
    for (const Tick& tick : ticksFor(*y, 48).major) {
      const double at = y->position(tick.value);
      painter.drawLine(QPointF(plot.left(), at), QPointF(plot.right(), at));
    }
  }
}

double bottomAxisHeight(bool labelled) {
  const double labels = kTickLength + kGap + textHeight(figureFont(TextSize::small));
  return labels + (labelled ? textHeight(figureFont()) + 4 : 0);
}

double leftAxisWidth(const AxisScale& scale, bool labelled) {
  const QFont font = figureFont(TextSize::small);
  double widest = 0;
  for (const Tick& tick : ticksFor(scale, 48).major) {
    widest = std::max(widest, textWidth(font, tick.label));
  }
  return widest + kTickLength + kGap + (labelled ? textHeight(figureFont()) + 5 : 0);
}

}  // namespace lineament::views
