// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/model_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/io/json_text.h"
#include "core/io/tokenizer_file.h"

namespace lineament::io {

namespace {

constexpr ErrorText kWeights{"model_folder.weights", "Open the folder {folder} as a model",
                             "{problem}", "{path}", "{remedy}"};
constexpr ErrorText kConfig{"model_folder.config", "Read {file} beside the weights", "{problem}",
                            "{path}",
                            "Download it again, or move it away to see the tensors alone"};

constexpr std::uint64_t kLongestConfig = 16 << 20;

using std::filesystem::path;

// Whose files are opened before which others'. Within a line several files are several models.
const std::vector<std::vector<std::string>>& endings() {
  static const std::vector<std::vector<std::string>> list{{".safetensors.index.json"},
                                                          {".safetensors"},
                                                          {".gguf"},
                                                          {".onnx"},
                                                          {".pt", ".pth", ".ckpt"},
                                                          {".bin"},
                                                          {"tokenizer.json"},
                                                          {".model"},
                                                          {"vocab.txt"}};
  return list;
}

bool endsWith(const std::string& name, const std::vector<std::string>& list) {
  return std::ranges::any_of(list, [&](const auto& ending) { return name.ends_with(ending); });
}

std::vector<std::string> filesOf(const path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error)) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// "NAME-00002-of-00003.gguf" without the number of the part: one name for all parts of a model.
// Others are left as they are.
std::string modelOf(std::string name) {
  constexpr std::string_view kPart = "-#####-of-#####.gguf";
  if (name.size() < kPart.size()) return name;
  const std::size_t first = name.size() - kPart.size();
  for (std::size_t i = 0; i < kPart.size(); ++i) {
    const char letter = name[first + i];
    if (kPart[i] == '#' ? letter < '0' || letter > '9' : letter != kPart[i]) return name;
  }
  return name.replace(first + 1, 5, "");
}

// Not weights although they end so: a tokenizer in llama2.c's form, states of a training.
bool beside(const std::string& name) {
  return name.starts_with("tok") || name.starts_with("optimizer") || name.starts_with("training") ||
         name.starts_with("scheduler") || name.starts_with("rng_state");
}

Checkpoint withConfigurationBeside(const Checkpoint& checkpoint, const path& weights) {
  const path config = weights.parent_path() / "config.json";
  std::error_code error;
  if (!checkpoint.configuration().is_null() || !std::filesystem::is_regular_file(config, error)) {
    return checkpoint;
  }
  const auto fail = [&](std::string_view problem) {
    throw Error(kConfig,
                {{"file", "config.json"}, {"problem", problem}, {"path", config.string()}});
  };
  const InputFile file(config);
  if (file.size() > kLongestConfig) fail("it is larger than 16 MB");
  std::optional<nlohmann::json> json = parseJson(file.readAll());
  if (!json || !json->is_object()) fail("it is not a JSON object");
  return checkpoint.withConfiguration(std::move(*json));
}

}  // namespace

path weightsIn(const path& folder) {
  const std::vector<std::string> files = filesOf(folder);
  const auto fail = [&](std::string_view problem, std::string_view remedy) {
    throw Error(kWeights, {{"folder", folder.filename().string()},
                           {"problem", problem},
                           {"path", folder.string()},
                           {"remedy", remedy}});
  };
  for (const auto& group : endings()) {
    std::vector<std::string> found;
    for (const std::string& name : files) {
      const bool weights = group.front().starts_with('.') && group.front() != ".model";
      if (!endsWith(name, group) || (weights && beside(name))) continue;
      // The other parts are read with the first one.
      if (found.empty() || modelOf(found.back()) != modelOf(name)) found.push_back(name);
    }
    // Of a model kept twice the published name is the one that its config.json speaks of.
    for (const char* usual : {"model.safetensors", "model.safetensors.index.json",
                              "pytorch_model.bin", "spiece.model", "tokenizer.model"}) {
      if (found.size() > 1 && std::ranges::find(found, usual) != found.end()) found = {usual};
    }
    if (found.size() > 1) {
      fail(fmt::format("it holds several: {}", fmt::join(found, ", ")), "Open one of these files");
    }
    if (!found.empty()) return folder / found.front();
  }
  fail("it holds no weights and no tokenizer that this program reads",
       "Choose the folder with the .safetensors, .gguf, .onnx, .pt or .bin file");
  return {};
}

Checkpoint besideModel(const Checkpoint& checkpoint, const path& weights) {
  return withConfigurationBeside(checkpoint, weights).withTokenizer([checkpoint, weights] {
    TokenizerFiles own = checkpoint.tokenizer();
    return own.empty() ? tokenizerBeside(weights) : own;
  });
}

}  // namespace lineament::io
