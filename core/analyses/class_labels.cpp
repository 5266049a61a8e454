// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/class_labels.h"

#include <array>
#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/spatial/label_filter.h"

namespace lineament {

namespace {

using spatial::kNoLabel;

constexpr ErrorText kBands{"classes.bands", "Use a raster as a map of classes",
                           "it has {bands} bands, one is expected", "",
                           "Choose a raster of classes, such as map.cluster makes"};
constexpr ErrorText kValues{"classes.values", "Use a raster as a map of classes",
                            "it has more than {most} different values, or values that are no whole "
                            "numbers",
                            "column {column}, row {row}",
                            "Choose a raster of classes, such as map.cluster makes"};
constexpr ErrorText kNone{"classes.none", "Use a raster as a map of classes",
                          "no pixel has a class", "", "Choose another raster"};

// Gives each value a label, in the order in which they come.
class LabelsOfValues {
 public:
  explicit LabelsOfValues(const Raster& raster) : raster_(raster) {}

  // Nothing for a value that there is no label for.
  std::optional<std::uint8_t> labelOf(float value) {
    if (value == last_ && last_label_) return last_label_;
    const auto whole = static_cast<std::int64_t>(value);
    if (!std::isfinite(value) || static_cast<float>(whole) != value) return std::nullopt;
    if (raster_.categorical() && raster_.findClass(whole) == nullptr) return kNoLabel;
    if (!labels_.contains(whole) && labels_.size() == kNoLabel) return std::nullopt;
    const auto [found, added] =
        labels_.try_emplace(whole, static_cast<std::uint8_t>(labels_.size()));
    last_ = value;
    last_label_ = found->second;
    return found->second;
  }

  // The classes by value, and to which of them each label changes.
  std::vector<RasterClass> sorted(std::array<std::uint8_t, 256>& place) const {
    std::vector<RasterClass> classes;
    place.fill(kNoLabel);
    for (const auto& [value, label] : labels_) {
      place[label] = static_cast<std::uint8_t>(classes.size());
      const RasterClass* known = raster_.findClass(value);
      classes.push_back(
          known ? *known : RasterClass{value, std::to_string(value), classColour(classes.size())});
    }
    return classes;
  }

 private:
  const Raster& raster_;
  std::map<std::int64_t, std::uint8_t> labels_;
  float last_ = 0;
  std::optional<std::uint8_t> last_label_;
};

}  // namespace

ClassLabels classLabels(const Raster& raster, const Context& context) {
  if (raster.bands().size() != 1) throw Error(kBands, {{"bands", raster.bands().size()}});
  ClassLabels found;
  found.labels.reserve(static_cast<std::size_t>(raster.columns() * raster.rows()));
  LabelsOfValues values(raster);
  for (std::int64_t row = 0; row < raster.rows(); ++row) {
    context.checkpoint(static_cast<double>(row) / static_cast<double>(raster.rows()),
                       "Reading classes");
    const std::vector<float> line = raster.values({0, row, raster.columns(), 1});
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto label = std::isnan(line[i]) ? std::optional(kNoLabel) : values.labelOf(line[i]);
      if (!label) {
        throw Error(kValues, {{"most", kNoLabel}, {"column", i + 1}, {"row", row + 1}});
      }
      found.labels.push_back(*label);
    }
  }
  std::array<std::uint8_t, 256> place{};
  found.classes = values.sorted(place);
  if (found.classes.empty()) throw Error(kNone);
  for (std::uint8_t& label : found.labels) label = place[label];
  return found;
}

}  // namespace lineament
