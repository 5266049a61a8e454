// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/blas.h"
#include "core/base/parallel.h"
#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

constexpr std::size_t kQueriesAtOnce = 64;
constexpr std::size_t kFewQueries = 4;

// Keys that query `token` of the pass sees: [first, end).
struct Seen {
  std::size_t first = 0, end = 0;
};

Seen seenBy(const AttentionPass& pass, std::size_t token) {
  if (!pass.causal) return {0, pass.all};
  const std::size_t end = pass.past() + token + 1;
  return {pass.window != 0 && end > pass.window ? end - pass.window : 0, end};
}

// Queries [first, last) of one head.
class HeadBlock {
 public:
  HeadBlock(const AttentionPass& pass, std::size_t head, std::size_t first, std::size_t last)
      : pass_(pass), head_(head), first_(first), count_(last - first) {
    seen_ = {seenBy(pass, first).first, seenBy(pass, last - 1).end};
    span_ = seen_.end - seen_.first;
  }

  void run(float* out, float* log_sums, float* weights) {
    static thread_local std::vector<float> buffer;
    buffer.resize(count_ * span_);
    scores(buffer.data());
    for (std::size_t i = 0; i < count_; ++i) {
      const float log_sum = shares(i, buffer.data() + i * span_);
      if (log_sums) log_sums[head_ * pass_.tokens + first_ + i] = log_sum;
      if (!weights) continue;
      float* row = weights + (head_ * pass_.tokens + first_ + i) * pass_.all;
      std::fill_n(row, pass_.all, 0.0F);
      std::copy_n(buffer.data() + i * span_, span_, row + seen_.first);
    }
    sums(buffer.data(), out);
  }

 private:
  std::size_t keyHead() const { return head_ * pass_.kv_heads / pass_.heads; }
  std::size_t keyStride() const { return pass_.kv_heads * pass_.size; }
  std::size_t valueStride() const { return pass_.kv_heads * pass_.value_size; }

  void scores(float* to) const {
    const std::size_t stride = pass_.heads * pass_.size;
    const float* queries = pass_.queries + first_ * stride + head_ * pass_.size;
    const float* keys = pass_.keys + seen_.first * keyStride() + keyHead() * pass_.size;
    if (count_ <= kFewQueries) {
      rowProducts(keys, keyStride(), span_, pass_.size, queries, stride, count_, to, span_);
      for (std::size_t i = 0; i < count_ * span_; ++i) to[i] *= pass_.scale;
      return;
    }
    matrixProduct(Transpose::no, Transpose::yes, pass_.scale,
                  MatrixView<const float>{queries, count_, pass_.size, stride},
                  MatrixView<const float>{keys, span_, pass_.size, keyStride()}, 0.0F,
                  MatrixView<float>{to, count_, span_, span_});
  }

  float shares(std::size_t i, float* row) const {
    const Seen own = seenBy(pass_, first_ + i);
    const std::size_t from = own.first - seen_.first, to = own.end - seen_.first;
    if (pass_.bias) addBias(i, own, row + from);
    std::fill(row, row + from, 0.0F);
    std::fill(row + to, row + span_, 0.0F);
    return softmax(row + from, to - from);
  }

  void addBias(std::size_t i, const Seen& own, float* scores) const {
    const auto query = static_cast<std::int64_t>(pass_.past() + first_ + i);
    for (std::size_t key = own.first; key < own.end; ++key) {
      const std::size_t bucket = pass_.bias->bucket(static_cast<std::int64_t>(key) - query);
      scores[key - own.first] += pass_.bias->table[bucket * pass_.heads + head_];
    }
  }

