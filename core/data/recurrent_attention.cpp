// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/recurrent_attention.h"

#include <algorithm>

#include "core/base/subnormals.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/data/recurrent_attention.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#ifndef LINEAMENT_DATA_RECURRENT_ROWS
#define LINEAMENT_DATA_RECURRENT_ROWS
namespace lineament {

// One head's factors, each pointing at the row of token 0; null where there are none.
struct RecurrentHead {
  std::size_t size, decay_width;
  bool reads_before;
  const float *queries, *writes, *decays, *removals, *recalls, *diagonal;
};

// Rows [first, first + rows) and columns [key, key_end) of its matrix, which `cells` is the first
// cell of. `between` [size] are the products of the decays of the tokens from key_end to first - 1,
// null where they have to be gone through one by one.
struct RecurrentRows {
  std::size_t first, rows, key, key_end;
  const float* between;
  float* cells;
  std::size_t stride;
};

}  // namespace lineament
#endif

HWY_BEFORE_NAMESPACE();
namespace lineament::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr std::size_t kLanes = hn::MaxLanes(D());
constexpr std::size_t kRows = 2 * kLanes;
constexpr std::size_t kColumns = 64;

// So many tokens apart it is looked whether anything is left of a row: cells are 0 from there on.
constexpr std::size_t kGoneEvery = 64;

bool gone(const std::vector<float>& p) {
  return std::ranges::all_of(p, [](float value) { return value == 0; });
}

// Many rows at once, one in each lane: p [size, kRows].
class Rows {
 public:
  Rows(const RecurrentHead& head, const RecurrentRows& rows)
      : head_(head), rows_(rows), p_(head.size * kRows, 0.0F) {}

  void run() {
    const std::size_t last = rows_.first + rows_.rows;
    for (std::size_t s = last; s > rows_.key;) {
      --s;
      if (s < rows_.first && s >= rows_.key_end && rows_.between) {
        scale(rows_.between, head_.size);
        s = rows_.key_end;
        continue;
      }
      const bool own = s >= rows_.first;
      if (!own && s % kGoneEvery == 0 && gone(p_)) {
        flush(s + 1);
        return;
      }
      if (own && !head_.reads_before) take(s);
      if (s < rows_.key_end) write(s);
      if (s > rows_.key) advance(s);
      if (own && head_.reads_before) take(s);
    }
    flush(rows_.key);
  }

 private:
  // The row of token s begins.
  void take(std::size_t s) {
    const float* query = head_.queries + s * head_.size;
    float* lane = p_.data() + (s - rows_.first);
    for (std::size_t k = 0; k < head_.size; ++k) lane[k * kRows] = query[k];
  }

  void products(const float* row, V& left, V& right) const {
    const D d;
    left = right = hn::Zero(d);
    const float* p = p_.data();
    for (std::size_t k = 0; k < head_.size; ++k, p += kRows) {
      const V factor = hn::Set(d, row[k]);
      left = hn::MulAdd(factor, hn::LoadU(d, p), left);
      right = hn::MulAdd(factor, hn::LoadU(d, p + kLanes), right);
    }
  }

  void write(std::size_t s) {
    if (column_ == kColumns) flush(s + 1);
    const D d;
    V left, right;
    products(head_.writes + s * head_.size, left, right);
    float* to = columns_ + column_++ * kRows;
    hn::Store(left, d, to);
    hn::Store(right, d, to + kLanes);
  }

  // The columns since the last time, of which the newest is `key`.
  void flush(std::size_t key) {
    for (std::size_t r = 0; r < rows_.rows; ++r) {
      float* to = rows_.cells + r * rows_.stride + (key - rows_.key);
      for (std::size_t c = 0; c < column_; ++c) to[c] = columns_[(column_ - 1 - c) * kRows + r];
    }
    column_ = 0;
  }

  void scale(const float* factors, std::size_t count) {
    const D d;
    float* p = p_.data();
    for (std::size_t k = 0; k < head_.size; ++k, p += kRows) {
      const V factor = hn::Set(d, factors[count == 1 ? 0 : k]);
      hn::StoreU(hn::Mul(factor, hn::LoadU(d, p)), d, p);
      hn::StoreU(hn::Mul(factor, hn::LoadU(d, p + kLanes)), d, p + kLanes);
    }
  }

