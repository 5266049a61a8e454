// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/explanation_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr ErrorText kShape{"explanation.shape", "Show an explanation",
                           "it has {values} values for {rows} rows and {features} features", "",
                           "Run the explanation again"};

}  // namespace

std::vector<FeatureLine> featureLines(const Explanation& explanation, std::size_t most) {
  const std::vector<std::size_t> order = importanceOrder(explanation);
  const std::size_t single = order.size() > most ? most - 1 : order.size();
  std::vector<FeatureLine> lines;
  for (std::size_t i = 0; i < single; ++i) {
    lines.push_back({{order[i]}, QString::fromStdString(explanation.features[order[i]])});
  }
  if (single < order.size()) {
    const auto rest = order.begin() + static_cast<std::ptrdiff_t>(single);
    lines.push_back({{rest, order.end()},
                     ExplanationFigure::tr("Sum of %1 other features").arg(order.size() - single)});
  }
  return lines;
}

QString featureValueText(const Explanation& explanation, std::size_t row, std::size_t feature) {
  if (feature >= explanation.data.columnCount() || row >= explanation.data.rows()) return {};
  const Column& column = explanation.data.column(feature);
  if (column.missing(row)) return ExplanationFigure::tr("missing");
  if (column.type() != Column::Type::real && column.type() != Column::Type::integer) {
    return QString::fromStdString(column.text(row));
  }
  const QString number = numberText(column.number(row), 4);
  const QString unit = QString::fromStdString(column.unit());
  return unit.isEmpty() ? number : number + QChar(0x00a0) + unit;
}

void ExplanationFigure::setData(const Data& shown) {
  const auto& wanted = shown.require<Explanation>();
  if (wanted.values.size() != wanted.rows() * wanted.featureCount()) {
    throw Error(kShape, {{"values", wanted.values.size()},
                         {"rows", wanted.rows()},
                         {"features", wanted.featureCount()}});
  }
  explanation_ = wanted;
  origin_ = shown.origin();
  explanationChanged();
}

void ExplanationFigure::setOptions(const nlohmann::json& options) {
  const auto most = options.find("max_display");
  if (most != options.end() && most->is_number()) {
    most_lines_ = static_cast<std::size_t>(std::clamp(most->get<double>(), 1.0, 200.0));
  }
  const auto colours = options.find("colours");
  if (colours != options.end() && colours->is_string()) safe_colours_ = *colours == "safe";
  explanationChanged();
  PlotFigure::setOptions(options);
}

nlohmann::json ExplanationFigure::options() const {
  nlohmann::json options = PlotFigure::options();
  options["max_display"] = most_lines_;
  if (safe_colours_) options["colours"] = *safe_colours_ ? "safe" : "shap";
  return options;
}

QString ExplanationFigure::caption() const {
  QString text = tr("%1 rows, %2 features")
                     .arg(numberText(double(explanation_.rows()), 15))
                     .arg(explanation_.featureCount());
  const std::size_t chosen = selectedRows().size();
  if (chosen > 0) text += tr(" · selected: %1").arg(numberText(double(chosen), 15));
  return text;
}

std::size_t ExplanationFigure::sourceRow(std::size_t row) const {
  return explanation_.source_rows.empty() ? row : explanation_.source_rows[row];
}

std::vector<std::size_t> ExplanationFigure::selectedRows() const {
  std::vector<std::size_t> rows;
  if (selection().empty() || selection().origin() != origin_) return rows;
  for (std::size_t row = 0; row < explanation_.rows(); ++row) {
    if (selection().contains(sourceRow(row))) rows.push_back(row);
  }
  return rows;
}

QString ExplanationFigure::outputLabel() const {
  const QString name = explanation_.output_name.empty()
                           ? tr("model output")
                           : QString::fromStdString(explanation_.output_name);
  const QString unit = QString::fromStdString(explanation_.output_unit);
  return unit.isEmpty() ? name : name + QStringLiteral(", ") + unit;
}

QString ExplanationFigure::rowText(std::size_t row) const {
  return tr("Row %1").arg(numberText(static_cast<double>(sourceRow(row) + 1), 15));
}

void ExplanationFigure::drawNothing(const Drawing& drawing, const QString& sentence) const {
  drawing.painter.setFont(figureFont(TextSize::large));
  drawing.painter.setPen(drawing.theme.muted);
  drawLabel(drawing.painter, {drawing.size.width() / 2, drawing.size.height() / 2},
            Qt::AlignHCenter | Qt::AlignVCenter, sentence);
}

double labelWidth(const QStringList& labels, double width) {
  const QFont font = figureFont();
  double widest = 0;
  for (const QString& label : labels) widest = std::max(widest, textWidth(font, label));
  return std::min(widest + 1, 0.4 * width);
}

void drawLineLabel(QPainter& painter, const QPointF& right_middle, const QString& label,
                   double width, const Theme& theme) {
  const QFont font = figureFont();
  painter.setFont(font);
  painter.setPen(theme.text);
  drawLabel(painter, right_middle, Qt::AlignRight | Qt::AlignVCenter,
            elidedText(font, label, width));
}

}  // namespace lineament::views
