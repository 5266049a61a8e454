// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/model/sheet_layout.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/axis_scale.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/model/loss_plot.h"

namespace lineament::views {

namespace {

constexpr double kTitle = 26;
constexpr double kFact = 30;        // a name above its value
constexpr double kFactWidth = 118;  // at least
constexpr double kSection = 14;     // above a block
constexpr double kHeading = 18;
constexpr double kNote = 16;
constexpr double kPlotGap = 18;
constexpr double kPlotNarrowest = 150;
constexpr double kLossHeight = 190;
constexpr double kLossWidth = 230;      // below which the curve goes under the layers
constexpr std::size_t kMostRows = 400;  // of a block; copying takes all

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ModelView)
};

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

RuledGrid layerGrid(const NetworkPart& network) {
  RuledGrid grid;
  grid.columns = {{Words::tr("Layer")},
                  {Words::tr("Inputs"), true},
                  {Words::tr("Outputs"), true},
                  {Words::tr("Parameters"), true}};
  for (const auto& layer : network.layers) {
    const bool sized = layer.parameters > 0;
    grid.rows.push_back({layer.title, sized ? counted(layer.inputs) : QString(),
                         sized ? counted(layer.outputs) : QString(),
                         sized ? counted(layer.parameters) : QString()});
  }
  return grid;
}

RuledGrid featureGrid(const ModelSheet& sheet) {
  RuledGrid grid;
  const bool units = std::any_of(sheet.features.begin(), sheet.features.end(),
                                 [](const FeatureRow& row) { return !row.unit.isEmpty(); });
  grid.columns = {{Words::tr("Feature")}};
  if (units) grid.columns.push_back({Words::tr("Unit")});
  grid.columns.push_back({Words::tr("Encoding"), false, 1});
  if (sheet.scaled_features) {
    grid.columns.push_back({Words::tr("Mean"), true});
    grid.columns.push_back({Words::tr("Scale"), true});
  }
  const auto cell = [](double value) {
    return std::isnan(value) ? QStringLiteral("–") : numberText(value, 4);
  };
  for (const FeatureRow& feature : sheet.features) {
    if (grid.rows.size() == kMostRows) break;
    QStringList row{feature.name};
    if (units) row << feature.unit;
    row << feature.encoding;
    if (sheet.scaled_features) row << cell(feature.mean) << cell(feature.scale);
    grid.rows.push_back(row);
  }
  return grid;
}

double gridHeight(std::size_t rows) {
  return kGridHead + kGridRow * static_cast<double>(rows);
}

double axisHeight() {
  return bottomAxisHeight(true) + 4;
}

// The grid's part of the width, so that the plot beside it has room.
double besidePlot(double width) {
  return width - std::max(width * 0.36, kPlotNarrowest) - kPlotGap;
}

bool lossesBeside(const RuledGrid& layers, double width) {
  return width - placesIn(layers, width).width - kPlotGap >= kLossWidth;
}

bool shows(const RuledGrid& grid, const GridPlaces& places, const QString& column) {
  return std::any_of(places.columns.begin(), places.columns.end(),
                     [&](const auto& place) { return grid.columns[place.index].title == column; });
}

int factColumns(double width, qsizetype facts) {
  const int fitting = std::max(static_cast<int>(width / kFactWidth), 1);
  return std::min(fitting, static_cast<int>(std::max<qsizetype>(facts, 1)));
}

}  // namespace

struct SheetLayout::Page {
  QPainter& painter;
  QSizeF size;
  const Theme& theme;
  double y = 0;

  double left() const { return size.height() - y; }

  bool beginSection(const QString& heading) {
    if (left() < kSection + kHeading + gridHeight(1)) return false;
    y += kSection;
    painter.setFont(figureFont(TextSize::large, true));
    painter.setPen(theme.text);
    drawLabel(painter, {0, y + kHeading / 2}, Qt::AlignLeft | Qt::AlignVCenter, heading);
    y += kHeading;
    return true;
  }

  void note(const QString& text) {
    painter.setFont(figureFont(TextSize::small));
    painter.setPen(theme.muted);
    drawLabel(painter, {0, y + kNote / 2}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(painter.font(), text, size.width()));
    y += kNote;
  }

  // How many rows fit, with a line under them that says what does not; `below` is kept free.
  std::size_t rowsOf(const RuledGrid& grid, double below) const {
    const std::size_t rows = gridRowsIn(left() - below, grid.rows.size());
    return rows == grid.rows.size() ? rows : gridRowsIn(left() - below - kNote, grid.rows.size());
  }

  void drawRows(const RuledGrid& grid, double width, std::size_t all) {
    const std::size_t rows = rowsOf(grid, 0);
    drawRuledGrid(painter, {0, y}, grid, placesIn(grid, width), rows, width, theme);
    y += gridHeight(rows);
    noteRest(rows, all);
  }

  void noteRest(std::size_t rows, std::size_t all) {
    if (rows < all) note(Words::tr("%1 of %2 shown").arg(counted(rows), counted(all)));
  }
};

SheetLayout::SheetLayout(const ModelSheet& sheet, EffectScale scale, TermOrder order)
    : sheet_(sheet), scale_(scale), features_(featureGrid(sheet)) {
  if (sheet.linear) {
    if (!sheet.linear->scaled) scale_ = EffectScale::unit;
    order_ = orderedTerms(*sheet.linear, scale_, order);
    order_.resize(std::min(order_.size(), kMostRows));
    coefficients_ = coefficientGrid(*sheet.linear, order_);
  }
  if (sheet.network) layers_ = layerGrid(*sheet.network);
}

