// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

#include "views/common/view.h"
#include "views/map/map_canvas.h"

class QComboBox;

namespace lineament::views {

// A raster as a map, with what can be chosen about its bands above it, and the spectra of the
// pixels that were clicked below.
class MapView : public View {
  Q_OBJECT

 public:
  explicit MapView(QWidget* parent = nullptr);

  const MapFigure& figure() const override { return canvas_->figure(); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override;
  void setBackground(Background& background) override;
  QString caption() const override { return canvas_->caption(); }
  void fit() override { canvas_->fit(); }

  MapCanvas& canvas() const { return *canvas_; }
  SpectralProfile& profile() const { return *profile_; }

 private:
  void makeBar();
  void makeActions();
  QComboBox* addBox(const QString& title, const QString& tip);
  void showBands();    // of a new raster
  void showChoices();  // as the figure has them
  void choose(const nlohmann::json& options);
  void compositeChosen();
  void bandsChosen();
  void chooseBands(const BandChoice& bands);
  void showMenu(const QPoint& global);
  void addPixel(const PixelValues& pixel);
  void forgetPixels();
  void markPixels();

  MapCanvas* canvas_;
  SpectralProfile* profile_;
  QWidget* bar_ = nullptr;
  QComboBox* composite_ = nullptr;
  QList<QComboBox*> bands_;  // red, green, blue; the first for a band alone
  QComboBox* stretch_ = nullptr;
};

}  // namespace lineament::views
