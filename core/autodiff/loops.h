// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

#include "core/autodiff/shape.h"
#include "core/base/context.h"
#include "core/base/parallel.h"

namespace lineament::autodiff {

// Inside the operations only: loops over several strided tensors of one shape at once.

constexpr std::size_t kLoopBlock = 16384;  // elements of a task, and of an inner loop at most

// Counts through some dimensions (last fastest) and keeps the N offsets that belong to the count.
template <std::size_t N>
struct Odometer {
  struct Dimension {
    std::size_t size = 1;
    std::array<std::ptrdiff_t, N> strides{};
  };
  std::array<Dimension, kMaxRank + 1> dimensions{};
  int rank = 0;
  std::size_t count = 1;  // positions

  std::array<std::size_t, kMaxRank + 1> index{};
  std::array<std::ptrdiff_t, N> offsets{};

  void add(const Dimension& dimension) {
    dimensions[static_cast<std::size_t>(rank++)] = dimension;
    count *= dimension.size;
  }

  void seek(std::size_t position) {
    offsets.fill(0);
    for (int d = rank - 1; d >= 0; --d) {
      const Dimension& dimension = dimensions[static_cast<std::size_t>(d)];
      index[static_cast<std::size_t>(d)] = position % dimension.size;
      position /= dimension.size;
      move(dimension, static_cast<std::ptrdiff_t>(index[static_cast<std::size_t>(d)]));
    }
  }

  void next() {
    for (int d = rank - 1; d >= 0; --d) {
      const Dimension& dimension = dimensions[static_cast<std::size_t>(d)];
      move(dimension, 1);
      if (++index[static_cast<std::size_t>(d)] < dimension.size) return;
      move(dimension, -static_cast<std::ptrdiff_t>(dimension.size));
      index[static_cast<std::size_t>(d)] = 0;
    }
  }

 private:
  void move(const Dimension& dimension, std::ptrdiff_t steps) {
    for (std::size_t k = 0; k < N; ++k) offsets[k] += steps * dimension.strides[k];
  }
};

// A loop over N tensors of one shape, the first of which is written to. Dimensions along which the
// written one repeats (stride 0) collect a sum: they are never shared between tasks, so that the
// order of adding is the same at any thread count.
template <std::size_t N>
class StridedLoop {
 public:
  explicit StridedLoop(const std::array<const Layout*, N>& layouts) {
    const Shape& shape = layouts[0]->shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      Dimension next{shape[axis], {}};
      for (std::size_t k = 0; k < N; ++k) next.strides[k] = layouts[k]->stride(axis);
      if (next.size == 1) continue;
      if (rank_ > 0 && extends(next)) {
        dimensions_[static_cast<std::size_t>(rank_ - 1)].size *= next.size;
        dimensions_[static_cast<std::size_t>(rank_ - 1)].strides = next.strides;
      } else {
        dimensions_[static_cast<std::size_t>(rank_++)] = next;
      }
    }
    if (rank_ == 0) {  // one element
      Dimension& only = dimensions_[static_cast<std::size_t>(rank_++)];
      only.strides.fill(1);
    }
  }

