// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_edits.h"

#include <QColor>
#include <algorithm>
#include <set>

namespace lineament::views {

namespace {

std::string text(const ClassColour& colour) {
  return QColor(colour[0], colour[1], colour[2]).name().toStdString();
}

std::optional<ClassColour> colourFrom(const nlohmann::json& json) {
  if (!json.is_string()) return std::nullopt;
  const QColor colour(QString::fromStdString(json.get<std::string>()));
  if (!colour.isValid()) return std::nullopt;
  return ClassColour{static_cast<std::uint8_t>(colour.red()),
                     static_cast<std::uint8_t>(colour.green()),
                     static_cast<std::uint8_t>(colour.blue())};
}

}  // namespace

void ClassEdits::rename(std::int64_t value, const std::string& name) {
  changes_[value].name = name.empty() ? std::nullopt : std::optional(name);
  tidy();
}

void ClassEdits::recolour(std::int64_t value, const ClassColour& colour) {
  changes_[value].colour = colour;
}

void ClassEdits::setPattern(std::int64_t value, ClassPattern pattern) {
  changes_[value].pattern = pattern;
  tidy();
}

void ClassEdits::setHidden(std::int64_t value, bool hidden) {
  changes_[value].hidden = hidden;
  tidy();
}

void ClassEdits::merge(std::int64_t value, std::int64_t into) {
  if (value == into) return;
  for (auto& [other, change] : changes_) {
    if (change.into == value) change.into = into;
  }
  changes_[into].into.reset();
  changes_[value].into = into;
  tidy();
}

void ClassEdits::separate(std::int64_t into) {
  for (auto& [value, change] : changes_) {
    if (change.into == into) change.into.reset();
  }
  tidy();
}

void ClassEdits::forget(std::int64_t value) {
  const auto found = changes_.find(value);
  if (found == changes_.end()) return;
  found->second = {.into = found->second.into};
  tidy();
}

void ClassEdits::showAll() {
  for (auto& [value, change] : changes_) change.hidden = false;
  tidy();
}

void ClassEdits::tidy() {
  std::erase_if(changes_, [](const auto& entry) { return entry.second == Change(); });
}

std::vector<ShownClass> ClassEdits::shown(const std::vector<RasterClass>& classes) const {
  std::set<std::int64_t> known;
  for (const RasterClass& one : classes) known.insert(one.value);
  const auto changeOf = [&](std::int64_t value) {
    const auto found = changes_.find(value);
    return found == changes_.end() ? Change() : found->second;
  };
  const auto target = [&](std::int64_t value) {
    std::set<std::int64_t> seen;
    std::int64_t now = value;
    while (seen.insert(now).second) {
      const auto into = changeOf(now).into;
      if (!into || !known.contains(*into)) return now;
      now = *into;
    }
    return value;  // in a circle
  };
  std::map<std::int64_t, std::vector<std::int64_t>> joined;  // to each target, but for itself
  for (const RasterClass& one : classes) {
    if (const std::int64_t into = target(one.value); into != one.value) {
      joined[into].push_back(one.value);
    }
  }
  std::set<std::int64_t> gone;
  for (const auto& [into, members] : joined) gone.insert(members.begin(), members.end());
  std::vector<ShownClass> shown;
  for (const RasterClass& one : classes) {
    if (gone.contains(one.value)) continue;
    const Change change = changeOf(one.value);
    shown.push_back({one.value,
                     change.name.value_or(one.name),
                     change.colour.value_or(one.colour),
                     change.pattern,
                     change.hidden,
                     {one.value}});
    if (const auto members = joined.find(one.value); members != joined.end()) {
      shown.back().members.insert(shown.back().members.end(), members->second.begin(),
                                  members->second.end());
    }
  }
  return shown;
}

nlohmann::json ClassEdits::toJson() const {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [value, change] : changes_) {
    nlohmann::json one{{"value", value}};
    if (change.name) one["name"] = *change.name;
    if (change.colour) one["colour"] = text(*change.colour);
    if (change.pattern != ClassPattern::none) one["pattern"] = name(change.pattern);
    if (change.hidden) one["hidden"] = true;
    if (change.into) one["into"] = *change.into;
    list.push_back(std::move(one));
  }
  return list;
}

std::optional<ClassEdits::Change> ClassEdits::changeFromJson(const nlohmann::json& json) {
  const auto member = [&](const char* key) {
    const auto found = json.find(key);
    return found == json.end() ? nlohmann::json() : *found;
  };
  Change change;
  if (const auto name = member("name"); name.is_string()) change.name = name.get<std::string>();
  change.colour = colourFrom(member("colour"));
  if (const auto pattern = member("pattern"); pattern.is_string()) {
    change.pattern = patternFromName(pattern.get<std::string>()).value_or(ClassPattern::none);
  }
  if (const auto hidden = member("hidden"); hidden.is_boolean()) change.hidden = hidden.get<bool>();
  if (const auto into = member("into"); into.is_number_integer()) {
    change.into = into.get<std::int64_t>();
  }
  return change == Change() ? std::nullopt : std::optional(change);
}

ClassEdits ClassEdits::fromJson(const nlohmann::json& json) {
  ClassEdits edits;
  if (!json.is_array()) return edits;
  for (const nlohmann::json& one : json) {
    if (!one.is_object() || !one.contains("value") || !one["value"].is_number_integer()) continue;
    if (const auto change = changeFromJson(one)) {
      edits.changes_[one["value"].get<std::int64_t>()] = *change;
    }
  }
  return edits;
}

const ShownClass* shownAs(const std::vector<ShownClass>& classes, std::int64_t value) {
  for (const ShownClass& one : classes) {
    if (std::find(one.members.begin(), one.members.end(), value) != one.members.end()) return &one;
  }
  return nullptr;
}

}  // namespace lineament::views
