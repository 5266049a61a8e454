// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/checkpoint.h"
#include "core/language/language_model.h"

namespace lineament::language {

// A network made of a checkpoint's tensors as its configuration says.
struct LoadedModel {
  std::optional<LanguageModel> encoder;  // of an encoder-decoder
  LanguageModel model;                   // the decoder, or all there is
  std::vector<std::string> unused;       // tensors that the network has no place for
};

// Chooses by the configuration's "model_type". Throws Error "language.no_configuration" where
// nothing says what the tensors are, "language.architecture" for a kind this program does not know,
// naming those it does, "language.configuration", "language.tensors" and "language.unsupported" for
// what does not fit.
LoadedModel loadModel(const Checkpoint& checkpoint);

// Whether loadModel knows the kind that the configuration names.
bool isKnown(const Checkpoint& checkpoint);

// A checkpoint of several networks with the configuration of one of them, so that loadModel makes
// that one: `name` is one of its configuration's "members" [{"name", "configuration"}]. Without a
// name as it is, which means the first. Throws Error (usage) "language.member" for a name there is
// not.
Checkpoint memberOf(const Checkpoint& checkpoint, const std::string& name);

// The kinds, one loader a file: an id of a "model_type" and what makes the network.
struct Architecture {
  std::vector<std::string_view> model_types;
  std::string_view title;
  LoadedModel (*load)(const Checkpoint& checkpoint);
};
const std::vector<Architecture>& architectures();

LoadedModel loadLlama(const Checkpoint& checkpoint);
LoadedModel loadGpt2(const Checkpoint& checkpoint);
LoadedModel loadBert(const Checkpoint& checkpoint);
LoadedModel loadT5(const Checkpoint& checkpoint);
LoadedModel loadMamba(const Checkpoint& checkpoint);
LoadedModel loadLinearAttention(const Checkpoint& checkpoint);
LoadedModel loadRwkv6(const Checkpoint& checkpoint);
LoadedModel loadRwkv7(const Checkpoint& checkpoint);
LoadedModel loadTransNormer(const Checkpoint& checkpoint);
LoadedModel loadSequenceModel(const Checkpoint& checkpoint);

}  // namespace lineament::language
