// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/data/checkpoint.h"

namespace lineament::io {

// What the writers of tensor files take: names, unique, each with its tensor.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// A checkpoint over tensors that are already there.
inline Checkpoint checkpointOf(NamedTensors tensors,
                               nlohmann::json metadata = nlohmann::json::object()) {
  std::vector<Checkpoint::Entry> entries;
  for (const auto& [name, tensor] : tensors) {
    entries.push_back({name, tensor.dtype(), tensor.shape(), tensor.bytes().size(), {}});
  }
  auto load = [tensors = std::move(tensors)](std::size_t index) { return tensors[index].second; };
  return Checkpoint(std::move(entries), std::move(load), std::move(metadata));
}

}  // namespace lineament::io
