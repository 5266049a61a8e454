// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <optional>

#include "views/common/plot_view.h"
#include "views/sequence/mechanisms_figure.h"

namespace lineament::views {

// Attention matrices, side by side until a click on one shows it alone, where it can be zoomed;
// Escape goes back.
class MechanismsView : public PlotOf<MechanismsFigure> {
  Q_OBJECT

 public:
  using PlotOf<MechanismsFigure>::PlotOf;

  void setOptions(const nlohmann::json& options) override;

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void choose(const nlohmann::json& options);
  void focusOn(std::optional<std::size_t> matrix);

  QPointF pressed_;
};

}  // namespace lineament::views
