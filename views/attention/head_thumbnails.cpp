// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/head_thumbnails.h"

#include <algorithm>
#include <cmath>

#include "views/attention/spared_thread.h"

namespace lineament::views {

namespace {

constexpr std::size_t kFewHeads = 48, kFineSide = 128, kCoarseSide = 80;
// Of all heads, read at first: softmax attention's and a recurrence's within 100 ms on two cores.
constexpr std::uint64_t kSampledCells = std::uint64_t{24} << 20;
constexpr std::uint64_t kRecurrentCells = std::uint64_t{1} << 20;

bool weaker(float one, float other) {
  return !std::isnan(one) && (std::isnan(other) || std::abs(other) > std::abs(one));
}

// Of each row of blocks the largest magnitude of its blocks.
std::vector<float> rowPeaks(const ReducedPlane& plane) {
  std::vector<float> peaks(plane.rows);
  for (std::size_t i = 0; i < plane.peak.size(); ++i) {
    float& peak = peaks[i / plane.columns];
    if (std::isfinite(plane.peak[i])) peak = std::max(peak, std::abs(plane.peak[i]));
  }
  return peaks;
}

// A layer's two extra planes from those of its heads.
ReducedPlane meanOf(const std::vector<PlanePtr>& heads) {
  ReducedPlane mean = *heads.front();
  for (std::size_t i = 0; i < mean.peak.size(); ++i) {
    double sum = 0;
    bool broken = false;
    for (const PlanePtr& head : heads) {
      broken = broken || std::isnan(head->peak[i]);
      const float part = head->mean.empty() ? head->peak[i] : head->mean[i];
      if (!std::isnan(part)) sum += static_cast<double>(part);
    }
    const auto value = static_cast<float>(sum / static_cast<double>(heads.size()));
    mean.peak[i] = broken ? std::nanf("") : value;
    if (!mean.mean.empty() && !std::isnan(mean.mean[i])) mean.mean[i] = value;
  }
  mean.query_peaks = rowPeaks(mean);
  return mean;
}

ReducedPlane strongestOf(const std::vector<PlanePtr>& heads) {
  ReducedPlane strongest = *heads.front();
  for (const PlanePtr& head : heads) {
    for (std::size_t i = 0; i < strongest.peak.size(); ++i) {
      if (weaker(strongest.peak[i], head->peak[i])) strongest.peak[i] = head->peak[i];
    }
  }
  strongest.mean.clear();
  strongest.query_peaks = rowPeaks(strongest);
  return strongest;
}

}  // namespace

std::size_t HeadThumbnails::made() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < planes.size(); ++i) count += i % columns() < heads && planes[i];
  return count;
}

std::size_t HeadThumbnails::exact() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    count += i % columns() < heads && planes[i] && !planes[i]->sampled;
  }
  return count;
}

double HeadThumbnails::largestOf(std::size_t layer, std::optional<std::size_t> column) const {
  double found = 0;
  for (std::size_t i = 0; i < columns(); ++i) {
    const PlanePtr& each = plane(layer, i);
    // The mean and the strongest are made of the others.
    const bool counts = column ? i == *column : i < heads;
    if (each && counts) {
      for (const float peak : each->query_peaks) found = std::max(found, double(peak));
    }
  }
  return found;
}

std::size_t HeadThumbnails::bytes() const {
  std::size_t total = 0;
  for (const PlanePtr& plane : planes) total += plane ? plane->bytes() : 0;
  return total;
}

ThumbnailMaker::ThumbnailMaker(Stack stack, HiddenKeys hidden)
    : stack_(std::move(stack)), hidden_(hidden) {
  made_.layers = stack_->layers.size();
  made_.heads = stack_->heads.size();
  made_.planes.resize(made_.layers * made_.columns());
  side_ = made_.layers * made_.heads > kFewHeads ? kCoarseSide : kFineSide;
}

std::shared_ptr<const HeadThumbnails> ThumbnailMaker::now() const {
  const std::lock_guard lock(mutex_);
  return std::make_shared<const HeadThumbnails>(made_);
}

void ThumbnailMaker::make(bool exactly, const Context& context) {
  const std::size_t count = made_.layers * made_.heads;
  const double sampling = exactly ? 0.1 : 1;
  const auto pass = [&](bool sampled, double from, double to) {
    for (std::size_t i = 0; i < count; ++i) {
      const double each = (to - from) / static_cast<double>(count);
      const Context part = context.part(from + static_cast<double>(i) * each,
                                        from + static_cast<double>(i + 1) * each);
      makeHead(i / made_.heads, i % made_.heads, sampled, part);
      if (i % made_.heads + 1 == made_.heads) finishLayer(i / made_.heads);
    }
  };
  pass(true, 0, sampling);
  if (!exactly) return;
  const ThreadLimit limit = spareTheWindow();
  pass(false, sampling, 1);
}

void ThumbnailMaker::makeHead(std::size_t layer, std::size_t head, bool sampled,
                              const Context& context) {
  const std::size_t at = layer * made_.columns() + head;
  {
    const std::lock_guard lock(mutex_);
    if (made_.planes[at] && (sampled || !made_.planes[at]->sampled)) return;
  }
  const ShownCells cells(stack_, {{layer, head}, {}, false, hidden_});
  const std::uint64_t wanted = cells.prefersRows() ? kRecurrentCells : kSampledCells;
  const std::uint64_t all_keys = made_.layers * made_.heads * stack_->keys;
  const std::size_t rows =
      sampled ? std::clamp<std::uint64_t>(wanted / std::max<std::uint64_t>(all_keys, 1),
                                          std::min<std::size_t>(8, side_), side_)
              : side_;
  const Blocks blocks{blockSide(stack_->queries, rows), blockSide(stack_->keys, side_), sampled};
  const auto plane = std::make_shared<ReducedPlane>(
      reduced(cells, {0, 0, stack_->queries, stack_->keys}, blocks, context));
  plane->mergeQueryPeaks();  // of all heads and queries they would be more than the pictures
  const std::lock_guard lock(mutex_);
  if (made_.planes[at] && !made_.planes[at]->sampled) return;
  made_.planes[at] = plane;
  made_.largest = std::max(made_.largest, plane->largest());
  made_.has_negative = made_.has_negative || plane->lowest < 0;
}

void ThumbnailMaker::finishLayer(std::size_t layer) {
  const auto first = made_.planes.begin() + static_cast<std::ptrdiff_t>(layer * made_.columns());
  std::vector<PlanePtr> heads;
  {
    const std::lock_guard lock(mutex_);
    heads.assign(first, first + static_cast<std::ptrdiff_t>(made_.heads));
  }
  // Where it goes on in the middle of a layer, only some of its heads are exact.
  const bool alike = std::all_of(heads.begin(), heads.end(), [&](const PlanePtr& head) {
    return head && head->sampled == heads.front()->sampled;
  });
  if (!alike) return;
  auto mean = std::make_shared<const ReducedPlane>(meanOf(heads));
  auto strongest = std::make_shared<const ReducedPlane>(strongestOf(heads));
  const std::lock_guard lock(mutex_);
  first[static_cast<std::ptrdiff_t>(made_.heads)] = std::move(mean);
  first[static_cast<std::ptrdiff_t>(made_.heads + 1)] = std::move(strongest);
}

}  // namespace lineament::views
