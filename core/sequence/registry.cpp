// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/registry.h"

#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/sequence/arflow_hybrid.h"
#include "core/sequence/based.h"
#include "core/sequence/hedgehog.h"
#include "core/sequence/sea.h"
#include "core/sequence/soft.h"
#include "core/sequence/softmax.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kUnknown{"sequence.mechanism", "Use the mechanism '{id}'",
                             "there is none of that name", "", "Choose from: {names}"};

}  // namespace

const std::vector<const Mechanism*>& mechanisms() {
  static const std::vector<const Mechanism*> all = {
      &softmaxAttention(), &basedAttention(), &hedgehogAttention(),
      &seaAttention(),     &softAttention(),  &arflowHybridAttention(),
  };
  return all;
}

const Mechanism& requireMechanism(std::string_view id) {
  std::vector<std::string_view> names;
  for (const Mechanism* mechanism : mechanisms()) {
    if (mechanism->description().id == id) return *mechanism;
    names.push_back(mechanism->description().id);
  }
  throw Error::usage(kUnknown, {{"id", id}, {"names", fmt::format("{}", fmt::join(names, ", "))}});
}

}  // namespace lineament::sequence