  void sums(const float* shares, float* out) const {
    const std::size_t stride = pass_.heads * pass_.value_size;
    float* to = out + first_ * stride + head_ * pass_.value_size;
    const float* values = pass_.values + seen_.first * valueStride() + keyHead() * pass_.value_size;
    if (count_ <= kFewQueries) {
      for (std::size_t i = 0; i < count_; ++i) {
        std::fill_n(to + i * stride, pass_.value_size, 0.0F);
        addRows(values, valueStride(), span_, pass_.value_size, shares + i * span_,
                to + i * stride);
      }
      return;
    }
    matrixProduct(Transpose::no, Transpose::no, 1.0F,
                  MatrixView<const float>{shares, count_, span_, span_},
                  MatrixView<const float>{values, span_, pass_.value_size, valueStride()}, 0.0F,
                  MatrixView<float>{to, count_, pass_.value_size, stride});
  }

  const AttentionPass& pass_;
  std::size_t head_, first_, count_;
  Seen seen_;
  std::size_t span_ = 0;
};

}  // namespace

std::size_t RelativeBias::bucket(std::int64_t relative) const {
  std::size_t count = buckets;
  std::size_t first = 0;
  std::int64_t distance = std::max<std::int64_t>(-relative, 0);
  if (both_ways) {
    count /= 2;
    if (relative > 0) first = count;
    distance = std::abs(relative);
  }
  const std::size_t exact = count / 2;
  const auto far = static_cast<std::size_t>(distance);
  if (far < exact) return first + far;
  const double share = std::log(static_cast<double>(far) / static_cast<double>(exact)) /
                       std::log(static_cast<double>(longest) / static_cast<double>(exact));
  const auto beyond = static_cast<std::size_t>(share * static_cast<double>(count - exact));
  return first + std::min(exact + beyond, count - 1);
}

void attend(const AttentionPass& pass, float* out, float* log_sums, float* weights,
            const Context& context) {
  const std::size_t blocks = (pass.tokens + kQueriesAtOnce - 1) / kQueriesAtOnce;
  forBlocks(pass.heads * blocks, 1, context, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t first = (i % blocks) * kQueriesAtOnce;
      const std::size_t last = std::min(first + kQueriesAtOnce, pass.tokens);
      HeadBlock(pass, i / blocks, first, last).run(out, log_sums, weights);
    }
  });
}

AttentionReference attendReference(const AttentionPass& pass) {
  AttentionReference made;
  made.out.resize(pass.tokens * pass.heads * pass.value_size);
  made.weights.resize(pass.heads * pass.tokens * pass.all);
  for (std::size_t head = 0; head < pass.heads; ++head) {
    const std::size_t kv_head = head * pass.kv_heads / pass.heads;
    for (std::size_t t = 0; t < pass.tokens; ++t) {
      const Seen seen = seenBy(pass, t);
      double* weights = made.weights.data() + (head * pass.tokens + t) * pass.all;
      const float* query = pass.queries + (t * pass.heads + head) * pass.size;
      double highest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (std::size_t j = seen.first; j < seen.end; ++j) {
        const float* key = pass.keys + (j * pass.kv_heads + kv_head) * pass.size;
        double score = 0;
        for (std::size_t d = 0; d < pass.size; ++d) score += double(query[d]) * double(key[d]);
        weights[j] = score * double(pass.scale);
        if (pass.bias) {
          const auto relative =
              static_cast<std::int64_t>(j) - static_cast<std::int64_t>(pass.past() + t);
          weights[j] += double(pass.bias->table[pass.bias->bucket(relative) * pass.heads + head]);
        }
        highest = std::max(highest, weights[j]);
      }
      for (std::size_t j = seen.first; j < seen.end; ++j) {
        sum += weights[j] = std::exp(weights[j] - highest);
      }
      double* out = made.out.data() + (t * pass.heads + head) * pass.value_size;
      for (std::size_t j = seen.first; j < seen.end; ++j) {
        weights[j] /= sum;
        const float* value = pass.values + (j * pass.kv_heads + kv_head) * pass.value_size;
        for (std::size_t e = 0; e < pass.value_size; ++e) out[e] += weights[j] * double(value[e]);
      }
    }
  }
  return made;
}

}  // namespace lineament::language
