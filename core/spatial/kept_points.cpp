// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kept_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/spatial/block_pass.h"

namespace lineament::spatial {

namespace {

constexpr std::uint64_t kLeftFree = std::uint64_t{1} << 30;  // bytes of the drive

}  // namespace

KeptPoints::KeptPoints(std::shared_ptr<const PointSource> source, std::uint64_t points,
                       const Context& context, std::size_t most_in_memory)
    : source_(std::move(source)),
      features_(source_->features()),
      counts_(source_->blocks()),
      offsets_(source_->blocks()) {
  const std::uint64_t bytes = points * features_ * sizeof(float);
  const std::size_t free = memoryBudget() - std::min(memoryBudget(), memoryReserved());
  if (bytes <= std::min(most_in_memory, free / 2)) {
    reservation_ = reserveMemory(bytes, "the features");
    values_.resize(counts_.size());
  } else {
    try {
      file_.emplace();
    } catch (const Error&) {  // no folder to write to: as good as no room
    }
    place_ = Place::disk;
    if (!file_ || file_->freeBytes() < bytes + kLeftFree) {
      file_.reset();
      place_ = Place::nowhere;
      context.warn(
          fmt::format("The features take {} and fit neither in memory nor on the drive of "
                      "the cache folder: they are made anew in each pass",
                      bytesText(static_cast<double>(bytes))));
    } else {
      context.note(fmt::format("The features take {} and are kept on disk",
                               bytesText(static_cast<double>(bytes))));
    }
  }
  forPointBlocks(*source_, context, [this](std::size_t index, const Points& block) {
    counts_[index] = block.count;
    keep(index, block);
  });
  if (place_ != Place::nowhere) source_.reset();
}

void KeptPoints::keep(std::size_t index, const Points& points) {
  if (place_ == Place::nowhere) return;
  std::vector<float> values(features_ * points.count);
  for (std::size_t f = 0; f < features_; ++f) {
    std::copy_n(points.values + f * points.stride, points.count, values.data() + f * points.count);
  }
  if (place_ == Place::memory) {
    values_[index] = std::move(values);
    return;
  }
  offsets_[index] = end_.fetch_add(values.size() * sizeof(float));
  file_->write(offsets_[index], std::as_bytes(std::span(values)));
}

std::size_t KeptPoints::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
}

Points KeptPoints::block(std::size_t index, std::vector<float>& room) const {
  if (place_ == Place::nowhere) return source_->block(index, room);
  const std::size_t count = counts_[index];
  if (place_ == Place::memory) return {values_[index].data(), count, count};
  room.resize(features_ * count);
  file_->read(offsets_[index], std::as_writable_bytes(std::span(room)));
  return {room.data(), count, count};
}

}  // namespace lineament::spatial
