// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/plot_view.h"
#include "views/map/band_scatter.h"

class QComboBox;

namespace lineament::views {

// The scatter on the screen: its pixels are read in the background.
class ScatterPlot : public PlotOf<BandScatter> {
  Q_OBJECT

 public:
  using PlotOf<BandScatter>::PlotOf;
  ~ScatterPlot() override;

  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  bool busy() const { return reading_ != nullptr; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void read();  // what the figure misses
  void stop();

  Background::Cancel reading_;  // empty: nothing is being read
  int readings_ = 0;            // counts them, so that an overtaken one is known
};

// Two bands of a raster against each other, which of them to be chosen above.
class BandScatterView : public View {
  Q_OBJECT

 public:
  explicit BandScatterView(QWidget* parent = nullptr);

  const BandScatter& figure() const override { return plot_->figure(); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override { plot_->setSelection(selection); }
  void setBackground(Background& background) override;
  void fit() override { plot_->fit(); }

  ScatterPlot& plot() const { return *plot_; }

 private:
  QComboBox* addBox(const QString& title, const char* key);
  void showBands();

  ScatterPlot* plot_;
  QWidget* bar_;
  QComboBox* x_;
  QComboBox* y_;
};

}  // namespace lineament::views
