// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/sequence/delta_tokens.h"
#include "core/sequence/mom_tiles.h"

namespace lineament::sequence {

// One memory of a mixture as the delta rule sees it: tensors without the axis of the memories.

inline StoredView memoryView(StoredView view, std::int64_t memory) {
  const std::ptrdiff_t size = view.storage == Storage::f32 ? sizeof(float) : sizeof(std::uint16_t);
  view.data = static_cast<const std::byte*>(view.data) +
              static_cast<std::ptrdiff_t>(memory) * view.stride[2] * size;
  std::copy(view.stride.begin() + 3, view.stride.end(), view.stride.begin() + 2);
  return view;
}

template <class T>
View<T> memoryView(View<T> view, std::int64_t memory) {
  if (!view) return view;
  view.data += static_cast<std::ptrdiff_t>(memory) * view.stride[2];
  std::copy(view.stride.begin() + 3, view.stride.end(), view.stride.begin() + 2);
  return view;
}

// The input or gradient of `memory`; the one after the last is the shared one. `routed` is kMomKey,
// kMomValue, kMomBeta or kMomLogDecay.
template <class V>
V memoryOperand(std::span<const V> inputs, const Sizes& sizes, MomInput routed,
                std::int64_t memory) {
  if (memory < sizes[Dim::memory]) return memoryView(inputs[routed], memory);
  return inputs[routed - kMomKey + kMomSharedKey];
}

inline DeltaOperands memoryOperands(const Call<float>& call, std::int64_t memory) {
  const auto at = [&](MomInput input) {
    return memoryOperand(call.inputs, call.sizes, input, memory);
  };
  return {.query = call.inputs[kMomQuery],
          .key = at(kMomKey),
          .value = at(kMomValue),
          .beta = at(kMomBeta),
          .log_decay = at(kMomLogDecay)};
}

template <class T>
std::int64_t memoriesGiven(const Call<T>& call) {
  return call.sizes[Dim::memory] + (call.inputs[kMomSharedKey] ? 1 : 0);
}

}  // namespace lineament::sequence
