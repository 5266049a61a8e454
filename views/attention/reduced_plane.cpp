// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/reduced_plane.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <span>

#include "core/base/parallel.h"
#include "core/data/weight_run.h"

namespace lineament::views {

namespace {

constexpr std::size_t kMostBlocks = 1024;  // along a side of an overview
constexpr std::size_t kSampledRows = 256;
// Of a first picture. Those of products of queries and keys are read within 100 ms; a recurrence
// goes through a row token by token, at a third of that speed or less.
constexpr std::uint64_t kSampledCells = std::uint64_t{3} << 20;
constexpr std::uint64_t kRecurrentCells = std::uint64_t{1} << 20;
constexpr double kManyWeights = 3e10;  // minutes of work
constexpr std::uint64_t kCellsAtOnce = std::uint64_t{1} << 20;
constexpr std::uint64_t kQueriesAtOnce = 64;  // a product of queries and keys copies the keys once
constexpr std::uint64_t kKeysOfATask = 2048;
constexpr std::uint64_t kCellsOfATask = std::uint64_t{1} << 18;  // less is not worth one

std::size_t blockCount(std::uint64_t cells, std::uint64_t block) {
  return static_cast<std::size_t>((cells + block - 1) / block);
}

// Collects the cells of one block.
struct Block {
  WeightRun run;
  std::uint64_t cells = 0;

  void store(ReducedPlane& plane, std::size_t at) const {
    constexpr float none = std::numeric_limits<float>::quiet_NaN();
    plane.peak[at] = run.broken(cells) ? none : run.peak;
    if (plane.mean.empty()) return;
    plane.mean[at] =
        run.numbers > 0 ? static_cast<float>(run.sum / static_cast<double>(run.numbers)) : none;
  }
};

// What there is in some rows, or in parts of them.
struct Extremes {
  float low = 0, high = 0;
  std::uint64_t seen = 0, kept = 0;

  void add(const Extremes& other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    seen += other.seen;
    kept += other.kept;
  }
  float magnitude() const { return std::max(-low, high); }
  void store(ReducedPlane& plane) const {
    plane.lowest = low;
    plane.highest = high;
    plane.seen = seen;
    plane.kept = kept;
  }
};

// How many of the keys [from, from + count) a query sees.
std::uint64_t seenOf(const ReducedPlane& plane, std::uint64_t query, std::uint64_t from,
                     std::uint64_t count) {
  if (!plane.causal) return count;
  return query >= from ? std::min(count, query + 1 - from) : 0;
}

// The cells of a row into the blocks that they belong to, the first of which begins with them.
Extremes addRow(std::span<const float> weights, std::uint64_t block_keys, Block* blocks) {
  Extremes found;
  found.seen = weights.size();
  while (!weights.empty()) {
    const auto part = weights.first(std::min<std::size_t>(weights.size(), block_keys));
    weights = weights.subspan(part.size());
    const WeightRun run = runOf(part);
    blocks->run.add(run);
    blocks->cells += part.size();
    found.low = std::min(found.low, run.lowest);
    found.high = std::max(found.high, run.highest);
    found.kept += run.kept;
    ++blocks;
  }
  return found;
}

// Reads some rows of blocks at once, into a buffer that lives as long as its task.
class RowReader {
 public:
  RowReader(const ShownCells& cells, ReducedPlane& plane, const Context& context)
      : cells_(cells), plane_(plane), context_(context) {}

  Extremes read(std::size_t begin, std::size_t end) {
    blocks_.assign((end - begin) * plane_.columns, Block{});
    const AttentionWindow& all = plane_.window;
    const std::uint64_t first = begin * plane_.block_queries;
    const std::uint64_t last = std::min(end * plane_.block_queries, all.queries);
    // Nothing beyond the last query's own key.
    const std::uint64_t keys = seenOf(plane_, all.query + last - 1, all.key, all.keys);
    const std::uint64_t step = stepOfKeys(last - first);
    for (std::uint64_t key = 0; key < keys; key += step) {
      readPart(first, last, key, std::min(key + step, keys));
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      blocks_[i].store(plane_, begin * plane_.columns + i);
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
      const std::span<const float> cells(buffer_.data() + (query - first) * keys,
                                         seenOf(plane_, all.query + query, all.key + key, keys));
      const std::uint64_t row = (query - first) / plane_.block_queries;
      const Extremes found =
          addRow(cells, plane_.block_keys,
                 blocks_.data() + row * plane_.columns + key / plane_.block_keys);
      plane_.query_peaks[query] = std::max(plane_.query_peaks[query], found.magnitude());
      extremes_.add(found);
    }
  }

