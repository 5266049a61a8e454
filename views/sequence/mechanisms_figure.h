// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>
#include <optional>
#include <vector>

#include "core/data/attention_stack.h"
#include "views/common/plot_figure.h"
#include "views/sequence/attention_panels.h"
#include "views/sequence/attention_picture.h"

namespace lineament::views {

// The attention matrices of mechanisms (or layers, or heads) side by side in one scale of colours,
// or one of them alone. Figure id "mechanisms". Options: "normalise" ("rows", the default, or
// "none"), "show" ("weights", or "difference": from the first matrix), "focus" (the number of the
// matrix that is shown alone).
class MechanismsFigure : public Copied<MechanismsFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(MechanismsFigure)

 public:
  QString id() const override { return QStringLiteral("mechanisms"); }
  // Throws Error "data.kind" for another kind, "attention.shape" for lists that do not fit
  // together.
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  std::size_t marks() const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override;
  QString textAt(const QPointF& at, const QSizeF& size) const override;

  std::size_t matrixCount() const { return panels_->matrices.size(); }
  const std::optional<std::size_t>& focus() const { return focus_; }
  // The matrix that is drawn at a place.
  std::optional<std::size_t> matrixAt(const QPointF& at, const QSizeF& size) const;

 private:
  // What is drawn, layer by layer, head by head; shared by the figure's copies.
  struct Panels {
    std::vector<ShownMatrix> matrices;
    double limit = 0;
    bool has_negative = false;
  };

  void makePanels();
  void keepFocusInside();
  PanelLayout layout(const QSizeF& size) const;
  std::vector<std::size_t> shownPanels() const;
  MatrixPart shownPart() const;
  QString title(std::size_t panel) const;
  QString facts(std::size_t panel) const;
  QString tokenText(bool query, std::uint64_t index) const;
  void drawPanel(const Drawing& drawing, const QRectF& place, std::size_t panel,
                 const WeightColours& colours) const;

  std::shared_ptr<const AttentionStack> stack_ = std::make_shared<const AttentionStack>();
  Normalise normalise_ = Normalise::rows;
  bool difference_ = false;
  std::optional<std::size_t> focus_;
  std::shared_ptr<const Panels> panels_ = std::make_shared<const Panels>();
};

}  // namespace lineament::views
