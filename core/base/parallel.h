// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "core/base/context.h"

namespace lineament {

// Work runs as tasks of oneTBB over fixed blocks. Where the blocks begin depends on the size of
// the work alone, never on the number of threads, so that recorded results are the same bytes at
// any thread count. Nested calls are allowed. An exception leaves the call once all tasks ended.

// Limits the calling thread's parallel work to `threads` (0: all) while it lives.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  struct Control;
  Control* control_;
};

int hardwareThreads();

// Calls work(begin, end) for the blocks of [0, count), several at once. Cancelling is looked at
// between blocks: a block should take under 50 ms (and over 50 microseconds to be worth a task).
void forBlocks(std::size_t count, std::size_t block, const Context& context,
               const std::function<void(std::size_t begin, std::size_t end)>& work);

// The sum over blocks in a fixed tree: ((0+1)+(2+3))+..., whatever the order they finished in.
// `work(begin, end)` gives a block's part; `add(left, right)` adds the right part to the left one.
template <class Part>
Part reduceBlocks(std::size_t count, std::size_t block, const Context& context,
                  const std::function<Part(std::size_t begin, std::size_t end)>& work,
                  const std::function<void(Part& left, const Part& right)>& add) {
  const std::size_t blocks = (count + block - 1) / block;
  std::vector<Part> parts(blocks);
  forBlocks(count, block, context,
            [&](std::size_t begin, std::size_t end) { parts[begin / block] = work(begin, end); });
  for (std::size_t step = 1; step < blocks; step *= 2) {
    for (std::size_t i = 0; i + step < blocks; i += 2 * step) add(parts[i], parts[i + step]);
  }
  return blocks == 0 ? Part{} : std::move(parts[0]);
}

}  // namespace lineament
