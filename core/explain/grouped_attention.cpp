// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/grouped_attention.h"

#include <algorithm>

#include "core/base/memory.h"
#include "core/base/parallel.h"

namespace lineament::explain {

namespace {

constexpr std::uint64_t kCellsAtOnce = 1 << 18;  // of rows that are read together, where runs allow

std::uint64_t endOf(const TokenRuns& runs, std::size_t run, std::uint64_t tokens) {
  return run + 1 < runs.starts.size() ? runs.starts[run + 1] : tokens;
}

// Adds a row of cells to a row of runs.
void addRow(const float* cells, const TokenRuns& keys, std::uint64_t tokens, double* sums) {
  for (std::size_t run = 0; run < keys.starts.size(); ++run) {
    double sum = 0;
    for (std::uint64_t key = keys.starts[run]; key < endOf(keys, run, tokens); ++key) {
      sum += static_cast<double>(cells[key]);
    }
    sums[run] += sum;
  }
}

// The rows of one run of queries, read some at a time: a run may be as long as a text.
void groupRow(const AttentionStack& stack, std::size_t layer, std::size_t head,
              const TokenRuns& queries, std::size_t run, const TokenRuns& keys,
              std::vector<float>& cells, float* to, const Context& context) {
  const std::uint64_t first = queries.starts[run], end = endOf(queries, run, stack.queries);
  const std::uint64_t step = std::max<std::uint64_t>(1, kCellsAtOnce / std::max(stack.keys, end));
  std::vector<double> sums(keys.starts.size(), 0.0);
  for (std::uint64_t query = first; query < end; query += step) {
    const std::uint64_t count = std::min(step, end - query);
    cells.resize(count * stack.keys);
    readCells(stack, layer, head, {query, 0, count, stack.keys}, cells, context);
    for (std::uint64_t row = 0; row < count; ++row) {
      addRow(cells.data() + row * stack.keys, keys, stack.keys, sums.data());
    }
  }
  for (std::size_t key = 0; key < sums.size(); ++key) {
    to[key] = static_cast<float>(sums[key] / static_cast<double>(end - first));
  }
}

TokenMeasure groupedMeasure(TokenMeasure measure, const TokenRuns& queries, std::uint64_t tokens) {
  std::vector<double> values;
  for (std::size_t run = 0; run < queries.starts.size(); ++run) {
    double sum = 0;
    for (std::uint64_t token = queries.starts[run]; token < endOf(queries, run, tokens); ++token) {
      sum += measure.values[token];
    }
    values.push_back(sum);
  }
  measure.values = std::move(values);
  return measure;
}

}  // namespace

AttentionStack grouped(const AttentionStack& stack, const TokenRuns& queries, const TokenRuns& keys,
                       const Context& context) {
  AttentionStack made;
  made.layers = stack.layers;
  made.heads = stack.heads;
  made.queries = queries.starts.size();
  made.keys = keys.starts.size();
  made.query_tokens = queries.names;
  made.key_tokens = keys.names;
  made.meaning = stack.meaning;
  made.causal = stack.causal;
  for (const TokenMeasure& measure : stack.token_measures) {
    made.token_measures.push_back(groupedMeasure(measure, queries, stack.queries));
  }
  const std::size_t heads = stack.layers.size() * stack.heads.size();
  const std::size_t cells = made.queries * made.keys;
  const MemoryReservation room =
      reserveMemory(heads * cells * sizeof(float), "attention between groups of tokens");
  std::vector<float> weights(heads * cells);
  forBlocks(heads * made.queries, 16, context, [&](std::size_t first, std::size_t last) {
    std::vector<float> read;
    for (std::size_t row = first; row < last; ++row) {
      const std::size_t matrix = row / made.queries;
      groupRow(stack, matrix / stack.heads.size(), matrix % stack.heads.size(), queries,
               row % made.queries, keys, read, weights.data() + row * made.keys, context);
    }
  });
  made.weights = std::move(weights);
  return made;
}

}  // namespace lineament::explain