  const ShownCells& cells_;
  ReducedPlane& plane_;
  const Context& context_;
  std::vector<Block> blocks_;
  std::vector<float> buffer_;
  Extremes extremes_;
};

// The query at which a row of blocks is read in a sampled plane: its middle one.
std::uint64_t sampledQuery(const ReducedPlane& plane, std::size_t row) {
  const std::uint64_t first = row * plane.block_queries;
  const std::uint64_t last = std::min(first + plane.block_queries, plane.window.queries);
  return first + (last - first) / 2;
}

// Columns [begin, end) of blocks, of a row of them in a sampled plane.
Extremes readSampledRow(const ShownCells& cells, ReducedPlane& plane, std::size_t row,
                        std::size_t begin, std::size_t end, std::vector<float>& buffer,
                        const Context& context) {
  const AttentionWindow& all = plane.window;
  const std::uint64_t key = begin * plane.block_keys;
  const std::uint64_t keys = std::min(end * plane.block_keys, all.keys) - key;
  const std::uint64_t query = all.query + sampledQuery(plane, row);
  const std::uint64_t seen = seenOf(plane, query, all.key + key, keys);
  if (seen == 0) return {};
  buffer.resize(seen);
  cells.read({query, all.key + key, 1, seen}, buffer, context);
  std::vector<Block> blocks(end - begin);
  const Extremes found = addRow(buffer, plane.block_keys, blocks.data());
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    blocks[block].store(plane, row * plane.columns + begin + block);
  }
  return found;
}

// What there is in each row of blocks of a sampled plane.
using SampledExtremes = std::vector<Extremes>;

// Tasks share the keys, not the rows: the few keys of a task stay in the cache for all its rows.
SampledExtremes readSampleByKeys(const ShownCells& cells, ReducedPlane& plane,
                                 const Context& context) {
  return reduceBlocks<SampledExtremes>(
      plane.columns, std::max<std::uint64_t>(kKeysOfATask / plane.block_keys, 1), context,
      [&](std::size_t begin, std::size_t end) {
        SampledExtremes found(plane.rows);
        std::vector<float> buffer;
        for (std::size_t row = 0; row < plane.rows; ++row) {
          found[row] = readSampledRow(cells, plane, row, begin, end, buffer, context);
        }
        return found;
      },
      [](SampledExtremes& left, const SampledExtremes& right) {
        for (std::size_t row = 0; row < left.size(); ++row) left[row].add(right[row]);
      });
}

// For sources that go through a row from its query on, whichever of its cells are wanted.
SampledExtremes readSampleByRows(const ShownCells& cells, ReducedPlane& plane,
                                 const Context& context) {
  SampledExtremes found(plane.rows);
  forBlocks(plane.rows, 1, context, [&](std::size_t begin, std::size_t end) {
    std::vector<float> buffer;
    for (std::size_t row = begin; row < end; ++row) {
      found[row] = readSampledRow(cells, plane, row, 0, plane.columns, buffer, context);
    }
  });
  return found;
}

void readSample(const ShownCells& cells, ReducedPlane& plane, const Context& context) {
  const SampledExtremes found = cells.prefersRows() ? readSampleByRows(cells, plane, context)
                                                    : readSampleByKeys(cells, plane, context);
  Extremes total;
  for (std::size_t row = 0; row < plane.rows; ++row) {
    plane.query_peaks[sampledQuery(plane, row)] = found[row].magnitude();
    total.add(found[row]);
  }
  total.store(plane);
}

void readAll(const ShownCells& cells, ReducedPlane& plane, const Context& context) {
  const std::uint64_t read = std::max<std::uint64_t>(plane.block_queries * plane.window.keys, 1);
  const std::size_t together = std::max<std::uint64_t>(kQueriesAtOnce / plane.block_queries, 1);
  std::atomic<std::size_t> done = 0;
  const auto total = reduceBlocks<Extremes>(
      plane.rows, std::max<std::uint64_t>(kCellsOfATask / read, together), context,
      [&](std::size_t begin, std::size_t end) {
        RowReader reader(cells, plane, context);
        Extremes part;
        for (std::size_t row = begin; row < end; row += together) {
          part = reader.read(row, std::min(row + together, end));
        }
        done += end - begin;
        context.checkpoint(static_cast<double>(done) / static_cast<double>(plane.rows));
        return part;
      },
      [](Extremes& left, const Extremes& right) { left.add(right); });
  total.store(plane);
}

}  // namespace

bool ReducedPlane::masked(std::size_t row, std::size_t column) const {
  if (!causal) return false;
  const std::uint64_t end =
      std::min(firstQuery(row) + block_queries, window.query + window.queries);
  return firstKey(column) >= end;
}

void ReducedPlane::mergeQueryPeaks() {
  std::vector<float> merged(rows);
  for (std::size_t query = 0; query < query_peaks.size(); ++query) {
    float& most = merged[query / block_queries];
    most = std::max(most, query_peaks[query]);
  }
  query_peaks = std::move(merged);
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
  if (plane.reduced()) plane.mean.assign(plane.peak.size(), std::nanf(""));
  if (plane.rows == 0 || plane.columns == 0) return plane;
  plane.sampled ? readSample(cells, plane, context) : readAll(cells, plane, context);
  return plane;
}

bool areMany(std::uint64_t matrices, std::uint64_t queries, std::uint64_t keys) {
  return static_cast<double>(matrices) * static_cast<double>(queries) * static_cast<double>(keys) >
         kManyWeights;
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

namespace {

ReducedPlane sampleOfRows(const ShownCells& cells, std::size_t rows, const Context& context) {
  return reduced(cells, {0, 0, cells.queries(), cells.keys()},
                 {blockSide(cells.queries(), rows), blockSide(cells.keys(), kMostBlocks), true},
                 context);
}

}  // namespace

ReducedPlane sampleOf(const ShownCells& cells, const Context& context) {
  const std::uint64_t wanted = cells.prefersRows() ? kRecurrentCells : kSampledCells;
  const std::uint64_t fits = wanted / std::max<std::uint64_t>(cells.keys(), 1);
  return sampleOfRows(cells, std::clamp<std::uint64_t>(fits, 16, kSampledRows), context);
}

ReducedPlane finerSampleOf(const ShownCells& cells, const Context& context) {
  return sampleOfRows(cells, kSampledRows, context);
}

}  // namespace lineament::views
