// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/catalogue.h"

#include <fmt/ranges.h>

namespace lineament {

namespace {

constexpr ErrorText kUnknown{"analysis.unknown", "Find the analysis '{id}'",
                             "the catalogue has none of that id", "", "{suggestion}"};

}  // namespace

void Inputs::add(std::string_view id, Data data) {
  data_[std::string(id)].push_back(std::move(data));
}

const std::vector<Data>& Inputs::all(std::string_view id) const {
  static const std::vector<Data> none;
  const auto found = data_.find(id);
  return found == data_.end() ? none : found->second;
}

const Data* Outputs::find(std::string_view id) const {
  for (const auto& [name, value] : data) {
    if (name == id) return &value;
  }
  return nullptr;
}

void Catalogue::add(std::unique_ptr<Analysis> analysis) {
  analyses_.push_back(std::move(analysis));
}

const Analysis* Catalogue::find(std::string_view id) const {
  for (const auto& analysis : analyses_) {
    if (analysis->declaration().id == id) return analysis.get();
  }
  return nullptr;
}

const Analysis& Catalogue::require(std::string_view id) const {
  if (const Analysis* found = find(id)) return *found;
  std::vector<std::string> ids;
  for (const auto& analysis : analyses_) ids.push_back(analysis->declaration().id);
  const auto nearest = nearestNames(id, ids);
  throw Error::usage(
      kUnknown, {{"id", id},
                 {"suggestion", nearest.empty() ? fmt::format("It has {}", fmt::join(ids, ", "))
                                                : fmt::format("Did you mean {}", nearest[0])}});
}

}  // namespace lineament
