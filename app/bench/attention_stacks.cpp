// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/attention_stacks.h"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/data/factored_attention.h"

namespace lineament::app {

namespace {

constexpr std::uint64_t kSeed = 32;
constexpr std::uint64_t kSummed = 65'536;  // tokens up to which rows are summed
constexpr std::uint64_t kRowsAtOnce = 64;
constexpr std::size_t kWords = 5000;

std::vector<std::string> madeUpText(std::uint64_t tokens) {
  Random random = Random(kSeed).split("text");
  std::vector<std::string> words;
  for (std::size_t i = 0; i < kWords; ++i) {
    std::string word = " ";
    for (std::uint64_t syllables = 1 + random.below(3); syllables > 0; --syllables) {
      word += "bdfgklmnprstvz"[random.below(14)];
      word += "aeiou"[random.below(5)];
    }
    words.push_back(word);
  }
  std::vector<std::string> text;
  for (std::uint64_t i = 0; i < tokens; ++i) {
    text.push_back(random.below(12) == 0 ? "," : words[random.below(kWords)]);
  }
  return text;
}

FactoredAttention::Shape shapeOf(const AttentionSizes& sizes) {
  return {sizes.layers, sizes.heads, sizes.tokens, sizes.tokens, true};
}

// log sum_j exp(scale * q_i . k_j), from the cells that the same factors have without it.
std::vector<float> summedRows(const AttentionSizes& sizes, AttentionSource::Factors factors,
                              const Context& context) {
  const std::uint64_t matrices = sizes.layers * sizes.heads;
  factors.log_sums = std::vector<float>(matrices * sizes.tokens);
  const FactoredAttention without(shapeOf(sizes), factors);
  std::vector<float> sums(matrices * sizes.tokens);
  forBlocks(sums.size(), kRowsAtOnce, context, [&](std::size_t begin, std::size_t end) {
    std::vector<float> cells(sizes.tokens);
    for (std::size_t row = begin; row < end; ++row) {
      const std::uint64_t matrix = row / sizes.tokens, query = row % sizes.tokens;
      const std::span<float> seen(cells.data(), query + 1);
      without.cells(matrix / sizes.heads, matrix % sizes.heads, {query, 0, 1, query + 1}, seen, {});
      double sum = 0;
      for (const float cell : seen) sum += static_cast<double>(cell);
      sums[row] = static_cast<float>(std::log(sum));
    }
  });
  return sums;
}

// What the sum of a row tends to: keys are standard normal, so exp(s q.k) is exp(s^2 |q|^2 / 2) in
// the mean.
std::vector<float> expectedRows(const AttentionSizes& sizes,
                                const AttentionSource::Factors& factors) {
  std::vector<float> sums(sizes.layers * sizes.heads * sizes.tokens);
  for (std::size_t row = 0; row < sums.size(); ++row) {
    double square = 0;
    for (std::uint64_t i = 0; i < sizes.width; ++i) {
      const auto part = static_cast<double>(factors.queries.data()[row * sizes.width + i]);
      square += part * part;
    }
    sums[row] = static_cast<float>(std::log(static_cast<double>(row % sizes.tokens + 1)) +
                                   factors.scale * factors.scale * square / 2);
  }
  return sums;
}

}  // namespace

AttentionStack drawnAttention(const AttentionSizes& sizes, const Context& context) {
  const std::size_t count = sizes.layers * sizes.heads * sizes.tokens * sizes.width;
  AttentionSource::Factors factors;
  factors.size = sizes.width;
  factors.scale = 1 / std::sqrt(static_cast<double>(sizes.width));
  for (const bool query : {true, false}) {
    Random random = Random(kSeed).split(query ? "queries" : "keys");
    std::vector<float> drawn(count);
    for (float& each : drawn) each = static_cast<float>((query ? 2 : 1) * random.normal());
    (query ? factors.queries : factors.keys) = std::move(drawn);
  }
  factors.log_sums =
      sizes.tokens <= kSummed ? summedRows(sizes, factors, context) : expectedRows(sizes, factors);
  AttentionStack stack;
  for (std::size_t i = 0; i < sizes.layers; ++i) {
    stack.layers.push_back(fmt::format("layer {}", i + 1));
  }
  for (std::size_t i = 0; i < sizes.heads; ++i) {
    stack.heads.push_back(fmt::format("head {}", i + 1));
  }
  stack.queries = stack.keys = sizes.tokens;
  stack.query_tokens = stack.key_tokens = madeUpText(sizes.tokens);
  stack.causal = true;
  stack.source = std::make_shared<FactoredAttention>(shapeOf(sizes), std::move(factors));
  return stack;
}

}  // namespace lineament::app
