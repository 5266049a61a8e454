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

// The metadata as people read it: texts cut after 100 letters, lists and groups of up to 24 plain
// values on one line ("Conv 52, Relu 40"); what is longer or nested deeper is left out. Of a
// configuration its model_type.
std::vector<CheckpointFact> factsOf(const Checkpoint& checkpoint);

}  // namespace lineament
