// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/context.h"
#include "core/base/memory.h"
#include "core/base/scratch_file.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

// Points that are costly to make and asked for again and again: made once, in one pass, and kept
// in memory where they fit, on disk where they do not, and made anew each time where there is no
// room on disk either. The same numbers in the same blocks, whichever it is.
class KeptPoints : public PointSource {
 public:
  enum class Place { memory, disk, nowhere };

  static constexpr std::size_t kMostInMemory = std::size_t{1} << 30;  // bytes

  // `points` is their number. The source is let go where the points are kept.
  KeptPoints(std::shared_ptr<const PointSource> source, std::uint64_t points,
             const Context& context, std::size_t most_in_memory = kMostInMemory);

  std::size_t features() const override { return features_; }
  std::size_t blocks() const override { return counts_.size(); }
  Points block(std::size_t index, std::vector<float>& room) const override;

  Place place() const { return place_; }
  std::size_t count() const;                                          // of all points
  const std::vector<std::size_t>& counts() const { return counts_; }  // of each block

 private:
  void keep(std::size_t index, const Points& points);

  std::shared_ptr<const PointSource> source_;  // nowhere only
  Place place_ = Place::memory;
  std::size_t features_;
  std::vector<std::size_t> counts_;
  MemoryReservation reservation_;
  std::vector<std::vector<float>> values_;  // memory: of each block, [feature][point]
  std::optional<ScratchFile> file_;         // disk: the same, at offsets_
  std::vector<std::uint64_t> offsets_;
  std::atomic<std::uint64_t> end_{0};
};

}  // namespace lineament::spatial
