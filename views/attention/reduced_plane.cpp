// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/reduced_plane.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/base/parallel.h"

namespace lineament::views {

namespace {

constexpr std::size_t kMostBlocks = 1024;  // along a side of an overview
constexpr std::size_t kSampledRows = 256;
constexpr std::uint64_t kSampledCells = std::uint64_t{3} << 20;  // read within 100 ms
constexpr std::uint64_t kCellsAtOnce = std::uint64_t{1} << 20;
constexpr std::uint64_t kCellsOfATask = std::uint64_t{1} << 18;  // less is not worth one

std::size_t blockCount(std::uint64_t cells, std::uint64_t block) {
  return static_cast<std::size_t>((cells + block - 1) / block);
}

// Collects the cells of one block.
struct Block {
  double sum = 0;
  std::uint64_t count = 0;
  float peak = 0;
  bool broken = false;

  void add(float weight) {
    if (std::isnan(weight)) {
      broken = true;
      return;
    }
    sum += static_cast<double>(weight);
    ++count;
    if (std::abs(weight) > std::abs(peak)) peak = weight;
  }
  void store(ReducedPlane& plane, std::size_t at) const {
    constexpr float none = std::numeric_limits<float>::quiet_NaN();
    plane.peak[at] = broken ? none : peak;
    if (plane.mean.empty()) return;
    plane.mean[at] = count > 0 ? static_cast<float>(sum / static_cast<double>(count)) : none;
  }
};

struct Extremes {
  float low = 0, high = 0;
};

// Reads the rows of blocks one after the other into a buffer that lives as long as its task.
class RowReader {
 public:
  RowReader(const ShownCells& cells, ReducedPlane& plane, const Context& context)
      : cells_(cells), plane_(plane), context_(context) {}

  Extremes read(std::size_t row) {
    blocks_.assign(plane_.columns, Block{});
    const AttentionWindow& all = plane_.window;
    std::uint64_t first = row * plane_.block_queries;
    std::uint64_t last = std::min(first + plane_.block_queries, all.queries);
    if (plane_.sampled) {
      first += (last - first) / 2;
      last = first + 1;
    }
    std::uint64_t keys = all.keys;
    if (plane_.causal) {  // nothing beyond the last query's own key
      const std::uint64_t seen = all.query + last;
      keys = seen > all.key ? std::min(keys, seen - all.key) : 0;
    }
    const std::uint64_t step = stepOfKeys(last - first);
    for (std::uint64_t key = 0; key < keys; key += step) {
      readPart(first, last, key, std::min(key + step, keys));
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      blocks_[i].store(plane_, row * plane_.columns + i);
    }
    return extremes_;
  }

 private:
  // Whole blocks of keys, within the buffer.
  std::uint64_t stepOfKeys(std::uint64_t queries) const {
    const std::uint64_t fits = kCellsAtOnce / std::max<std::uint64_t>(queries, 1);
    return std::max<std::uint64_t>(fits / plane_.block_keys, 1) * plane_.block_keys;
  }

  void readPart(std::uint64_t first, std::uint64_t last, std::uint64_t key, std::uint64_t end) {
    const AttentionWindow& all = plane_.window;
    const std::uint64_t keys = end - key;
    buffer_.resize((last - first) * keys);
    cells_.read({all.query + first, all.key + key, last - first, keys}, buffer_, context_);
    for (std::uint64_t query = first; query < last; ++query) {
      std::uint64_t seen = keys;
      if (plane_.causal) {
        const std::uint64_t own = all.query + query + 1, from = all.key + key;
        seen = own > from ? std::min(keys, own - from) : 0;
      }
      const float peak = addRow(buffer_.data() + (query - first) * keys, key, seen);
      plane_.query_peaks[query] = std::max(plane_.query_peaks[query], peak);
    }
  }

