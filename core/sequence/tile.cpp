// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/tile.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/error.h"
#include "core/base/memory.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kNoMemory{"sequence.memory", "Make room for {bytes} of working memory",
                              "the system has not that much left", "",
                              "Close other programs, or take smaller heads"};
constexpr std::size_t kBlock = std::size_t{1} << 18;  // floats: 1 MiB

// Blocks are never moved, so that tiles stay where they are while more are taken.
struct Blocks {
  struct Block {
    hwy::AlignedFreeUniquePtr<float[]> memory;
    std::size_t first = 0, count = 0;  // in floats from the first block's first one
  };
  std::vector<Block> blocks;
  std::size_t used = 0;

  Blocks();
  ~Blocks();

  float* take(std::size_t count) {
    for (Block& block : blocks) {
      const std::size_t from = std::max(used, block.first);
      if (from + count <= block.first + block.count) {
        used = from + count;
        return block.memory.get() + (from - block.first);
      }
    }
    const std::size_t first = blocks.empty() ? 0 : blocks.back().first + blocks.back().count;
    const std::size_t size = std::max(kBlock, count);
    auto memory = hwy::AllocateAligned<float>(size);
    if (!memory) {
      throw Error(kNoMemory, {{"bytes", bytesText(static_cast<double>(size) * sizeof(float))}});
    }
    blocks.push_back({std::move(memory), first, size});
    used = first + count;
    return blocks.back().memory.get();
  }
};

// All threads' blocks, for counting and giving back.
struct Registry {
  std::mutex mutex;
  std::vector<Blocks*> all;
};

Registry& registry() {
  static Registry* kept = new Registry;  // threads may end after main's statics do
  return *kept;
}

Blocks::Blocks() {
  const std::lock_guard lock(registry().mutex);
  registry().all.push_back(this);
}

Blocks::~Blocks() {
  const std::lock_guard lock(registry().mutex);
  std::erase(registry().all, this);
}

thread_local Blocks this_threads_blocks;

}  // namespace

std::size_t workspaceBytes() {
  const std::lock_guard lock(registry().mutex);
  std::size_t floats = 0;
  for (const Blocks* blocks : registry().all) {
    if (!blocks->blocks.empty())
      floats += blocks->blocks.back().first + blocks->blocks.back().count;
  }
  return floats * sizeof(float);
}

void releaseWorkspaces() {
  const std::lock_guard lock(registry().mutex);
  for (Blocks* blocks : registry().all) {
    if (blocks->used == 0) blocks->blocks.clear();
  }
}

Workspace::Workspace() : mark_(this_threads_blocks.used) {}

Workspace::~Workspace() {
  this_threads_blocks.used = mark_;
}

float* Workspace::tile(std::size_t rows, std::size_t columns) {
  return numbers(rows * tileStride(columns)).data();
}

std::span<float> Workspace::numbers(std::size_t count) {
  const std::size_t padded = tileStride(std::max<std::size_t>(1, count));
  float* memory = this_threads_blocks.take(padded);
  std::fill_n(memory, padded, 0.0f);
  return {memory, count};
}

}  // namespace lineament::sequence
