// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/plot_view.h"
#include "views/sequence/sequence_figure.h"

class QScrollArea;

namespace lineament::views {

// What a hand does with a comparison: a click on an entry of the legend hides or shows a mechanism,
// one on a line of the tables brings it forward, as up and down do; left and right step through
// the tokens, Escape lets go of the token, then of the mechanism.
class SequencePanel : public PlotOf<SequenceFigure> {
  Q_OBJECT

 public:
  explicit SequencePanel(QWidget* parent = nullptr);

  void setData(const Data& shown) override;
  void setOptions(const nlohmann::json& options) override;
  void fit() override;  // all mechanisms shown, none forward

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void choose(const nlohmann::json& options);
  void toggle(std::size_t mechanism);
  void bringForward(std::optional<std::size_t> mechanism);
  void stepForward(int down);
  void askForHeight();
};

// The panel, to be scrolled where the window is too low for it.
class SequenceView : public View {
  Q_OBJECT

 public:
  explicit SequenceView(QWidget* parent = nullptr);

  const SequenceFigure& figure() const override { return panel_->figure(); }
  void setData(const Data& shown) override { panel_->setData(shown); }
  void setOptions(const nlohmann::json& options) override { panel_->setOptions(options); }
  void setSelection(const Selection& selection) override { panel_->setSelection(selection); }
  void fit() override { panel_->fit(); }
  void setBackground(Background& background) override;

  SequencePanel& panel() const { return *panel_; }

 private:
  SequencePanel* panel_;
};

}  // namespace lineament::views
