// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/parallel.h"
#include "core/base/subnormals.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// How many threads a call may have.
inline std::int64_t threadsOf(const Context& context) {
  return context.threads > 0 ? context.threads : hardwareThreads();
}

// work(batch, head) for every head of a call, several at once.
template <class T, class Work>
void forHeads(const Call<T>& call, Work work) {
  const std::int64_t heads = call.sizes.heads();
  forBlocks(static_cast<std::size_t>(call.sizes.batch() * heads), 1, *call.context,
            [&](std::size_t item, std::size_t) {
              const FlushSubnormals flush;
              const auto head = static_cast<std::int64_t>(item);
              work(head / heads, head % heads);
            });
}

// Batch entries whose steps of one head are taken together.
inline constexpr std::int64_t kStepEntries = 32;

// work(begin, end, head) for up to kStepEntries batch entries of a head, several at once.
template <class Work>
void forEntries(const Call<float>& call, Work work) {
  const std::int64_t heads = call.sizes.heads(), batch = call.sizes.batch();
  const std::int64_t groups = (batch + kStepEntries - 1) / kStepEntries;
  forBlocks(static_cast<std::size_t>(groups * heads), 1, *call.context,
            [&](std::size_t item, std::size_t) {
              const FlushSubnormals flush;
              const auto task = static_cast<std::int64_t>(item);
              const std::int64_t begin = task / heads * kStepEntries;
              work(begin, std::min(begin + kStepEntries, batch), task % heads);
            });
}

// The same one after the other: for definitions.
template <class Work>
void forHeads(const Call<double>& call, Work work) {
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    for (std::int64_t h = 0; h < call.sizes.heads(); ++h) work(b, h);
  }
}

template <class T>
std::int64_t tokensBefore(const Call<T>& call) {
  return call.initial ? call.initial->tokens : 0;
}
template <class T>
std::int64_t tokensAfter(const Call<T>& call) {
  return tokensBefore(call) + call.sizes.tokens();
}

// A state of zeros.
template <class T>
State<T> emptyState(const Mechanism& mechanism, const Call<T>& call, std::int64_t tokens) {
  return {std::vector<T>(elementsOf(mechanism.state(call.sizes, *call.options, tokens))), tokens};
}

}  // namespace lineament::sequence