  void advance(std::size_t s) {
    const float* decays = head_.decays ? head_.decays + s * head_.decay_width : nullptr;
    if (!head_.removals) {
      if (decays) scale(decays, head_.decay_width);
      return;
    }
    const D d;
    V left, right;
    products(head_.removals + s * head_.size, left, right);
    if (decays) scale(decays, head_.decay_width);
    const float* recall = head_.recalls + s * head_.size;
    float* p = p_.data();
    for (std::size_t k = 0; k < head_.size; ++k, p += kRows) {
      const V factor = hn::Set(d, recall[k]);
      hn::StoreU(hn::NegMulAdd(factor, left, hn::LoadU(d, p)), d, p);
      hn::StoreU(hn::NegMulAdd(factor, right, hn::LoadU(d, p + kLanes)), d, p + kLanes);
    }
  }

  const RecurrentHead& head_;
  const RecurrentRows& rows_;
  std::vector<float> p_;
  HWY_ALIGN float columns_[kColumns * kRows];
  std::size_t column_ = 0;
};

// One row, its channels in the lanes.
class Row {
 public:
  explicit Row(const RecurrentHead& head) : head_(head) {}

  void run(const RecurrentRows& rows, std::size_t t, float* cells) {
    const float* query = head_.queries + t * head_.size;
    p_.assign(query, query + head_.size);
    for (std::size_t s = t + 1; s > rows.key;) {
      --s;
      if (s < t && s >= rows.key_end && rows.between) {
        // Those from the window's first row on are not in the product.
        if (s >= rows.first) {
          scale(head_.decays + s * head_.decay_width, head_.decay_width);
          continue;
        }
        scale(rows.between, head_.size);
        s = rows.key_end;
        continue;
      }
      if (s % kGoneEvery == 0 && gone(p_)) return;
      const bool read = s < t || !head_.reads_before;
      if (s < rows.key_end) {
        cells[s - rows.key] = read ? product(head_.writes + s * head_.size) : 0;
      }
      if (s > rows.key && read) advance(s);
    }
  }

 private:
  float product(const float* row) const {
    const D d;
    V sum = hn::Zero(d);
    std::size_t k = 0;
    for (; k + kLanes <= head_.size; k += kLanes) {
      sum = hn::MulAdd(hn::LoadU(d, row + k), hn::LoadU(d, p_.data() + k), sum);
    }
    float total = hn::GetLane(hn::SumOfLanes(d, sum));
    for (; k < head_.size; ++k) total += row[k] * p_[k];
    return total;
  }

  void scale(const float* factors, std::size_t count) {
    if (count == 1) {
      const float factor = *factors;
      for (float& p : p_) p *= factor;
    } else if (count > 1) {
      for (std::size_t k = 0; k < count; ++k) p_[k] *= factors[k];
    }
  }

  void advance(std::size_t s) {
    const float removed = head_.removals ? product(head_.removals + s * head_.size) : 0;
    if (head_.decays) scale(head_.decays + s * head_.decay_width, head_.decay_width);
    if (!head_.removals) return;
    const float* recall = head_.recalls + s * head_.size;
    for (std::size_t k = 0; k < head_.size; ++k) p_[k] -= removed * recall[k];
  }

  const RecurrentHead& head_;
  std::vector<float> p_;
};

std::size_t rowsAtOnce() {
  return kRows;
}

void recurrentRows(const RecurrentHead& head, const RecurrentRows& rows) {
  constexpr std::size_t kFewRows = 4;
  if (rows.rows > kFewRows) {
    Rows(head, rows).run();
    return;
  }
  for (std::size_t r = 0; r < rows.rows; ++r) {
    Row(head).run(rows, rows.first + r, rows.cells + r * rows.stride);
  }
}

}  // namespace lineament::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament {

HWY_EXPORT(rowsAtOnce);
HWY_EXPORT(recurrentRows);

namespace {

RecurrentHead headOf(const RecurrentFactors& factors, std::size_t head) {
  const std::size_t rows = head * factors.tokens;
  const auto at = [&](const SharedArray<float>& array, std::size_t width) {
    return array.empty() ? nullptr : array.data() + rows * width;
  };
  return {factors.size,
          factors.decay_width,
          factors.reads_before,
          at(factors.queries, factors.size),
          at(factors.writes, factors.size),
          at(factors.decays, factors.decay_width),
          at(factors.removals, factors.size),
          at(factors.recalls, factors.size),
          at(factors.diagonal, 1)};
}

// Takes the decays of tokens [first, last) into the products.
void multiplyDecays(const RecurrentHead& head, std::size_t first, std::size_t last,
                    std::vector<float>& products) {
  if (!head.decays) return;
  for (std::size_t s = first; s < last; ++s) {
    const float* decays = head.decays + s * head.decay_width;
    for (std::size_t k = 0; k < head.size; ++k)
      products[k] *= decays[head.decay_width == 1 ? 0 : k];
  }
}

}  // namespace

