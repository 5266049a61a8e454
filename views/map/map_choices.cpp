// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_choices.h"

#include <algorithm>
#include <optional>

namespace lineament::views {

namespace {

// Options as far as they have the type that is asked for.
class Members {
 public:
  explicit Members(const nlohmann::json& options) : options_(options) {}

  const nlohmann::json* find(const char* key) const {
    const auto found = options_.find(key);
    return found == options_.end() ? nullptr : &*found;
  }
  std::optional<std::string> text(const char* key) const {
    const nlohmann::json* found = find(key);
    return found && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
  }
  void set(const char* key, bool& value) const {
    const nlohmann::json* found = find(key);
    if (found && found->is_boolean()) value = found->get<bool>();
  }
  void setShare(const char* key, double& value) const {
    const nlohmann::json* found = find(key);
    if (found && found->is_number()) value = std::clamp(found->get<double>(), 0.0, 1.0);
  }

 private:
  const nlohmann::json& options_;
};

// Those without an id, and what comes twice, are left out.
std::vector<MapChoices::Layer> layersIn(const nlohmann::json& list) {
  std::vector<MapChoices::Layer> layers;
  for (const nlohmann::json& one : list) {
    if (!one.is_object()) continue;
    const auto id = one.find("id");
    if (id == one.end() || !id->is_number_integer()) continue;
    const MapChoices::Layer layer{
        id->get<std::int64_t>(),
        QString::fromStdString(Members(one).text("name").value_or(std::string()))};
    const bool again = std::any_of(layers.begin(), layers.end(), [&](const MapChoices::Layer& had) {
      return had.id == layer.id;
    });
    if (layer.id > 0 && !again) layers.push_back(layer);
  }
  return layers;
}

nlohmann::json jsonOf(const std::vector<MapChoices::Layer>& layers) {
  nlohmann::json list = nlohmann::json::array();
  for (const MapChoices::Layer& one : layers) {
    list.push_back({{"id", one.id}, {"name", one.name.toStdString()}});
  }
  return list;
}

std::vector<std::string> textsIn(const nlohmann::json& list) {
  std::vector<std::string> texts;
  for (const nlohmann::json& one : list) {
    if (one.is_string()) texts.push_back(one.get<std::string>());
  }
  return texts;
}

}  // namespace

void MapChoices::take(const nlohmann::json& options) {
  const Members members(options);
  if (const auto* list = members.find("bands"); list && list->is_array()) bands = textsIn(*list);
  if (const auto name = members.text("stretch")) stretch = stretchFromName(*name).value_or(stretch);
  if (const auto name = members.text("ramp")) ramp = *name == "colour" ? Ramp::colour : Ramp::grey;
  if (const auto text = members.text("title")) title = QString::fromStdString(*text);
  if (const auto name = members.text("arrangement")) {
    arrangement = arrangementFromName(*name).value_or(arrangement);
  }
  members.setShare("opacity", opacity);
  members.setShare("swipe", swipe);
  members.setShare("layer_fill", layer_fill);
  if (const auto* list = members.find("layers"); list && list->is_array()) {
    layers = layersIn(*list);
  }
  members.set("legend", legend);
  members.set("graticule", graticule);
  if (const auto* list = members.find("classes"); list && list->is_array()) {
    edits = ClassEdits::fromJson(*list);
  }
  if (const auto* id = members.find("background"); id && id->is_number_integer()) {
    background = id->get<std::int64_t>();
    background_name.clear();
  }
  if (const auto name = members.text("background_name")) {
    background_name = QString::fromStdString(*name);
  }
}

nlohmann::json MapChoices::toJson() const {
  nlohmann::json options{{"bands", bands},
                         {"stretch", name(stretch)},
                         {"ramp", ramp == Ramp::colour ? "colour" : "grey"},
                         {"opacity", opacity},
                         {"legend", legend},
                         {"graticule", graticule},
                         {"classes", edits.toJson()},
                         {"background", background},
                         {"background_name", background_name.toStdString()},
                         {"arrangement", name(arrangement)},
                         {"swipe", swipe},
                         {"layers", jsonOf(layers)},
                         {"layer_fill", layer_fill}};
  if (!title.isEmpty()) options["title"] = title.toStdString();
  return options;
}

}  // namespace lineament::views
