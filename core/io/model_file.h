// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/data/checkpoint.h"
#include "core/data/model.h"

namespace lineament::io {

// A Model as a safetensors file: its tensors as they are, everything else as JSON under the
// metadata key "lineament.model". Other programs can read the tensors.
void writeModel(const Model& model, const std::filesystem::path& path);

bool holdsModel(const Checkpoint& checkpoint);

// The Model of such a checkpoint, `predictor` unbound: whoever knows its `type` binds it. Throws
// Error "model.file" for a description that is malformed or of a newer version; `file` is for it.
Model modelOf(const Checkpoint& checkpoint, const std::string& file);

// Everything of a Model but its tensors and predictor.
nlohmann::json toJson(const Model& model);
Model modelFromJson(const nlohmann::json& json, const std::string& file);

}  // namespace lineament::io
