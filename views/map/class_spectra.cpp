// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_spectra.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "views/map/area_spectrum.h"

namespace lineament::views {

namespace {

constexpr std::size_t kMost = 4;

}  // namespace

ClassSpectra::ClassSpectra(std::function<Background&()> background, QObject* parent)
    : QObject(parent), background_(std::move(background)) {}

ClassSpectra::~ClassSpectra() {
  stop();
}

void ClassSpectra::stop() {
  if (reading_) reading_();
  reading_ = nullptr;
  ++readings_;
}

void ClassSpectra::forget() {
  stop();
  wanted_.clear();
}

void ClassSpectra::want(const MapFigure& figure, std::int64_t value) {
  const std::vector<ShownClass> shown = figure.shownClasses();
  const ShownClass* one = shownAs(shown, value);
  if (!one || !figure.classes() || !figure.image()) return;
  classes_ = *figure.classes();
  image_ = *figure.image();
  const bool here = std::any_of(wanted_.begin(), wanted_.end(), [one](const Wanted& wanted) {
    return !wanted.area && wanted.value == one->value;
  });
  if (!here) add({.value = one->value, .members = one->members});
}

void ClassSpectra::want(const MapFigure& figure, const FeatureHit& hit) {
  const Geometries& geometries = hit.layer.picture.features().geometries();
  if (!figure.image() || geometries.type(hit.feature) != GeometryType::polygon) return;
  image_ = *figure.image();
  const bool here = std::any_of(wanted_.begin(), wanted_.end(), [&](const Wanted& wanted) {
    return wanted.area && wanted.area->layer.id == hit.layer.id &&
           wanted.area->feature == hit.feature;
  });
  if (!here) add({.area = hit});
}

void ClassSpectra::add(Wanted wanted) {
  wanted.number = ++last_number_;
  if (wanted_.size() == kMost) wanted_.erase(wanted_.begin());
  wanted_.push_back(std::move(wanted));
  readNext();
}

void ClassSpectra::follow(const MapFigure& figure) {
  if (wanted_.empty()) return;
  stop();
  const std::vector<ShownClass> shown = figure.shownClasses();
  std::vector<Wanted> kept;
  for (Wanted& wanted : wanted_) {
    if (wanted.area) {
      kept.push_back(std::move(wanted));
      continue;
    }
    const ShownClass* one = shownAs(shown, wanted.value);
    const bool twice = one && std::any_of(kept.begin(), kept.end(), [one](const Wanted& other) {
                         return !other.area && other.value == one->value;
                       });
    if (!one || twice) continue;
    if (wanted.value != one->value || wanted.members != one->members) {
      wanted = {.value = one->value, .members = one->members, .number = ++last_number_};
    }
    kept.push_back(std::move(wanted));
  }
  wanted_ = std::move(kept);
  readNext();
  Q_EMIT changed();
}

std::vector<NamedSpectrum> ClassSpectra::known(const MapFigure& figure) const {
  const std::vector<ShownClass> shown = figure.shownClasses();
  std::vector<NamedSpectrum> named;
  for (const Wanted& wanted : wanted_) {
    if (!wanted.spectrum) continue;
    if (const auto& area = wanted.area) {
      named.push_back({wanted.value, area->name(), area->layer.picture.colourOf(area->feature),
                       *wanted.spectrum});
      continue;
    }
    const ShownClass* one = shownAs(shown, wanted.value);
    if (!one) continue;
    const auto& [red, green, blue] = one->colour;
    named.push_back({one->value, classLabel(*one), QColor(red, green, blue), *wanted.spectrum});
  }
  return named;
}

void ClassSpectra::readNext() {
  if (reading_) return;
  const auto next = std::find_if(wanted_.begin(), wanted_.end(), [](const Wanted& wanted) {
    return !wanted.spectrum && !wanted.failed;
  });
  if (next == wanted_.end()) return;
  const auto made = std::make_shared<ClassSpectrum>();
  reading_ = background_().start(
      next->area ? tr("Average an area") : tr("Average a class"),
      [made, classes = classes_, image = image_, members = next->members,
       area = next->area](const Context& context) {
        *made = area ? areaSpectrum(area->layer, area->feature, image, context)
                     : classSpectrum(classes, members, image, context);
      },
      this,
      [this, made, which = next->number, number = readings_](const Outcome<Nothing>& outcome) {
        if (number != readings_) return;
        reading_ = nullptr;
        for (Wanted& wanted : wanted_) {
          if (wanted.number != which) continue;
          wanted.failed = !valueOf(outcome);
          if (valueOf(outcome)) wanted.spectrum = *made;
        }
        readNext();
        Q_EMIT changed();
      });
}

}  // namespace lineament::views
