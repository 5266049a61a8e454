// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

namespace lineament {

struct ThreadLimit::Control {
  explicit Control(int threads)
      : control(oneapi::tbb::global_control::max_allowed_parallelism,
                static_cast<std::size_t>(threads)) {}
  oneapi::tbb::global_control control;
};

ThreadLimit::ThreadLimit(int threads) : control_(threads > 0 ? new Control(threads) : nullptr) {}

ThreadLimit::~ThreadLimit() {
  delete control_;
}

int hardwareThreads() {
  return oneapi::tbb::info::default_concurrency();
}

void forBlocks(std::size_t count, std::size_t block, const Context& context,
               const std::function<void(std::size_t, std::size_t)>& work) {
  const std::size_t blocks = (count + block - 1) / block;
  if (context.stopRequested()) throw Cancelled{};
  if (blocks == 1) {
    work(0, count);
    return;
  }
  oneapi::tbb::parallel_for(std::size_t{0}, blocks, [&](std::size_t index) {
    if (context.stopRequested()) throw Cancelled{};
    work(index * block, std::min(count, (index + 1) * block));
  });
}

}  // namespace lineament
