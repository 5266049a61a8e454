// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <optional>
#include <vector>

#include "core/data/explanation.h"
#include "views/common/colour_map.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// One line of a figure: a feature, or the sum of those that did not get a line of their own.
struct FeatureLine {
  std::vector<std::size_t> features;
  QString label;

  bool others() const { return features.size() > 1; }
};

// The `most` most important features by mean |value|; with more of them the last line is their
// sum, "Sum of 4 other features".
std::vector<FeatureLine> featureLines(const Explanation& explanation, std::size_t most);

// The value of a feature as people know it: the level's name, or the number and its unit.
QString featureValueText(const Explanation& explanation, std::size_t row, std::size_t feature);

// What the pictures of an Explanation have in common. Options: "max_display" (10), "colours"
// ("shap", or "safe" for readers who cannot tell red from blue; else as the person prefers).
class ExplanationFigure : public PlotFigure {
  Q_DECLARE_TR_FUNCTIONS(ExplanationFigure)

 public:
  // Throws Error for another kind ("data.kind") and for values that are not rows x features
  // ("explanation.shape").
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  QString caption() const override;
  std::string origin() const override { return origin_; }

 protected:
  virtual void explanationChanged() {}

  const Explanation& explanation() const { return explanation_; }
  std::size_t mostLines() const { return most_lines_; }
  const ShapColours& colours() const {
    return shapColours(safe_colours_.value_or(safeColoursPreferred()));
  }

  // Explained rows count from 0; selections count in the rows of the explained table.
  std::size_t sourceRow(std::size_t row) const;
  std::vector<std::size_t> selectedRows() const;  // explained rows, ascending
  QString outputLabel() const;                    // "PPV, mm/s"
  QString rowText(std::size_t row) const;         // "Row 12", counted from 1 in the table

  void drawNothing(const Drawing& drawing, const QString& sentence) const;

 private:
  Explanation explanation_;
  std::string origin_;
  std::size_t most_lines_ = 10;
  std::optional<bool> safe_colours_;  // as the figure says
};

// The lines' labels right-aligned before `plot`, and the width they need in a figure of `width`.
double labelWidth(const QStringList& labels, double width);
void drawLineLabel(QPainter& painter, const QPointF& right_middle, const QString& label,
                   double width, const Theme& theme);

}  // namespace lineament::views
