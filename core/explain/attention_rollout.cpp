// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/attention_rollout.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>

#include "core/base/blas.h"
#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"

namespace lineament::explain {

namespace {

constexpr ErrorText kNotSquare{"attention.not_square", "Follow attention through the layers",
                               "{queries} queries attend to {keys} keys", "",
                               "Choose the attention of a network to its own tokens"};
constexpr ErrorText kTooLong{"attention.too_long", "Find the flow of attention",
                             "the text has {tokens} tokens, the largest flow is found for up to "
                             "{most}",
                             "", "Use the rollout, or a shorter text"};

constexpr std::uint64_t kRowsAtOnce = 64;

void requireSquare(const AttentionStack& stack) {
  if (stack.queries == stack.keys) return;
  throw Error(kNotSquare, {{"queries", stack.queries}, {"keys", stack.keys}});
}

// Rows [first, first + count) of B, row-major.
template <class T>
void mixedRows(const AttentionStack& stack, std::size_t layer, std::uint64_t first,
               std::uint64_t count, std::vector<T>& rows, const Context& context) {
  const std::uint64_t keys = stack.keys;
  rows.assign(count * keys, 0);
  std::vector<float> cells(count * keys);
  for (std::size_t head = 0; head < stack.heads.size(); ++head) {
    readCells(stack, layer, head, {first, 0, count, keys}, cells, context);
    for (std::size_t i = 0; i < cells.size(); ++i) rows[i] += static_cast<T>(cells[i]);
  }
  for (std::uint64_t row = 0; row < count; ++row) {
    T* from = rows.data() + row * keys;
    T sum = 0;
    for (std::uint64_t key = 0; key < keys; ++key) {
      from[key] /= static_cast<T>(stack.heads.size());
      if (key == first + row) from[key] += 1;
      sum += from[key];
    }
    if (sum != 0) std::for_each(from, from + keys, [sum](T& value) { value /= sum; });
  }
}

template <class T>
std::vector<T> mixed(const AttentionStack& stack, std::size_t layer, const Context& context) {
  const std::uint64_t tokens = stack.keys;
  std::vector<T> matrix(tokens * tokens);
  forBlocks(tokens, kRowsAtOnce, context, [&](std::size_t first, std::size_t last) {
    std::vector<T> rows;
    mixedRows(stack, layer, first, last - first, rows, context);
    std::ranges::copy(rows, matrix.begin() + static_cast<std::ptrdiff_t>(first * tokens));
  });
  return matrix;
}

// A stack about the same tokens with one head.
AttentionStack alike(const AttentionStack& stack, std::vector<std::string> layers,
                     const std::string& head, const std::string& meaning) {
  AttentionStack made;
  made.layers = std::move(layers);
  made.heads = {head};
  made.queries = stack.queries;
  made.keys = stack.keys;
  made.query_tokens = stack.query_tokens;
  made.key_tokens = stack.key_tokens;
  made.token_measures = stack.token_measures;
  made.meaning = meaning;
  made.causal = stack.causal;
  return made;
}

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Graph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS,
    boost::property<boost::vertex_predecessor_t, Traits::edge_descriptor,
                    boost::property<boost::vertex_color_t, boost::default_color_type,
                                    boost::property<boost::vertex_distance_t, long>>>,
    boost::property<
        boost::edge_capacity_t, double,
        boost::property<boost::edge_residual_capacity_t, double,
                        boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

void connect(Graph& graph, std::size_t from, std::size_t to, double capacity) {
  const auto there = boost::add_edge(from, to, graph).first;
  const auto back = boost::add_edge(to, from, graph).first;
  boost::put(boost::edge_capacity, graph, there, capacity);
  boost::put(boost::edge_capacity, graph, back, 0.0);
  boost::put(boost::edge_reverse, graph, there, back);
  boost::put(boost::edge_reverse, graph, back, there);
}

// Nodes are token + tokens * level, level 0 the input.
Graph flowGraph(const std::vector<std::vector<double>>& layers, std::size_t tokens) {
  Graph graph(tokens * (layers.size() + 1));
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    for (std::size_t i = 0; i < tokens; ++i) {
      for (std::size_t j = 0; j < tokens; ++j) {
        const double capacity = layers[layer][i * tokens + j];
        if (capacity > 0) connect(graph, (layer + 1) * tokens + i, layer * tokens + j, capacity);
      }
    }
  }
  return graph;
}

}  // namespace

