// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/data/comparison.h"
#include "views/common/ruled_grid.h"
#include "views/sequence/curve_look.h"
#include "views/sequence/mechanisms_figure.h"
#include "views/sequence/sequence_layout.h"

namespace lineament::views {

// A comparison of mechanisms as one panel: a legend, the attention matrices on one scale, what
// changes over the tokens and over the lag, the eigenvalues of the transitions in the complex
// plane, the measures as numbers. Each mechanism has one colour in all of it. A token that is
// chosen or pointed at, in a matrix' row or in a trace, is marked in all of it, with its values.
// Figure id "sequence". Options: "hidden" (numbers of mechanisms), "forward" (the number of the one
// drawn over the others, or null), and "normalise" and "show" as "mechanisms" has them.
class SequenceFigure : public Copied<SequenceFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(SequenceFigure)

 public:
  QString id() const override { return QStringLiteral("sequence"); }
  // Throws Error "data.kind" for another kind, "comparison.shape" for parts that do not belong
  // together.
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void setSelection(const Selection& selection) override;
  void prepare(const Context& context) override { matrices_.prepare(context); }
  void adopt(const PlotFigure& prepared) override;
  QSizeF naturalSize(double width) const override;
  double leastHeight(double width) const;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  std::size_t marks() const override;
  QRectF plotArea(const QSizeF& size) const override { return {QPointF(0, 0), size}; }
  Qt::Orientations zoomDirections() const override { return {}; }
  QString textAt(const QPointF& at, const QSizeF& size) const override;
  std::optional<std::size_t> rowAt(const QPointF& at, const QSizeF& size) const override;
  void drawPointed(const Drawing& drawing, std::size_t token) const override;
  std::string origin() const override { return origin_; }
  std::optional<Selection> stepped(int right, int down) const override;

  const CurveLook& look() const { return look_; }
  std::size_t mechanismCount() const { return comparison_->mechanisms().size(); }
  // The mechanism whose entry in the legend, or whose matrix' title or line of the tables, lies at
  // a place.
  std::optional<std::size_t> entryAt(const QPointF& at, const QSizeF& size) const;
  std::optional<std::size_t> lineAt(const QPointF& at, const QSizeF& size) const;
  // Of a screen drawing, which keeps a place for a token's values, or of one for a file.
  SequenceLayout layout(const QSizeF& size, bool screen = true) const;

 private:
  void readLook(const nlohmann::json& options);
  SequenceContent content(bool screen) const;
  const Comparison::Plot* plane() const;
  QString valuesText(const Comparison::Plot& plot, std::size_t token) const;
  QString mechanismName(std::size_t mechanism) const;
  // Calls use(plot, cell) for all plots but the plane.
  using UsePlot = std::function<void(const Comparison::Plot&, const QRectF&)>;
  void forPlots(const SequenceLayout& places, const UsePlot& use) const;

  void drawEntry(const Drawing& drawing, const QRectF& place, std::size_t mechanism) const;
  void drawMatrices(const Drawing& drawing, const QRectF& place) const;
  void drawPlots(const Drawing& drawing, const SequenceLayout& places) const;
  void drawValues(const Drawing& drawing, const QRectF& place,
                  std::optional<std::size_t> token) const;
  void drawTable(const Drawing& drawing, const QRectF& place, const QString& title,
                 const RuledGrid& grid) const;

  static constexpr double kTitleHeight = 20;  // above a table
  static constexpr double kNameIndent = 12;   // of a name behind its swatch

  std::shared_ptr<const Comparison> comparison_ = std::make_shared<const Comparison>();
  std::string origin_;
  CurveLook look_;
  MechanismsFigure matrices_;
};

}  // namespace lineament::views
