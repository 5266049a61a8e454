// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/data/attention_stack.h"
#include "views/common/plot_view.h"
#include "views/sequence/attention_panels.h"
#include "views/sequence/attention_picture.h"

namespace lineament::views {

// The attention matrices of mechanisms (or layers, or heads) side by side in one scale of colours.
// A click on one shows it alone, where it can be zoomed; Escape goes back. View id "mechanisms".
// Options: "normalise" ("rows", the default, or "none"), "show" ("weights", or "difference": from
// the first matrix), "focus" (the number of the matrix that is shown alone).
class MechanismsView : public PlotView {
  Q_OBJECT

 public:
  using PlotView::PlotView;

  QString id() const override { return QStringLiteral("mechanisms"); }
  // Throws Error "data.kind" for another kind, "attention.shape" for lists that do not fit
  // together.
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

 protected:
  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override;
  QString textAt(const QPointF& at, const QSizeF& size) const override;
  bool step(int right, int down) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void prepare();
  void focusOn(std::optional<std::size_t> panel);
  PanelLayout layout(const QSizeF& size) const;
  std::vector<std::size_t> shownPanels() const;
  MatrixPart shownPart() const;
  QString title(std::size_t panel) const;
  QString facts(std::size_t panel) const;
  QString tokenText(bool query, std::uint64_t index) const;
  void drawPanel(const Drawing& drawing, const QRectF& place, std::size_t panel,
                 const WeightColours& colours) const;

  AttentionStack stack_;
  Normalise normalise_ = Normalise::rows;
  bool difference_ = false;
  std::optional<std::size_t> focus_;
  std::vector<ShownMatrix> panels_;  // layer by layer, head by head
  double limit_ = 1;
  bool has_negative_ = false;
  QPointF pressed_;
};

}  // namespace lineament::views
