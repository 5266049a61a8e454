// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/sequence/mechanism.h"
#include "core/sequence/mom_routes.h"

namespace lineament::sequence {

// The vectorised insides of the mixture of memories; its header states the mathematics.

enum MomInput : std::size_t {
  kMomQuery,
  kMomKey,
  kMomValue,
  kMomBeta,
  kMomLogDecay,
  kMomRouter,
  kMomSharedKey,
  kMomSharedValue,
  kMomSharedBeta,
  kMomSharedLogDecay
};

inline constexpr std::int64_t kMomWindow = 256;  // tokens that are routed at once

struct MomSettings {
  std::int64_t top_k = 0;
  float scale = 1;
};

// What one call keeps: for each head the states before each window, [windows, memory + 1, key,
// value], and the excess of each token in each of its memories; then the gradients by the weights
// [batch, head, token, top_k], which the backward pass of the heads leaves for the router's.
std::size_t momKeptElements(const Sizes& sizes, std::int64_t top_k);
std::span<float> momWeightGradients(const Call<float>& call, std::int64_t top_k);

void routeWindow(const Call<float>& call, std::int64_t batch, std::int64_t first,
                 std::int64_t count, MomRoutes& routes);

// All tokens of one head; returns how many writes had beta |k|^2 over 2.
std::int64_t momForwardHead(const Call<float>& call, const MomSettings& settings,
                            std::int64_t batch, std::int64_t head);
void momBackwardHead(const BackwardCall<float>& back, const MomSettings& settings,
                     std::int64_t batch, std::int64_t head);

}  // namespace lineament::sequence
