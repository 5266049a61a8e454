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
#include "core/data/recurrent_attention.h"

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

AttentionStack emptyStack(const AttentionSizes& sizes) {
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
  return stack;
}

std::vector<float> normals(const char* name, std::size_t count, double deviation) {
  Random random = Random(kSeed).split(name);
  std::vector<float> drawn(count);
  for (float& each : drawn) each = static_cast<float>(deviation * random.normal());
  return drawn;
}

FactoredAttention::Shape shapeOf(const AttentionSizes& sizes) {
  return {sizes.layers, sizes.heads, sizes.tokens, sizes.tokens, true};
}

// A decay for each token and channel; of a channel they are about the same.
std::vector<float> drawnDecays(const AttentionSizes& sizes) {
  Random random = Random(kSeed).split("decays");
  std::vector<double> rates(sizes.width);
  for (double& rate : rates) rate = std::pow(10, random.uniform(-5, -1));
  std::vector<float> decays(sizes.heads * sizes.tokens * sizes.width);
  for (std::size_t i = 0; i < decays.size(); ++i) {
    decays[i] = static_cast<float>(std::exp(-rates[i % sizes.width] * random.uniform(0.5, 1.5)));
  }
  return decays;
}

// Keys get unit length, and are removed and written by a share that is drawn for each token.
void makeDeltaRule(std::vector<float> keys, RecurrentFactors& factors) {
  Random random = Random(kSeed).split("shares");
  std::vector<float> shared(keys.size());
  for (std::size_t row = 0; row < keys.size(); row += factors.size) {
    double square = 0;
    for (std::size_t k = 0; k < factors.size; ++k) {
      square += static_cast<double>(keys[row + k]) * static_cast<double>(keys[row + k]);
    }
    const auto share = static_cast<float>(random.uniform());
    for (std::size_t k = 0; k < factors.size; ++k) {
      keys[row + k] /= static_cast<float>(std::sqrt(square));
      shared[row + k] = share * keys[row + k];
    }
  }
  factors.recalls = std::move(keys);
  factors.removals = shared;
  factors.writes = std::move(shared);
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
  factors.queries = normals("queries", count, 2);
  factors.keys = normals("keys", count, 1);
  factors.log_sums =
      sizes.tokens <= kSummed ? summedRows(sizes, factors, context) : expectedRows(sizes, factors);
  AttentionStack stack = emptyStack(sizes);
  stack.source = std::make_shared<FactoredAttention>(shapeOf(sizes), std::move(factors));
  return stack;
}

AttentionStack impliedAttention(const AttentionSizes& sizes, Recurrence recurrence) {
  const std::size_t count = sizes.heads * sizes.tokens * sizes.width;
  RecurrentFactors factors;
  factors.heads = sizes.heads;
  factors.tokens = sizes.tokens;
  factors.size = sizes.width;
  const double scale = 1 / std::sqrt(static_cast<double>(sizes.width));
  factors.queries = normals("queries", count, scale);
  if (recurrence == Recurrence::gated) {
    factors.writes = normals("keys", count, 1);
    factors.decay_width = sizes.width;
    factors.decays = drawnDecays(sizes);
  } else {
    makeDeltaRule(normals("keys", count, 1), factors);
  }
  AttentionStack stack = emptyStack(sizes);
  stack.source = std::make_shared<RecurrentAttention>(
      std::vector<RecurrentFactors>(sizes.layers, std::move(factors)));
  return stack;
}

}  // namespace lineament::app
