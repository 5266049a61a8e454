// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/model/coefficient_plot.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kDot = 3.2;
constexpr double kLargeVif = 10;  // from here on a coefficient says little by itself

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ModelView)
};

double factor(const Coefficient& coefficient, EffectScale scale) {
  return scale == EffectScale::deviation ? coefficient.deviation : 1;
}

QString numberCell(double value, int digits = 4) {
  return std::isnan(value) ? QStringLiteral("–") : numberText(value, digits);
}

QString probabilityCell(double p) {
  if (p < 0.001) return QStringLiteral("< 0.001");
  return std::isnan(p) ? QStringLiteral("–") : fixedText(p, 3);
}

QString intervalCell(const Coefficient& of) {
  if (std::isnan(of.low)) return QStringLiteral("–");
  return Words::tr("%1 to %2").arg(numberText(of.low, 3), numberText(of.high, 3));
}

QStringList gridRow(const LinearPart& part, const Coefficient& of, bool units) {
  QStringList row{of.term, numberCell(of.value)};
  if (units) row << of.unit;
  if (part.tested) {
    row << numberCell(of.standard_error, 3) << intervalCell(of) << probabilityCell(of.p)
        << numberCell(of.vif, 3);
  }
  return row;
}

void drawEffect(QPainter& painter, const AxisScale& x, double middle, const Coefficient& of,
                EffectScale scale, const Theme& theme) {
  const double effect = effectOf(of, scale);
  if (!std::isfinite(effect)) return;
  const QColor colour = categoricalColour(0, theme.dark);
  const double at = x.position(effect), by = factor(of, scale);
  const bool interval = std::isfinite(of.low * by) && std::isfinite(of.high * by);
  painter.setPen(figurePen(colour, 1.6));
  if (interval) {
    painter.drawLine(QPointF(x.position(of.low * by), middle),
                     QPointF(x.position(of.high * by), middle));
  } else {
    painter.drawLine(QPointF(x.position(0), middle), QPointF(at, middle));
  }
  const bool open = interval && of.low <= 0 && of.high >= 0;
  painter.setPen(figurePen(colour, 1.4));
  painter.setBrush(open ? theme.view : colour);
  painter.drawEllipse(QPointF(at, middle), kDot, kDot);
}

}  // namespace

double effectOf(const Coefficient& coefficient, EffectScale scale) {
  return coefficient.value * factor(coefficient, scale);
}

std::vector<std::size_t> orderedTerms(const LinearPart& part, EffectScale scale, TermOrder order) {
  std::vector<std::size_t> terms(part.terms.size());
  std::iota(terms.begin(), terms.end(), std::size_t{0});
  if (order == TermOrder::given) return terms;
  const auto size = [&](std::size_t term) {
    const double effect = std::abs(effectOf(part.terms[term], scale));
    return std::isnan(effect) ? -1 : effect;
  };
  std::stable_sort(terms.begin(), terms.end(),
                   [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
  return terms;
}

RuledGrid coefficientGrid(const LinearPart& part, const std::vector<std::size_t>& order) {
  RuledGrid grid;
  const bool units =
      std::any_of(part.terms.begin(), part.terms.end(),
                  [](const Coefficient& coefficient) { return !coefficient.unit.isEmpty(); });
  grid.columns = {{Words::tr("Term")}, {Words::tr("Coefficient"), true}};
  if (units) grid.columns.push_back({Words::tr("Unit"), false, 4});
  if (part.tested) {
    grid.columns.insert(grid.columns.end(), {{Words::tr("Std. error"), true, 2},
                                             {Words::tr("95 % interval"), true, 1},
                                             {QStringLiteral("p"), true, 5},
                                             {QStringLiteral("VIF"), true, 3}});
  }
  for (const std::size_t term : order) {
    if (part.terms[term].vif >= kLargeVif) {
      grid.marks.push_back({grid.rows.size(), grid.columns.size() - 1});
    }
    grid.rows.push_back(gridRow(part, part.terms[term], units));
  }
  grid.rows.push_back(gridRow(part, part.intercept, units));
  return grid;
}

QString coefficientRows(const LinearPart& part) {
  RuledGrid grid;
  for (const char* head : {"term", "unit", "coefficient", "standard_error", "t", "p", "low_95",
                           "high_95", "vif", "deviation"}) {
    grid.columns.push_back({QString::fromLatin1(head)});
  }
  const auto add = [&](const Coefficient& of) {
    QStringList row{of.term, of.unit};
    for (const double value :
         {of.value, of.standard_error, of.t, of.p, of.low, of.high, of.vif, of.deviation}) {
      row << (std::isnan(value) ? QString() : exactText(value));
    }
    grid.rows.push_back(row);
  };
  for (const Coefficient& of : part.terms) add(of);
  add(part.intercept);
  return tabSeparated(grid);
}

AxisScale effectAxis(const LinearPart& part, EffectScale scale, double left, double right) {
  double low = 0, high = 0;
  for (const Coefficient& of : part.terms) {
    const double by = factor(of, scale);
    for (const double end : {of.value * by, of.low * by, of.high * by}) {
      if (!std::isfinite(end)) continue;
      low = std::min(low, end);
      high = std::max(high, end);
    }
  }
  const Range range = paddedRange(low, high, false, 0.05);
  return {range.low, range.high, left, right, false};
}

void drawEffects(QPainter& painter, const QRectF& plot, const ModelSheet& sheet,
                 const std::vector<std::size_t>& order, EffectScale scale, double figure_width,
                 const Theme& theme) {
  const LinearPart& part = *sheet.linear;
  const AxisScale x = effectAxis(part, scale, plot.left(), plot.right());
  drawGrid(painter, plot, &x, nullptr, theme);
  painter.setPen(figurePen(theme.line, 1));
  painter.drawLine(QPointF(x.position(0), plot.top()), QPointF(x.position(0), plot.bottom()));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double middle = plot.top() + kGridRow * (static_cast<double>(i) + 0.5);
    if (middle > plot.bottom()) break;
    drawEffect(painter, x, middle, part.terms[order[i]], scale, theme);
  }
  const QString label = scale == EffectScale::deviation
                            ? Words::tr("Effect of one standard deviation")
                            : Words::tr("Effect of one unit");
  drawBottomAxis(painter, plot, x, withUnit(label, sheet.target_unit), figure_width, theme);
}

}  // namespace lineament::views