AttentionStack rollout(const AttentionStack& stack, const Context& context) {
  requireSquare(stack);
  const std::size_t layers = stack.layers.size(), tokens = stack.keys;
  const MemoryReservation room =
      reserveMemory((layers + 1) * tokens * tokens * sizeof(float), "the rollout of attention");
  AttentionStack made = alike(stack, stack.layers, "rollout",
                              "Share of the input token in the output token, by attention rollout");
  std::vector<float> all(layers * tokens * tokens);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const Context own = context.part(static_cast<double>(layer) / static_cast<double>(layers),
                                     static_cast<double>(layer + 1) / static_cast<double>(layers));
    own.checkpoint(0, "Rolling attention out");
    const std::vector<float> step = mixed<float>(stack, layer, own);
    float* to = all.data() + layer * tokens * tokens;
    if (layer == 0) {
      std::ranges::copy(step, to);
      continue;
    }
    parallelMatrixProduct(Transpose::no, Transpose::no, 1.0F,
                          MatrixView<const float>{step.data(), tokens, tokens, tokens},
                          MatrixView<const float>{to - tokens * tokens, tokens, tokens, tokens},
                          0.0F, MatrixView<float>{to, tokens, tokens, tokens}, own);
  }
  made.weights = std::move(all);
  return made;
}

std::vector<double> rolloutRow(const AttentionStack& stack, std::uint64_t query,
                               const Context& context) {
  requireSquare(stack);
  const std::size_t tokens = stack.keys;
  std::vector<double> row(tokens, 0.0);
  row.at(query) = 1;
  for (std::size_t left = stack.layers.size(); left > 0; --left) {
    context.checkpoint(1 - static_cast<double>(left) / static_cast<double>(stack.layers.size()),
                       "Rolling attention out");
    row = reduceBlocks<std::vector<double>>(
        tokens, kRowsAtOnce, context,
        [&](std::size_t first, std::size_t last) {
          std::vector<double> rows, part(tokens, 0.0);
          mixedRows(stack, left - 1, first, last - first, rows, context);
          for (std::size_t i = first; i < last; ++i) {
            if (row[i] == 0) continue;
            const double* from = rows.data() + (i - first) * tokens;
            for (std::size_t j = 0; j < tokens; ++j) part[j] += row[i] * from[j];
          }
          return part;
        },
        [](std::vector<double>& sum, const std::vector<double>& part) {
          for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += part[j];
        });
  }
  return row;
}

AttentionStack flow(const AttentionStack& stack, const Context& context) {
  requireSquare(stack);
  const std::size_t tokens = stack.keys;
  if (tokens > kLongestFlow) throw Error(kTooLong, {{"tokens", tokens}, {"most", kLongestFlow}});
  std::vector<std::vector<double>> layers;
  for (std::size_t i = 0; i < stack.layers.size(); ++i) {
    layers.push_back(mixed<double>(stack, i, context));
  }
  std::vector<float> weights(tokens * tokens, 0.0F);
  forBlocks(tokens, 1, context, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      Graph graph = flowGraph(layers, tokens);  // a copy would share its edges
      double sum = 0;
      for (std::size_t j = 0; j < tokens; ++j) {
        context.checkpoint(static_cast<double>(i) / static_cast<double>(tokens),
                           "Finding the flow");
        const double most = boost::boykov_kolmogorov_max_flow(graph, layers.size() * tokens + i, j);
        weights[i * tokens + j] = static_cast<float>(most);
        sum += most;
      }
      for (std::size_t j = 0; j < tokens && sum > 0; ++j) {
        weights[i * tokens + j] = static_cast<float>(weights[i * tokens + j] / sum);
      }
    }
  });
  AttentionStack made =
      alike(stack, {"all layers"}, "flow",
            "Share of the input token in the output token, by the largest flow of attention");
  made.weights = std::move(weights);
  return made;
}

}  // namespace lineament::explain
