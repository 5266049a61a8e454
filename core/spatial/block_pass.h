// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "core/base/parallel.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

// Calls work(index, points) for every block of the source, several at once.
template <class Work>
void forPointBlocks(const PointSource& source, const Context& context, const Work& work) {
  forBlocks(source.blocks(), 1, context, [&](std::size_t index, std::size_t) {
    std::vector<float> room;
    work(index, source.block(index, room));
  });
}

// The parts that work(index, points) gives, added in a fixed tree of the blocks.
template <class Part, class Work, class Add>
Part reducePointBlocks(const PointSource& source, const Context& context, const Work& work,
                       const Add& add) {
  return reduceBlocks<Part>(
      source.blocks(), 1, context,
      [&](std::size_t index, std::size_t) {
        std::vector<float> room;
        return work(index, source.block(index, room));
      },
      add);
}

}  // namespace lineament::spatial
