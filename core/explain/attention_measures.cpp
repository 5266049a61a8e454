// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/attention_measures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/parallel.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/explain/attention_measures.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#ifndef LINEAMENT_EXPLAIN_ROW_SUMS
#define LINEAMENT_EXPLAIN_ROW_SUMS
namespace lineament::explain {

// Sums over one row.
struct RowSums {
  double weight = 0, weight_log = 0, distance = 0, key = 0, key_squared = 0;
  float largest = 0;
};

}  // namespace lineament::explain
#endif

HWY_BEFORE_NAMESPACE();
namespace lineament::explain::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// `place` is the query's among the keys. Distances and products are summed over stretches short
// enough for single precision, the stretches in double.
RowSums sumsOf(const float* row, std::size_t count, std::size_t place) {
  constexpr std::size_t kStretch = 1024;
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  RowSums sums;
  V largest = hn::Zero(d);
  const V tiny = hn::Set(d, 1e-38F);
  for (std::size_t first = 0; first < count; first += kStretch) {
    const std::size_t last = std::min(first + kStretch, count);
    V weight = hn::Zero(d), logs = hn::Zero(d), distance = hn::Zero(d), key = hn::Zero(d),
      squares = hn::Zero(d);
    // Keys are counted from the stretch's start; the query lies at `own` from there.
    const auto own = static_cast<float>(static_cast<double>(place) - static_cast<double>(first));
    std::size_t j = first;
    for (; j < last; j += lanes) {
      const V a = hn::Abs(last - j >= lanes ? hn::LoadU(d, row + j)
                                            : hn::MaskedLoad(hn::FirstN(d, last - j), d, row + j));
      const V at = hn::Iota(d, static_cast<float>(j - first));
      weight = hn::Add(weight, a);
      logs = hn::MulAdd(a, hn::Log(d, hn::Max(a, tiny)), logs);
      distance = hn::MulAdd(a, hn::Abs(hn::Sub(at, hn::Set(d, own))), distance);
      const V product = hn::Mul(a, at);
      key = hn::Add(key, product);
      squares = hn::MulAdd(product, at, squares);
      largest = hn::Max(largest, a);
    }
    const auto sum = [&](V v) { return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, v))); };
    const double here = sum(weight), keys = sum(key), start = static_cast<double>(first);
    sums.weight += here;
    sums.weight_log += sum(logs);
    sums.distance += sum(distance);
    sums.key += keys + start * here;
    sums.key_squared += sum(squares) + 2 * start * keys + start * start * here;
  }
  sums.largest = hn::GetLane(hn::MaxOfLanes(d, largest));
  return sums;
}

}  // namespace lineament::explain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::explain {

HWY_EXPORT(sumsOf);

namespace {

constexpr std::uint64_t kCellsAtOnce = 1 << 18;
// Of long rows not fewer than these: what implied attention works out side by side.
constexpr std::uint64_t kFewestRows = 32;

struct MeasureText {
  double AttentionSummary::*member;
  const char* name;
  const char* title;
  const char* unit;
  const char* help;
};
constexpr std::array kMeasures{
    MeasureText{&AttentionSummary::entropy, "entropy", "Entropy", "nat",
                "Mean of a row's entropy: how many keys a query spreads over"},
    MeasureText{&AttentionSummary::normalised_entropy, "normalised_entropy", "Normalised entropy",
                "", "Entropy over that of an even row"},
    MeasureText{&AttentionSummary::mean_distance, "mean_distance", "Mean distance", "tokens",
                "How far from the query its keys are, weighted"},
    MeasureText{&AttentionSummary::diagonal_mass, "diagonal_mass", "Own token", "",
                "Mean weight of a query's own token"},
    MeasureText{&AttentionSummary::previous_token, "previous_token", "Previous token", "",
                "Mean weight of the token before"},
    MeasureText{&AttentionSummary::first_token, "first_token", "First token", "",
                "Mean weight of the first token, where a sink is"},
    MeasureText{&AttentionSummary::band_mass, "band_mass", "Band of 1", "",
                "Mean weight of the tokens at most one away"},
    MeasureText{&AttentionSummary::confidence, "confidence", "Confidence", "",
                "Mean of a row's largest weight"},
    MeasureText{&AttentionSummary::correlation, "correlation", "Correlation", "",
                "Of the query's and the key's place, weighted: 1 is a diagonal"},
};

// Adds rows up to a summary.
class Summary {
 public:
  Summary(std::uint64_t queries, std::uint64_t keys, bool causal)
      : past_(keys > queries ? keys - queries : 0), keys_(keys), causal_(causal) {}

