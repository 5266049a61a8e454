// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/raster.h"
#include "views/map/class_pattern.h"

namespace lineament::views {

using ClassColour = std::array<std::uint8_t, 3>;

// A class of a map as it is shown, with all values of the raster that are shown as it.
struct ShownClass {
  std::int64_t value = 0;
  std::string name;
  ClassColour colour{};
  ClassPattern pattern = ClassPattern::none;
  bool hidden = false;
  std::vector<std::int64_t> members;  // its own value first, then those merged into it

  bool operator==(const ShownClass&) const = default;
};

// What a person has changed about the classes of a map. The raster stays as it is: the changes are
// part of the figure.
class ClassEdits {
 public:
  void rename(std::int64_t value, const std::string& name);  // empty: the raster's name again
  void recolour(std::int64_t value, const ClassColour& colour);
  void setPattern(std::int64_t value, ClassPattern pattern);
  void setHidden(std::int64_t value, bool hidden);
  // Shows `value`, and what was merged into it before, as `into`.
  void merge(std::int64_t value, std::int64_t into);
  void separate(std::int64_t into);  // what was merged into it stands for itself again
  void forget(std::int64_t value);   // the class is as the raster has it; merged ones stay
  void showAll();                    // nothing is hidden

  bool empty() const { return changes_.empty(); }
  // In the raster's order. Changes of values that are no class do nothing, nor does a merger in a
  // circle.
  std::vector<ShownClass> shown(const std::vector<RasterClass>& classes) const;

  nlohmann::json toJson() const;  // a list of {"value", "name", "colour", "pattern", ...}
  static ClassEdits fromJson(const nlohmann::json& json);  // what is malformed is left out

  bool operator==(const ClassEdits&) const = default;

 private:
  struct Change {
    std::optional<std::string> name;
    std::optional<ClassColour> colour;
    ClassPattern pattern = ClassPattern::none;
    bool hidden = false;
    std::optional<std::int64_t> into;
    bool operator==(const Change&) const = default;
  };
  static std::optional<Change> changeFromJson(const nlohmann::json& json);
  void tidy();  // changes that change nothing go

  std::map<std::int64_t, Change> changes_;  // by value
};

// The class that the raster's value is shown as; null where it is none.
const ShownClass* shownAs(const std::vector<ShownClass>& classes, std::int64_t value);

}  // namespace lineament::views
