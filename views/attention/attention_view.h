// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "views/attention/attention_controls.h"
#include "views/attention/attention_plot.h"
#include "views/attention/token_strip_view.h"
#include "views/common/view.h"

class QComboBox;
class QLabel;
class QScrollArea;

namespace lineament::views {

// Attention of a network's heads: the plot, what can be chosen about it above, and the text of its
// tokens below.
class AttentionView : public View {
  Q_OBJECT

 public:
  explicit AttentionView(QWidget* parent = nullptr);

  const AttentionFigure& figure() const override { return plot_->figure(); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override;
  void setBackground(Background& background) override;
  void setSurroundings(Surroundings* surroundings) override;
  void fit() override { plot_->fit(); }

  AttentionPlot& plot() const { return *plot_; }
  AttentionControls& controls() const { return *controls_; }
  TokenStrip& strip() const { return *strip_; }

 private:
  QWidget* makeStrip();
  void showAll();  // controls and text as the figure has them
  void fillColours();
  void colourChosen();
  void listOthers();
  void loadOther();

  AttentionControls* controls_;
  AttentionPlot* plot_;
  QWidget* text_ = nullptr;  // with its heading
  QScrollArea* scroll_ = nullptr;
  TokenStrip* strip_ = nullptr;
  QLabel* heading_ = nullptr;
  QComboBox* colours_ = nullptr;
  std::optional<std::int64_t> loading_;
};

}  // namespace lineament::views
