// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/data/attention_stack.h"
#include "views/common/plot_figure.h"
#include "views/sequence/attention_panels.h"
#include "views/sequence/shown_matrices.h"

namespace lineament::views {

// The attention matrices of mechanisms (or layers, or heads) side by side in one scale of colours,
// or one of them alone. The rows of chosen queries are marked. Large stacks are worked out by
// prepare(), which a view leaves to the background. Figure id "mechanisms". Options: "normalise"
// ("rows", the default, or "none"), "show" ("weights", or "difference": from the first matrix),
// "focus" (the number of the matrix that is shown alone).
class MechanismsFigure : public Copied<MechanismsFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(MechanismsFigure)

 public:
  QString id() const override { return QStringLiteral("mechanisms"); }
  // Throws Error "data.kind" for another kind, "attention.shape" for lists that do not fit
  // together.
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void prepare(const Context& context) override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  std::size_t marks() const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override;
  QString textAt(const QPointF& at, const QSizeF& size) const override;

  std::optional<std::size_t> rowAt(const QPointF& at, const QSizeF& size) const override;
  void drawPointed(const Drawing& drawing, std::size_t query) const override;
  std::string origin() const override { return origin_; }
  void adopt(const PlotFigure& prepared) override;

  std::size_t matrixCount() const;
  // Layers that are not drawn, though one in focus is.
  void hideLayers(std::set<std::size_t> hidden) { hidden_ = std::move(hidden); }
  // The layer whose matrices have a frame in its colour.
  void bringForward(std::optional<std::size_t> layer) { forward_ = layer; }
  // The query whose row lies at a place of any matrix.
  std::optional<std::size_t> queryAt(const QPointF& at, const QSizeF& size) const;
  const std::optional<std::size_t>& focus() const { return focus_; }
  // The matrix that is drawn at a place.
  std::optional<std::size_t> matrixAt(const QPointF& at, const QSizeF& size) const;

 private:
  struct Cell {
    std::size_t panel;
    std::uint64_t query, key;
  };

  void makePanels();
  bool ready() const;
  std::optional<Cell> cellAt(const QPointF& at, const QSizeF& size) const;
  void drawQuery(const Drawing& drawing, std::size_t query) const;
  PanelLayout layout(const QSizeF& size) const;
  std::vector<std::size_t> shownPanels() const;
  MatrixPart shownPart() const;
  QString title(std::size_t panel) const;
  QString facts(std::size_t panel, double width) const;
  QString tokenText(bool query, std::uint64_t index) const;
  void drawPanel(const Drawing& drawing, const QRectF& place, std::size_t panel,
                 const WeightColours& colours) const;

  std::shared_ptr<const AttentionStack> stack_ = std::make_shared<const AttentionStack>();
  std::string origin_;
  MatrixWish wish_;
  std::optional<std::size_t> focus_;
  std::set<std::size_t> hidden_;
  std::optional<std::size_t> forward_;
  // Shared by the figure's copies; of an earlier wish, or none, until they are worked out.
  std::shared_ptr<const ShownMatrices> panels_;
};

}  // namespace lineament::views
