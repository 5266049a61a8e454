// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/data/checkpoint.h"

namespace lineament {

// A line of what a checkpoint says of itself beside its tensors.
struct CheckpointFact {
  std::string name;
  std::string value;
};

// The metadata as people read it: lists and groups of up to 24 plain values on one line ("Conv 52,
// Relu 40"); what is longer or nested deeper is left out. Names and texts, each value of a list
// too, are cut at the first end of a line and to the whole letters of the first 100 bytes of UTF-8.
// Of a configuration its model_type.
std::vector<CheckpointFact> factsOf(const Checkpoint& checkpoint);

}  // namespace lineament
