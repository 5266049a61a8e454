// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

#include "views/common/view.h"
#include "views/map/class_editor.h"
#include "views/map/class_spectra.h"
#include "views/map/map_canvas.h"
#include "views/map/map_companions.h"
#include "views/map/map_layers_bar.h"
#include "views/map/spectral_profile.h"

class QComboBox;
class QMenu;

namespace lineament::views {

// A raster as a map, with what can be chosen about its bands and its background above it, and the
// spectra of the pixels that were clicked, and of their classes, below.
class MapView : public View {
  Q_OBJECT

 public:
  explicit MapView(QWidget* parent = nullptr);

  const MapFigure& figure() const override { return canvas_->figure(); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json keptOptions() const override;  // all but "view"
  nlohmann::json sharedOptions() const override { return options(); }
  void setSelection(const Selection& selection) override;
  std::vector<std::string> otherOrigins() const override;
  void setBackground(Background& background) override;
  void setSurroundings(Surroundings* surroundings) override;
  QString caption() const override { return canvas_->caption(); }
  void fit() override { canvas_->fit(); }

  MapCanvas& canvas() const { return *canvas_; }
  SpectralProfile& profile() const { return *profile_; }
  const ClassSpectra& spectra() const { return *spectra_; }

 private:
  void makeBar();
  void connectCanvas();
  void connectLayers();
  void makeActions();
  QComboBox* addBox(const QString& title, const QString& tip);
  void showBands();    // of a new raster
  void showChoices();  // as the figure has them
  // What the history calls it, and whether it is worth a figure; see View::edited().
  void choose(const nlohmann::json& options, const QString& what, bool makes_figure = false);
  void listOthers();  // what else of the project the map can show
  void companionLoaded(std::int64_t id, const Data& loaded);
  void layersChosen(const std::vector<MapChoices::Layer>& layers);
  void backgroundChosen(qint64 id, const QString& name);
  void imageChanged();
  void compositeChosen();
  void bandsChosen();
  void chooseBands(const BandChoice& bands);
  void showMenu(const QPoint& global);
  void addBandMenus(QMenu& menu);
  void addOpacities(QMenu& menu);
  void addPlace(const MapPlace& place);
  void addArea(const FeatureHit& hit);
  void chooseFeature(const FeatureHit& hit, Qt::KeyboardModifiers modifiers);
  void letGo();
  void forgetPixels();
  void markPixels();

  MapCanvas* canvas_;
  ClassEditor* classes_;
  SpectralProfile* profile_;
  ClassSpectra* spectra_;
  MapLayersBar* layers_;
  MapCompanions* companions_;
  QWidget* bar_ = nullptr;
  QComboBox* composite_ = nullptr;
  QList<QComboBox*> bands_;  // red, green, blue; the first for a band alone
  QComboBox* stretch_ = nullptr;
  std::string origin_;  // of the data, which are no background of themselves
};

}  // namespace lineament::views
