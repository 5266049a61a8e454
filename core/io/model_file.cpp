// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/model_file.h"

#include "core/base/error.h"
#include "core/io/json_text.h"
#include "core/io/safetensors.h"

namespace lineament::io {

namespace {

constexpr ErrorText kModel{"model.file", "Read the model in {file}", "{problem}", "",
                           "Save the model again with this version of Lineament"};

constexpr const char* kKey = "lineament.model";
constexpr int kLayout = 1;  // of the description, not of any model type

using nlohmann::json;

[[noreturn]] void fail(const std::string& file, std::string_view problem) {
  throw Error(kModel, {{"file", file}, {"problem", problem}});
}

// The member of that name if it has the type of `fallback`; the fallback where it is absent.
template <class T>
T member(const json& object, const char* name, T fallback, const std::string& file) {
  const auto found = object.find(name);
  if (found == object.end()) return fallback;
  const bool fits = std::is_same_v<T, std::string> ? found->is_string()
                    : std::is_same_v<T, int>       ? found->is_number_integer()
                                                   : true;
  if (!fits) fail(file, fmt::format("'{}' is not of the expected type", name));
  return found->template get<T>();
}

Feature featureFrom(const json& object, const std::string& file) {
  if (!object.is_object()) fail(file, "a feature is not described by an object");
  Feature feature{
      member(object, "name", std::string(), file), member(object, "unit", std::string(), file), {}};
  for (const json& level : member(object, "levels", json::array(), file)) {
    if (!level.is_string()) fail(file, "a level is not text");
    feature.levels.push_back(level.get<std::string>());
  }
  return feature;
}

}  // namespace

json toJson(const Model& model) {
  json features = json::array();
  for (const Feature& feature : model.features) {
    features.push_back(
        {{"name", feature.name}, {"unit", feature.unit}, {"levels", feature.levels}});
  }
  return {{"layout", kLayout},
          {"type", model.type},
          {"version", model.version},
          {"features", std::move(features)},
          {"target", model.target},
          {"target_unit", model.target_unit},
          {"configuration", model.configuration}};
}

Model modelFromJson(const json& description, const std::string& file) {
  if (!description.is_object()) fail(file, "its description is not a JSON object");
  const int layout = member(description, "layout", 0, file);
  if (layout != kLayout) {
    fail(file,
         fmt::format("its description has the layout {}, this version knows {}", layout, kLayout));
  }
  Model model;
  model.type = member(description, "type", std::string(), file);
  model.version = member(description, "version", 1, file);
  for (const json& feature : member(description, "features", json::array(), file)) {
    model.features.push_back(featureFrom(feature, file));
  }
  model.target = member(description, "target", std::string(), file);
  model.target_unit = member(description, "target_unit", std::string(), file);
  model.configuration = member(description, "configuration", json::object(), file);
  return model;
}

void writeModel(const Model& model, const std::filesystem::path& path) {
  const std::string description = jsonText(toJson(model));
  writeSafetensors({model.tensors.begin(), model.tensors.end()},
                   {{kKey, description}, {"format", "lineament"}}, path);
}

bool holdsModel(const Checkpoint& checkpoint) {
  return checkpoint.metadata().contains(kKey);
}

Model modelOf(const Checkpoint& checkpoint, const std::string& file) {
  const json& text = checkpoint.metadata().at(kKey);
  if (!text.is_string()) fail(file, "its description is not text");
  const std::optional<json> description = parseJson(text.get_ref<const std::string&>());
  if (!description) fail(file, "its description is not valid JSON");
  Model model = modelFromJson(*description, file);
  for (std::size_t i = 0; i < checkpoint.entries().size(); ++i) {
    model.tensors.emplace(checkpoint.entries()[i].name, checkpoint.tensor(i));
  }
  return model;
}

}  // namespace lineament::io