double SheetLayout::headHeight(double width) const {
  const auto columns = factColumns(width, sheet_.facts.size());
  const double lines = std::ceil(static_cast<double>(sheet_.facts.size()) / columns);
  return kTitle + lines * kFact;
}

double SheetLayout::linearTop(double width) const {
  return headHeight(width) + kSection + kHeading;
}

double SheetLayout::naturalHeight(double width) const {
  double height = headHeight(width);
  if (sheet_.linear) {
    height += kSection + kHeading + gridHeight(coefficients_.rows.size()) + axisHeight();
    if (sheet_.linear->tested) height += kNote;
    if (order_.size() < sheet_.linear->terms.size()) height += kNote;
  }
  if (sheet_.network) {
    const double rows = gridHeight(layers_.rows.size());
    const bool losses = !sheet_.network->training_losses.empty();
    const bool beside = losses && lossesBeside(layers_, width);
    height += kSection + kHeading +
              (!losses  ? rows
               : beside ? std::max(rows, kLossHeight)
                        : rows + kSection + kLossHeight);
  }
  if (features_.rows.size() < sheet_.features.size()) height += kNote;
  return height + kSection + kHeading + gridHeight(features_.rows.size()) + 2;
}

void SheetLayout::paintHead(Page& page) const {
  QPainter& painter = page.painter;
  QFont large = figureFont(TextSize::large, true);
  large.setPixelSize(15);
  painter.setFont(large);
  painter.setPen(page.theme.text);
  drawLabel(painter, {0, 10}, Qt::AlignLeft | Qt::AlignVCenter,
            elidedText(large, sheet_.title, page.size.width()));
  const int columns = factColumns(page.size.width(), sheet_.facts.size());
  const double width = page.size.width() / columns;
  for (qsizetype i = 0; i < sheet_.facts.size(); ++i) {
    const auto& [name, value] = sheet_.facts[i];
    const double x = width * static_cast<double>(i % columns);
    const double y = kTitle + kFact * static_cast<double>(i / columns);
    painter.setFont(figureFont(TextSize::small));
    painter.setPen(page.theme.muted);
    drawLabel(painter, {x, y + 7}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(painter.font(), name, width - 8));
    painter.setFont(figureFont(TextSize::large));
    painter.setPen(page.theme.text);
    drawLabel(painter, {x, y + 19}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(painter.font(), value, width - 8));
  }
  page.y = headHeight(page.size.width());
}

void SheetLayout::paintLinear(Page& page) const {
  if (!sheet_.linear || !page.beginSection(Words::tr("Coefficients"))) return;
  const double width = page.size.width(), top = page.y;
  const double below = axisHeight() + (sheet_.linear->tested ? kNote : 0);
  const GridPlaces places = placesIn(coefficients_, besidePlot(width));
  const double numbers = places.width;
  const std::size_t rows = page.rowsOf(coefficients_, below);
  drawRuledGrid(page.painter, {0, page.y}, coefficients_, places, rows, width, page.theme);
  const std::size_t terms = std::min(rows, order_.size());
  const QRectF plot(numbers + kPlotGap, top + kGridHead, width - numbers - kPlotGap - 6,
                    kGridRow * static_cast<double>(rows));
  drawEffects(page.painter, plot, sheet_, {order_.begin(), order_.begin() + terms}, scale_, width,
              page.theme);
  page.y = plot.bottom() + axisHeight();
  page.noteRest(terms, sheet_.linear->terms.size());
  if (sheet_.linear->tested) {
    QString text = Words::tr("Bars: 95 % confidence intervals; hollow where they include 0.");
    if (shows(coefficients_, places, QStringLiteral("VIF"))) {
      text += Words::tr(" VIF from 10 on: the feature is nearly a sum of others.");
    }
    page.note(text);
  }
}

void SheetLayout::paintNetwork(Page& page) const {
  if (!sheet_.network || !page.beginSection(Words::tr("Layers"))) return;
  const double width = page.size.width(), top = page.y;
  const bool losses = !sheet_.network->training_losses.empty();
  const bool beside = losses && lossesBeside(layers_, width);
  const double numbers = beside ? placesIn(layers_, width).width : width;
  page.drawRows(layers_, numbers, layers_.rows.size());
  if (!losses) return;
  if (beside) {
    const double height = std::min(std::max(page.y - top, kLossHeight), page.size.height() - top);
    drawLosses(page.painter, {numbers + kPlotGap, top, width - numbers - kPlotGap, height},
               *sheet_.network, page.theme);
    page.y = std::max(page.y, top + height);
  } else if (page.left() >= kSection + kLossHeight) {
    page.y += kSection;
    drawLosses(page.painter, {0, page.y, width, kLossHeight}, *sheet_.network, page.theme);
    page.y += kLossHeight;
  }
}

void SheetLayout::paintFeatures(Page& page) const {
  if (!page.beginSection(Words::tr("Features"))) return;
  page.drawRows(features_, page.size.width(), sheet_.features.size());
}

void SheetLayout::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  Page page{painter, size, theme};
  paintHead(page);
  paintLinear(page);
  paintNetwork(page);
  paintFeatures(page);
}

int SheetLayout::termAt(const QPointF& at, double width) const {
  if (!sheet_.linear || at.x() < 0 || at.x() > width) return -1;
  const double line = std::floor((at.y() - linearTop(width) - kGridHead) / kGridRow);
  if (line < 0 || line >= static_cast<double>(order_.size())) return -1;
  return static_cast<int>(order_[static_cast<std::size_t>(line)]);
}

}  // namespace lineament::views
