// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>
#include <vector>

#include "views/common/background.h"
#include "views/map/map_figure.h"
#include "views/map/spectral_profile.h"

namespace lineament::views {

// The spectra of classes and of areas of vector layers that were asked for, worked out in the
// background one after the other.
class ClassSpectra : public QObject {
  Q_OBJECT

 public:
  ClassSpectra(std::function<Background&()> background, QObject* parent);
  ~ClassSpectra() override;

  // Of the class that `value` is shown as; the one asked for longest ago goes where there are too
  // many. Nothing where the figure has no classes or no image.
  void want(const MapFigure& figure, std::int64_t value);
  // Of a feature; nothing where it has no area or the figure no image.
  void want(const MapFigure& figure, const FeatureHit& hit);
  void follow(const MapFigure& figure);  // its classes have been changed
  void forget();                         // all, and stops

  // Those that are known, with the names and colours they have now.
  std::vector<NamedSpectrum> known(const MapFigure& figure) const;
  bool idle() const { return !reading_; }

 Q_SIGNALS:
  void changed();

 private:
  struct Wanted {
    std::int64_t value = 0;
    std::vector<std::int64_t> members;
    std::optional<FeatureHit> area{};  // of a vector layer, instead of a class
    std::optional<ClassSpectrum> spectrum{};
    bool failed = false;
    int number = 0;  // tells it from others while it is worked out
  };
  void add(Wanted wanted);
  void readNext();
  void stop();

  std::function<Background&()> background_;
  RasterLayer classes_, image_;
  int last_number_ = 0;
  std::vector<Wanted> wanted_;
  Background::Cancel reading_;
  int readings_ = 0;  // counts them, so that an overtaken one is known
};

}  // namespace lineament::views