  void add(std::uint64_t query, const float* row, const RowSums& sums) {
    // A NaN or an infinity anywhere is in the sum.
    if (!std::isfinite(sums.weight) || !(sums.weight > 0)) {
      ++made_.left_out;
      return;
    }
    const std::uint64_t place = query + past_;
    const double seen = static_cast<double>(causal_ ? std::min(place + 1, keys_) : keys_);
    ++rows_;
    const double entropy = std::log(sums.weight) - sums.weight_log / sums.weight;
    made_.entropy += entropy;
    if (seen > 1) made_.normalised_entropy += entropy / std::log(seen);
    distance_ += sums.distance / sums.weight;
    const auto at = [&](std::uint64_t key) {
      return key < keys_ ? std::abs(double(row[key])) / sums.weight : 0.0;
    };
    made_.diagonal_mass += at(place);
    made_.first_token += at(0);
    made_.confidence += static_cast<double>(sums.largest) / sums.weight;
    made_.band_mass += at(place) + at(place + 1) + (place > 0 ? at(place - 1) : 0);
    if (place > 0) {
      made_.previous_token += at(place - 1);
      ++with_previous_;
    }
    const auto i = static_cast<double>(place);
    query_ += i;
    query_squared_ += i * i;
    key_ += sums.key / sums.weight;
    key_squared_ += sums.key_squared / sums.weight;
    product_ += i * sums.key / sums.weight;
  }

  AttentionSummary finish() {
    const auto rows = static_cast<double>(rows_);
    if (rows_ == 0) return made_;
    for (double* mean : {&made_.entropy, &made_.normalised_entropy, &made_.diagonal_mass,
                         &made_.first_token, &made_.band_mass, &made_.confidence}) {
      *mean /= rows;
    }
    made_.mean_distance = distance_ / rows;
    if (with_previous_ > 0) made_.previous_token /= static_cast<double>(with_previous_);
    const double i = query_ / rows, j = key_ / rows;
    const double spread = (query_squared_ / rows - i * i) * (key_squared_ / rows - j * j);
    if (spread > 1e-12) made_.correlation = (product_ / rows - i * j) / std::sqrt(spread);
    return made_;
  }

 private:
  std::uint64_t past_, keys_;
  bool causal_;
  AttentionSummary made_;
  std::uint64_t rows_ = 0, with_previous_ = 0;
  double distance_ = 0, query_ = 0, query_squared_ = 0, key_ = 0, key_squared_ = 0, product_ = 0;
};

}  // namespace

AttentionSummary summarise(const AttentionStack& stack, std::size_t layer, std::size_t head,
                           const Context& context) {
  Summary summary(stack.queries, stack.keys, stack.causal);
  if (stack.keys == 0) return summary.finish();
  const std::uint64_t rows =
      std::min(std::max(kCellsAtOnce / stack.keys, kFewestRows), stack.queries);
  std::vector<float> cells(rows * stack.keys);
  const std::uint64_t past = stack.keys > stack.queries ? stack.keys - stack.queries : 0;
  for (std::uint64_t first = 0; first < stack.queries; first += rows) {
    if (context.stopRequested()) throw Cancelled();
    const std::uint64_t count = std::min(rows, stack.queries - first);
    readCells(stack, layer, head, {first, 0, count, stack.keys}, cells, context);
    for (std::uint64_t row = 0; row < count; ++row) {
      const std::uint64_t place = first + row + past;
      const std::uint64_t seen = stack.causal ? std::min(place + 1, stack.keys) : stack.keys;
      const float* from = cells.data() + row * stack.keys;
      summary.add(first + row, from, HWY_DYNAMIC_DISPATCH(sumsOf)(from, seen, place));
    }
  }
  return summary.finish();
}

AttentionSummary summariseReference(const float* weights, std::uint64_t queries, std::uint64_t keys,
                                    bool causal) {
  Summary summary(queries, keys, causal);
  const std::uint64_t past = keys > queries ? keys - queries : 0;
  for (std::uint64_t query = 0; query < queries; ++query) {
    const float* row = weights + query * keys;
    RowSums sums;
    for (std::uint64_t key = 0; key < keys; ++key) {
      const double a = std::abs(static_cast<double>(row[key])), at = static_cast<double>(key);
      sums.weight += a;
      if (a > 0) sums.weight_log += a * std::log(a);
      sums.distance += a * std::abs(at - static_cast<double>(query + past));
      sums.key += a * at;
      sums.key_squared += a * at * at;
      sums.largest = std::max(sums.largest, std::abs(row[key]));
    }
    summary.add(query, row, sums);
  }
  return summary.finish();
}

std::vector<HeadMeasure> measuresOf(const AttentionStack& stack, const Context& context) {
  const std::size_t heads = stack.heads.size();
  std::vector<AttentionSummary> summaries(stack.layers.size() * heads);
  forBlocks(summaries.size(), 1, context, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      summaries[i] = summarise(stack, i / heads, i % heads, context);
    }
  });
  std::vector<HeadMeasure> measures;
  for (const MeasureText& text : kMeasures) {
    HeadMeasure measure{text.name, text.title, text.unit, text.help, {}};
    for (const AttentionSummary& summary : summaries) {
      measure.values.push_back(summary.*text.member);
    }
    measures.push_back(std::move(measure));
  }
  return measures;
}

}  // namespace lineament::explain
#endif
