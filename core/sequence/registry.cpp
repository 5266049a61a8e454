// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/registry.h"

#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/sequence/arflow_hybrid.h"
#include "core/sequence/based.h"
#include "core/sequence/deltanet.h"
#include "core/sequence/gated_deltanet.h"
#include "core/sequence/gla.h"
#include "core/sequence/hedgehog.h"
#include "core/sequence/lightning.h"
#include "core/sequence/linear_attention.h"
#include "core/sequence/lssl.h"
#include "core/sequence/mamba.h"
#include "core/sequence/mom.h"
#include "core/sequence/retention.h"
#include "core/sequence/rwkv6.h"
#include "core/sequence/rwkv7.h"
#include "core/sequence/sea.h"
#include "core/sequence/soft.h"
#include "core/sequence/softmax.h"
#include "core/sequence/ssd.h"
#include "core/sequence/transnormer_diag.h"
#include "core/sequence/transnormer_norm.h"
#include "core/sequence/vig.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kUnknown{"sequence.mechanism", "Use the mechanism '{id}'",
                             "there is none of that name", "", "Choose from: {names}"};

}  // namespace

const std::vector<const Mechanism*>& mechanisms() {
  static const std::vector<const Mechanism*> all = {
      &softmaxAttention(),
      &linearAttention(),
      &gatedLinearAttention(),
      &deltanet(),
      &gatedDeltanet(),
      &mamba(),
      &mambaSigned(),
      &basedAttention(),
      &rwkv7(),
      &ssd(),
      &lssl(),
      &hedgehogAttention(),
      &retention(),
      &lightningAttention(),
      &mom(),
      &arflowHybridAttention(),
      &transNormerNorm(),
      &transNormerDiag(),
      &visionGatedLinearAttention(),
      &rwkv6(),
      &seaAttention(),
      &softAttention(),
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
