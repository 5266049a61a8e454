// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "views/common/plot_view.h"
#include "views/tensor/tensor_figure.h"

namespace lineament::views {

// A tensor's figure on the screen. Its pictures are made in the background, anew for what is zoomed
// into.
class TensorPlot : public PlotOf<TensorFigure> {
  Q_OBJECT

 public:
  explicit TensorPlot(QWidget* parent = nullptr);
  ~TensorPlot() override;

  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSlice(const TensorSlice& slice);
  void setMiddleOnly(bool middle);
  bool busy() const { return reading_ != nullptr; }

 Q_SIGNALS:
  void pictureReady();

 private:
  void read();  // what the figure misses
  void stopReading();
  void readingEnded(const Outcome<Nothing>& outcome, HeatPicture made);

  Background::Cancel reading_;  // empty: nothing to cancel
  CellRange wanted_;
  int readings_ = 0;  // counts them, so that an overtaken one is known
};

}  // namespace lineament::views
