// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/arena.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/base/error.h"
#include "core/base/memory.h"

namespace lineament::autodiff {

namespace {

constexpr ErrorText kMemory{"autodiff.memory", "Make room for the network's values",
                            "the system has no {bytes} more to give", "",
                            "Use a smaller batch or a smaller network"};
constexpr std::size_t kLine = 64;
constexpr std::size_t kSmallestBlock = std::size_t{1} << 16;

}  // namespace

void Arena::Release::operator()(std::byte* block) const {
  ::operator delete[](block, std::align_val_t{kLine});
}

void* Arena::allocateBytes(std::size_t bytes) {
  const std::size_t size = std::max(kLine, (bytes + kLine - 1) / kLine * kLine);
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < size) {
    // Blocks grow with what is there already, so that their number stays small.
    const std::size_t block = std::max({kSmallestBlock, size, total_ / 2 / kLine * kLine});
    auto* memory =
        static_cast<std::byte*>(::operator new[](block, std::align_val_t{kLine}, std::nothrow));
    if (!memory) throw Error(kMemory, {{"bytes", bytesText(static_cast<double>(block))}});
    std::memset(memory, 0, block);
    blocks_.push_back({std::unique_ptr<std::byte[], Release>(memory), block, 0});
    total_ += block;
  }
  Block& last = blocks_.back();
  void* piece = last.memory.get() + last.used;
  last.used += size;
  return piece;
}

void Arena::fillWithZeros() {
  for (Block& block : blocks_) std::memset(block.memory.get(), 0, block.used);
}

}  // namespace lineament::autodiff