  float addRow(const float* weights, std::uint64_t key, std::uint64_t count) {
    float low = 0, high = 0;
    std::size_t column = key / plane_.block_keys;
    for (std::uint64_t i = 0; i < count;) {
      const std::uint64_t end = std::min(count, i + plane_.block_keys);
      Block& block = blocks_[column++];
      for (; i < end; ++i) {
        block.add(weights[i]);
        if (!std::isfinite(weights[i])) continue;
        low = std::min(low, weights[i]);
        high = std::max(high, weights[i]);
      }
    }
    extremes_ = {std::min(extremes_.low, low), std::max(extremes_.high, high)};
    return std::max(-low, high);
  }

  const ShownCells& cells_;
  ReducedPlane& plane_;
  const Context& context_;
  std::vector<Block> blocks_;
  std::vector<float> buffer_;
  Extremes extremes_;
};

}  // namespace

bool ReducedPlane::masked(std::size_t row, std::size_t column) const {
  if (!causal) return false;
  const std::uint64_t end =
      std::min(firstQuery(row) + block_queries, window.query + window.queries);
  return firstKey(column) >= end;
}

double ReducedPlane::largest() const {
  return std::max(std::abs(static_cast<double>(lowest)), std::abs(static_cast<double>(highest)));
}

std::uint64_t blockSide(std::uint64_t cells, std::size_t most) {
  return std::max<std::uint64_t>((cells + most - 1) / most, 1);
}

ReducedPlane reduced(const ShownCells& cells, const AttentionWindow& window, const Blocks& blocks,
                     const Context& context) {
  ReducedPlane plane;
  plane.window = window;
  plane.block_queries = blocks.queries;
  plane.block_keys = blocks.keys;
  plane.rows = blockCount(window.queries, blocks.queries);
  plane.columns = blockCount(window.keys, blocks.keys);
  plane.causal = cells.causal();
  plane.sampled = blocks.sampled && blocks.queries > 1;
  plane.peak.resize(plane.rows * plane.columns);
  plane.query_peaks.resize(window.queries);
  if (plane.reduced()) plane.mean.resize(plane.peak.size());
  const std::uint64_t read = (plane.sampled ? 1 : blocks.queries) * window.keys;
  const auto rows = static_cast<std::size_t>(
      std::max<std::uint64_t>(kCellsOfATask / std::max<std::uint64_t>(read, 1), 1));
  std::atomic<std::size_t> done = 0;
  const auto total = reduceBlocks<Extremes>(
      plane.rows, rows, context,
      [&](std::size_t begin, std::size_t end) {
        RowReader reader(cells, plane, context);
        Extremes part;
        for (std::size_t row = begin; row < end; ++row) part = reader.read(row);
        done += end - begin;
        context.checkpoint(static_cast<double>(done) / static_cast<double>(plane.rows));
        return part;
      },
      [](Extremes& left, const Extremes& right) {
        left = {std::min(left.low, right.low), std::max(left.high, right.high)};
      });
  plane.lowest = total.low;
  plane.highest = total.high;
  return plane;
}

int overviewLevel(std::uint64_t queries, std::uint64_t keys) {
  int level = 0;
  while ((std::max(queries, keys) + (std::uint64_t{1} << level) - 1) >> level > kMostBlocks) {
    ++level;
  }
  return level;
}

ReducedPlane overviewOf(const ShownCells& cells, const Context& context) {
  const std::uint64_t side = std::uint64_t{1} << overviewLevel(cells.queries(), cells.keys());
  return reduced(cells, {0, 0, cells.queries(), cells.keys()}, {side, side}, context);
}

ReducedPlane sampleOf(const ShownCells& cells, const Context& context) {
  const std::uint64_t fits = kSampledCells / std::max<std::uint64_t>(cells.keys(), 1);
  const std::size_t rows = std::clamp<std::uint64_t>(fits, 16, kSampledRows);
  return reduced(cells, {0, 0, cells.queries(), cells.keys()},
                 {blockSide(cells.queries(), rows), blockSide(cells.keys(), kMostBlocks), true},
                 context);
}

}  // namespace lineament::views
