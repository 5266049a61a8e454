// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/sequence/view.h"

namespace lineament::sequence {

// The operands of a delta rule: query and key [batch, token, head, key], value [batch, token, head,
// value], beta and log_decay [batch, token, head]; log_decay has no data where nothing decays.
struct DeltaOperands {
  StoredView query, key, value, beta, log_decay;
};

// Tokens that share one state of one head, in their order: [first, first + count) of the call, or
// `count` of it named by `order`.
struct DeltaTokens {
  const DeltaOperands* from = nullptr;
  std::int64_t batch = 0, head = 0;
  std::int64_t first = 0, count = 0;
  float scale = 1;                      // of all queries
  const std::int64_t* order = nullptr;  // null: consecutive
  const float* weights = nullptr;       // of each query; null: 1

  std::int64_t token(std::int64_t i) const { return order ? order[i] : first + i; }
  float weight(std::int64_t i) const { return weights ? weights[i] : 1; }
};

}  // namespace lineament::sequence