bool RecurrentFactors::fits() const {
  const auto has = [&](const SharedArray<float>& array, std::size_t width, bool optional) {
    std::size_t rows = 0, numbers = 0;
    const bool countable = !__builtin_mul_overflow(heads, tokens, &rows) &&
                           !__builtin_mul_overflow(rows, width, &numbers);
    return (optional && array.empty()) || (countable && array.size() == numbers);
  };
  return size > 0 && (decay_width == 0 || decay_width == 1 || decay_width == size) &&
         has(queries, size, false) && has(writes, size, false) && has(decays, decay_width, false) &&
         has(removals, size, true) && recalls.size() == removals.size() && has(diagonal, 1, true);
}

void RecurrentAttention::cells(std::size_t layer, std::size_t head, const AttentionWindow& window,
                               std::span<float> weights, const Context& context) const {
  const FlushSubnormals flush;
  const RecurrentHead own = headOf(layers_[layer], head);
  std::fill_n(weights.begin(), window.queries * window.keys, 0.0F);
  std::vector<float> between(own.size, 1.0F);
  std::size_t reached = window.key + window.keys;  // products go up to here
  const std::size_t step = HWY_DYNAMIC_DISPATCH(rowsAtOnce)();
  for (std::size_t begin = 0; begin < window.queries; begin += step) {
    if (context.stopRequested()) throw Cancelled();
    RecurrentRows rows{window.query + begin,
                       std::min<std::size_t>(step, window.queries - begin),
                       window.key,
                       window.key + window.keys,
                       nullptr,
                       weights.data() + begin * window.keys,
                       window.keys};
    if (rows.first + rows.rows <= rows.key) continue;  // all above the diagonal
    rows.key_end = std::min(rows.key_end, rows.first + rows.rows);
    if (!own.removals && rows.first > reached) {
      multiplyDecays(own, reached, rows.first, between);
      reached = rows.first;
    }
    if (!own.removals && rows.first >= rows.key_end) rows.between = between.data();
    HWY_DYNAMIC_DISPATCH(recurrentRows)(own, rows);
    for (std::size_t r = 0; own.diagonal && r < rows.rows; ++r) {
      const std::size_t t = rows.first + r;
      if (t < rows.key || t >= rows.key_end) continue;
      rows.cells[r * rows.stride + (t - rows.key)] += own.diagonal[t];
    }
  }
}

std::vector<double> recurrentAttentionReference(const RecurrentFactors& factors, std::size_t head) {
  const RecurrentHead own = headOf(factors, head);
  const std::size_t tokens = factors.tokens, size = factors.size;
  std::vector<double> made(tokens * tokens, 0.0);
  for (std::size_t s = 0; s < tokens; ++s) {
    // The state's column that the value of token s is written to.
    std::vector<double> state(own.writes + s * size, own.writes + (s + 1) * size);
    for (std::size_t t = s; t < tokens; ++t) {
      const auto read = [&] {
        double sum = 0;
        for (std::size_t k = 0; k < size; ++k) sum += double(own.queries[t * size + k]) * state[k];
        return sum;
      };
      double& cell = made[t * tokens + s];
      if (t > s && own.reads_before) cell = read();
      if (t > s) {
        double recalled = 0;
        for (std::size_t k = 0; k < size && own.recalls; ++k) {
          recalled += double(own.recalls[t * size + k]) * state[k];
        }
        for (std::size_t k = 0; k < size; ++k) {
          const double decay =
              own.decays ? double(own.decays[t * own.decay_width + (own.decay_width == 1 ? 0 : k)])
                         : 1;
          state[k] *= decay;
          if (own.removals) state[k] -= double(own.removals[t * size + k]) * recalled;
        }
      }
      if (!own.reads_before) cell = read();
      if (t == s && own.diagonal) cell += double(own.diagonal[t]);
    }
  }
  return made;
}

}  // namespace lineament
#endif
