// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/architectures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

constexpr ErrorText kNoConfiguration{"language.no_configuration",
                                     "Make a network of the checkpoint's tensors",
                                     "nothing says what kind of network they are ('model_type')",
                                     "", "Put the model's config.json beside its weights"};
constexpr ErrorText kArchitecture{"language.architecture", "Run a network of the kind '{found}'",
                                  "this program does not know it", "",
                                  "Its tensors can be looked at; networks can be {known}"};

constexpr ErrorText kMember{"language.member", "Choose the network '{name}'",
                            "the checkpoint has none of that name", "", "{known}"};

std::string kindOf(const Checkpoint& checkpoint) {
  const nlohmann::json& configuration = checkpoint.configuration();
  std::string kind = configuration.is_object() ? word(configuration, {"model_type"}, "") : "";
  // The authors' files of RWKV come alone.
  if (kind.empty() && checkpoint.find("blocks.0.att.time_maa_x")) return "rwkv6";
  if (kind.empty() && checkpoint.find("blocks.0.att.r_k")) return "rwkv7";
  return kind;
}

const Architecture* find(std::string_view kind) {
  for (const Architecture& each : architectures()) {
    if (std::ranges::find(each.model_types, kind) != each.model_types.end()) return &each;
  }
  return nullptr;
}

}  // namespace

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> list{
      {{"llama", "mistral", "qwen2"}, "Llama", loadLlama},
      {{"gpt2"}, "GPT-2", loadGpt2},
      {{"bert", "roberta"}, "BERT", loadBert},
      {{"t5", "mt5"}, "T5", loadT5},
      {{"mamba", "mamba2"}, "Mamba", loadMamba},
      {{"gla", "delta_net", "gated_deltanet", "retnet"}, "Linear attention", loadLinearAttention},
      {{"rwkv6"}, "RWKV-6", loadRwkv6},
      {{"rwkv7"}, "RWKV-7", loadRwkv7},
      {{"transnormer"}, "TransNormer", loadTransNormer},
      {{"lineament-sequence"}, "Trained sequence models", loadSequenceModel},
  };
  return list;
}

bool isKnown(const Checkpoint& checkpoint) {
  return find(kindOf(checkpoint)) != nullptr;
}

Checkpoint memberOf(const Checkpoint& checkpoint, const std::string& name) {
  if (name.empty()) return checkpoint;
  std::vector<std::string> known;
  const nlohmann::json& configuration = checkpoint.configuration();
  const nlohmann::json members = configuration.is_object()
                                     ? configuration.value("members", nlohmann::json::array())
                                     : nlohmann::json::array();
  for (const nlohmann::json& member : members) {
    if (!member.is_object()) continue;
    known.push_back(word(member, {"name"}, ""));
    const auto found = member.find("configuration");
    if (known.back() == name && found != member.end()) return checkpoint.withConfiguration(*found);
  }
  throw Error::usage(
      kMember, {{"name", name},
                {"known", known.empty() ? std::string("It holds one network: leave the name out")
                                        : fmt::format("It has {}", fmt::join(known, ", "))}});
}

LoadedModel loadModel(const Checkpoint& checkpoint) {
  const std::string kind = kindOf(checkpoint);
  if (kind.empty()) throw Error(kNoConfiguration);
  const Architecture* architecture = find(kind);
  if (!architecture) {
    std::vector<std::string_view> known;
    for (const Architecture& each : architectures()) {
      known.insert(known.end(), each.model_types.begin(), each.model_types.end());
    }
    throw Error(kArchitecture,
                {{"found", kind}, {"known", fmt::format("{}", fmt::join(known, ", "))}});
  }
  return architecture->load(checkpoint);
}

}  // namespace lineament::language
