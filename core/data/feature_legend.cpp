// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/feature_legend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>
#include <optional>
#include <unordered_map>

namespace lineament {

namespace {

constexpr std::size_t kMostClasses = 1000;
constexpr std::array<std::string_view, 12> kUsualNames{
    "unit",      "rock_unit", "class",    "name", "unit_name", "lithology",
    "rock_type", "label",     "category", "type", "formation", "symbol"};
constexpr std::array<std::string_view, 3> kColourNames{"colour", "color", "fill"};

bool named(const Column& column, std::string_view wanted) {
  return std::ranges::equal(column.name(), wanted, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

template <class Names>
const Column* findNamed(const Table& table, const Names& names) {
  for (const std::string_view wanted : names) {
    for (const Column& column : table.columns()) {
      if (named(column, wanted)) return &column;
    }
  }
  return nullptr;
}

bool tellsClasses(const Column& column) {
  return column.type() == Column::Type::text || column.type() == Column::Type::integer;
}

bool saysColours(const Column& column) {
  return std::ranges::any_of(kColourNames,
                             [&](std::string_view wanted) { return named(column, wanted); });
}

std::optional<std::array<std::uint8_t, 3>> colourFrom(std::string_view text) {
  std::uint32_t value = 0;
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 7, value, 16);
  if (error != std::errc() || end != text.data() + 7) return std::nullopt;
  return std::array<std::uint8_t, 3>{static_cast<std::uint8_t>(value >> 16),
                                     static_cast<std::uint8_t>(value >> 8),
                                     static_cast<std::uint8_t>(value)};
}

// Classes as they come, with the first feature of each.
struct Found {
  FeatureLegend legend;
  std::vector<std::size_t> first;
};

std::optional<Found> classesOf(const Column& column) {
  Found found;
  found.legend.attribute = column.name();
  std::unordered_map<std::string, std::uint32_t> places;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.missing(row)) {
      found.legend.class_of.push_back(FeatureLegend::kNoClass);
      continue;
    }
    const auto [place, added] =
        places.try_emplace(column.text(row), static_cast<std::uint32_t>(places.size()));
    if (places.size() > kMostClasses) return std::nullopt;
    if (added) {
      found.legend.classes.push_back({place->first, {}});
      found.first.push_back(row);
    }
    found.legend.class_of.push_back(place->second);
  }
  return found;
}

void sortByNumber(Found& found, const Column& column) {
  std::vector<std::uint32_t> order(found.first.size()), place(found.first.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::uint32_t one) { return column.number(found.first[one]); });
  Found sorted;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted.legend.classes.push_back(found.legend.classes[order[i]]);
    sorted.first.push_back(found.first[order[i]]);
  }
  found.legend.classes = std::move(sorted.legend.classes);
  found.first = std::move(sorted.first);
  for (std::uint32_t& one : found.legend.class_of) {
    if (one != FeatureLegend::kNoClass) one = place[one];
  }
}

void colour(Found& found, const Table& attributes) {
  const Column* colours = findNamed(attributes, kColourNames);
  for (std::size_t i = 0; i < found.first.size(); ++i) {
    std::optional<std::array<std::uint8_t, 3>> own;
    if (colours != nullptr) own = colourFrom(colours->text(found.first[i]));
    found.legend.classes[i].colour = own.value_or(classColour(i));
  }
}

}  // namespace

std::string classAttribute(const Table& attributes) {
  if (const Column* usual = findNamed(attributes, kUsualNames); usual && tellsClasses(*usual)) {
    return usual->name();
  }
  for (const Column::Type type : {Column::Type::text, Column::Type::integer}) {
    for (const Column& column : attributes.columns()) {
      if (column.type() == type && !saysColours(column)) return column.name();
    }
  }
  return {};
}

FeatureLegend legendOf(const Features& features, std::string_view attribute) {
  const Table& attributes = features.attributes();
  const std::string by = attribute.empty() ? classAttribute(attributes) : std::string(attribute);
  std::optional<Found> found;
  if (!by.empty()) {
    const Column& column = attributes.require(by);
    found = classesOf(column);
    if (found && column.numeric()) sortByNumber(*found, column);
  }
  if (!found) {
    FeatureLegend alike;
    alike.class_of.assign(features.size(), FeatureLegend::kNoClass);
    return alike;
  }
  colour(*found, attributes);
  return std::move(found->legend);
}

std::string colourText(const std::array<std::uint8_t, 3>& colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2]);
}

}  // namespace lineament
