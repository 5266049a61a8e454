// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/parameters.h"
#include "core/data/checkpoint.h"
#include "core/nets/sequence_model.h"
#include "core/nets/sequence_task.h"

namespace lineament {

// A model to be trained, by the name people gave it: "deltanet", "based:key_size=8",
// "deltanet:eigenvalues=signed:heads=4".
struct WantedModel {
  std::string name;
  nets::SequenceModelSettings settings;
};

// The models of a comma-separated list, in its order. An entry is a mechanism's id, then settings
// of its own that go before the run's, each behind a colon: layers, width, heads, key_size,
// value_size, convolution, eigenvalues (positive or signed: strengths of a write up to 1 or 2), or
// an option of the mechanism. Error "sequence.mechanism", "sequence.option.unknown" (usage),
// "sequence.train.setting", "sequence.no_mechanism".
std::vector<WantedModel> wantedModels(std::string_view list, const Parameters& parameters,
                                      const nets::SequenceTask& task, std::int64_t longest);

// All models' parameters, named "MODEL.layers.0.mixer.q.weight".
class TrainedTensors {
 public:
  void add(const std::string& model, nets::SequenceModel<float>& trained);
  // Its configuration is the first model's, from which core/language makes a network, with those of
  // all as its members where there are several; a model of bytes comes with their vocabulary.
  Checkpoint checkpoint(nlohmann::json metadata) const;

 private:
  nlohmann::json configuration_;
  nlohmann::json::array_t members_;  // see language::memberOf
  std::vector<Checkpoint::Entry> entries_;
  std::vector<Tensor> tensors_;
};

}  // namespace lineament