  // Calls inner(count, offsets, strides) for all innermost pieces.
  template <class Inner>
  void run(const Context& context, const Inner& inner) const {
    const Dimension& last = dimensions_[static_cast<std::size_t>(rank_ - 1)];
    const bool summing = last.strides[0] == 0;
    const std::size_t piece = summing ? last.size : std::min(last.size, kLoopBlock);
    Odometer<N> parallel, serial;
    for (int d = 0; d + 1 < rank_; ++d) {
      const Dimension& dimension = dimensions_[static_cast<std::size_t>(d)];
      (dimension.strides[0] == 0 ? serial : parallel).add(dimension);
    }
    const std::size_t pieces = last.size == 0 ? 0 : (last.size + piece - 1) / piece;
    Dimension chunk{pieces, last.strides};
    for (std::ptrdiff_t& stride : chunk.strides) stride *= static_cast<std::ptrdiff_t>(piece);
    parallel.add(chunk);
    if (parallel.count == 0 || serial.count == 0) return;

    const std::size_t cost = std::max<std::size_t>(1, piece * serial.count);
    const std::size_t block = std::max<std::size_t>(1, kLoopBlock / cost);
    const auto work = [&](std::size_t begin, std::size_t end) {
      Odometer<N> outer = parallel;
      Odometer<N> inside = serial;
      outer.seek(begin);
      for (std::size_t i = begin; i < end; ++i, outer.next()) {
        const std::size_t first = outer.index[static_cast<std::size_t>(outer.rank - 1)] * piece;
        const std::size_t count = std::min(piece, last.size - first);
        inside.seek(0);
        for (std::size_t s = 0; s < inside.count; ++s, inside.next()) {
          std::array<std::ptrdiff_t, N> offsets = outer.offsets;
          for (std::size_t k = 0; k < N; ++k) offsets[k] += inside.offsets[k];
          inner(count, offsets, last.strides);
        }
      }
    };
    // By reference, so that std::function has no need to allocate.
    forBlocks(parallel.count, block, context, std::cref(work));
  }

 private:
  using Dimension = typename Odometer<N>::Dimension;

  bool extends(const Dimension& next) const {
    const Dimension& previous = dimensions_[static_cast<std::size_t>(rank_ - 1)];
    for (std::size_t k = 0; k < N; ++k) {
      if (previous.strides[k] != next.strides[k] * static_cast<std::ptrdiff_t>(next.size)) {
        return false;
      }
    }
    return true;
  }

  std::array<Dimension, kMaxRank> dimensions_{};
  int rank_ = 0;
};

// The sum of term(0) ... term(count - 1) in double precision, in eight interleaved parts so that
// the compiler may use vectors; always in the same order.
template <class Term>
double laneSum(std::size_t count, const Term& term) {
  double lanes[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) lanes[lane] += static_cast<double>(term(i + lane));
  }
  for (; i < count; ++i) lanes[i % 8] += static_cast<double>(term(i));
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
         ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

// target[i * stride] += term(i); a stride of 0 sums.
template <class T, class Term>
void accumulate(std::size_t count, T* __restrict target, std::ptrdiff_t stride, const Term& term) {
  if (stride == 0) {
    *target += static_cast<T>(laneSum(count, term));
  } else if (stride == 1) {
    for (std::size_t i = 0; i < count; ++i) target[i] += term(i);
  } else {
    for (std::size_t i = 0; i < count; ++i)
      target[static_cast<std::ptrdiff_t>(i) * stride] += term(i);
  }
}

// Calls body(load...) where load(i) reads element i of a source: plainly where all lie without
// gaps, so that the compiler sees it, by strides otherwise.
template <class T, class Body>
void withSource(const T* a, std::ptrdiff_t sa, const Body& body) {
  if (sa == 1) {
    body([=](std::size_t i) { return a[i]; });
  } else {
    body([=](std::size_t i) { return a[static_cast<std::ptrdiff_t>(i) * sa]; });
  }
}

template <class T, class Body>
void withSources(const T* a, std::ptrdiff_t sa, const T* b, std::ptrdiff_t sb, const Body& body) {
  if (sa == 1 && sb == 1) {
    body([=](std::size_t i) { return a[i]; }, [=](std::size_t i) { return b[i]; });
  } else if (sa == 1 && sb == 0) {
    body([=](std::size_t i) { return a[i]; }, [v = *b](std::size_t) { return v; });
  } else if (sa == 0 && sb == 1) {
    body([v = *a](std::size_t) { return v; }, [=](std::size_t i) { return b[i]; });
  } else {
    body([=](std::size_t i) { return a[static_cast<std::ptrdiff_t>(i) * sa]; },
         [=](std::size_t i) { return b[static_cast<std::ptrdiff_t>(i) * sb]; });
  }
}

}  // namespace lineament::autodiff
