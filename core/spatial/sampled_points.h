// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/memory.h"
#include "core/spatial/kept_points.h"
#include "core/spatial/planar_points.h"

namespace lineament::spatial {

// Some of the points, each of them as likely as any other, in memory and in their order.
class SampledPoints : public PointSource {
 public:
  SampledPoints(const KeptPoints& source, std::size_t count, std::uint64_t seed,
                const Context& context);

  std::size_t features() const override { return planar_.features(); }
  std::size_t blocks() const override { return planar_.blocks(); }
  Points block(std::size_t index, std::vector<float>& room) const override {
    return planar_.block(index, room);
  }

 private:
  MemoryReservation room_;
  std::vector<float> values_;
  PlanarPoints planar_;
};

}  // namespace lineament::spatial
