// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "views/attention/shown_matrix.h"

namespace lineament::views {

// A part of a matrix in blocks of cells, the last ones of what is left. `peak` holds of each block
// the weight of the largest magnitude, so that a single strong link stays seen, and NaN where any
// cell is; `mean` that over its cells without NaN and, of causal attention, those above the
// diagonal: NaN where none is left. Of blocks of one cell `mean` is empty and `peak` stands for
// both.
struct ReducedPlane {
  AttentionWindow window;
  std::uint64_t block_queries = 1, block_keys = 1;
  std::size_t rows = 0, columns = 0;  // of blocks
  bool causal = false;
  bool sampled = false;  // each row of blocks has been read at its middle query alone
  std::vector<float> peak, mean;
  float lowest = 0, highest = 0;     // of all cells that were read and are finite
  std::uint64_t seen = 0, kept = 0;  // cells that were read, and those of them that are not 0
  // Of each query of the window the largest magnitude that was read; later on, where memory counts,
  // of each row of blocks.
  std::vector<float> query_peaks;

  std::uint64_t firstQuery(std::size_t row) const { return window.query + row * block_queries; }
  std::uint64_t firstKey(std::size_t column) const { return window.key + column * block_keys; }
  // Wholly above the diagonal of causal attention.
  bool masked(std::size_t row, std::size_t column) const;
  bool reduced() const { return block_queries > 1 || block_keys > 1; }
  double largest() const;  // magnitude
  // Some of what a query may see is left out, as by a mask: of what was read, not all is kept.
  bool sparse() const { return kept < seen; }
  void mergeQueryPeaks();  // one for each row of blocks is left
  std::uint64_t queriesOfAPeak() const { return query_peaks.size() == rows ? block_queries : 1; }
  std::size_t bytes() const {
    return (peak.size() + mean.size() + query_peaks.size()) * sizeof(float);
  }
};

struct Blocks {
  std::uint64_t queries = 1, keys = 1;  // cells of one
  bool sampled = false;
};

// Reads the window block by block, several rows of blocks at once; what lies wholly above the
// diagonal is not read. Needs about 4 MiB a thread beside the result. Throws Cancelled.
ReducedPlane reduced(const ShownCells& cells, const AttentionWindow& window, const Blocks& blocks,
                     const Context& context);

// Whether reading all the weights of so many matrices takes minutes: not unasked.
bool areMany(std::uint64_t matrices, std::uint64_t queries, std::uint64_t keys);

// Blocks of equal sides, so that there are at most `most` along each.
std::uint64_t blockSide(std::uint64_t cells, std::size_t most);

// The coarse level of all of a matrix: blocks of 2^k cells a side, at most 1,024 along each; and
// before that, its first picture: at most 256 queries that are read, of very many keys fewer; the
// finer sample has 256 always.
ReducedPlane overviewOf(const ShownCells& cells, const Context& context);
ReducedPlane sampleOf(const ShownCells& cells, const Context& context);
ReducedPlane finerSampleOf(const ShownCells& cells, const Context& context);
int overviewLevel(std::uint64_t queries, std::uint64_t keys);  // k

}  // namespace lineament::views
