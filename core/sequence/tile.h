// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lineament::sequence {

// Working memory of the fast forms: tiles whose rows begin on a cache line and are padded to whole
// vectors of every target, so that kernels never handle a ragged end.
inline constexpr std::size_t kTilePadding = 16;  // floats: one AVX-512 register, one cache line

constexpr std::size_t tileStride(std::size_t columns) {
  return (columns + kTilePadding - 1) / kTilePadding * kTilePadding;
}

// This thread's working memory, which grows to the largest call and is used again by the next one:
// no allocation per call after the first. Tiles taken are zeroed (their padding must hold finite
// numbers) and live until the Workspace ends; workspaces of nested calls nest.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Error "sequence.memory" when the memory cannot be had.
  float* tile(std::size_t rows, std::size_t columns);  // rows of tileStride(columns) numbers
  std::span<float> numbers(std::size_t count);

 private:
  std::size_t mark_;
};

// Of all threads together, and giving it back to the system where no Workspace is alive on its
// thread: what a measurement of memory begins with. Not while calls run.
std::size_t workspaceBytes();
void releaseWorkspaces();

}  // namespace lineament::sequence
