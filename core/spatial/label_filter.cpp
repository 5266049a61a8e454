// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/label_filter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kWindow{"filter.window", "Smooth a map in a window of {window} pixels",
                            "its side has to be odd and at least 1", "", "Use 3, 5, 7, ..."};

constexpr std::size_t kRowsOfBlock = 64;

std::int64_t mirrored(std::int64_t i, std::int64_t size) {
  while (i < 0 || i >= size) i = i < 0 ? -i - 1 : 2 * size - 1 - i;
  return i;
}

// How often each label is in a window.
class Histogram {
 public:
  explicit Histogram(std::size_t labels) : labels_(labels) {}

  void add(std::uint8_t label) { ++counts_[label]; }
  void remove(std::uint8_t label) { --counts_[label]; }
  std::uint8_t mode() const {
    std::size_t best = 0;
    for (std::size_t label = 1; label < labels_; ++label) {
      if (counts_[label] > counts_[best]) best = label;
    }
    return static_cast<std::uint8_t>(best);
  }

 private:
  std::array<std::int32_t, 256> counts_{};
  std::size_t labels_;
};

void requireOdd(int window) {
  if (window < 1 || window % 2 == 0) throw Error::usage(kWindow, {{"window", window}});
}

// One past the largest label.
std::size_t labelsIn(const std::vector<std::uint8_t>& labels) {
  std::size_t count = 0;
  for (const std::uint8_t label : labels) {
    if (label != kNoLabel) count = std::max<std::size_t>(count, label + std::size_t{1});
  }
  return count;
}

}  // namespace

std::vector<std::uint8_t> majorityFilterReference(const std::vector<std::uint8_t>& labels,
                                                  std::int64_t columns, std::int64_t rows,
                                                  int window) {
  requireOdd(window);
  std::vector<std::uint8_t> result = labels;
  const std::int64_t half = window / 2;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      std::uint8_t& label = result[static_cast<std::size_t>(row * columns + column)];
      if (label == kNoLabel) continue;
      Histogram histogram(kNoLabel);
      for (std::int64_t i = row - half; i <= row + half; ++i) {
        for (std::int64_t j = column - half; j <= column + half; ++j) {
          histogram.add(
              labels[static_cast<std::size_t>(mirrored(i, rows) * columns + mirrored(j, columns))]);
        }
      }
      label = histogram.mode();
    }
  }
  return result;
}

std::vector<std::uint8_t> majorityFilter(const std::vector<std::uint8_t>& labels,
                                         std::int64_t columns, std::int64_t rows, int window,
                                         const Context& context) {
  requireOdd(window);
  std::vector<std::uint8_t> result = labels;
  const std::int64_t half = window / 2;
  const std::size_t count = labelsIn(labels);
  forBlocks(static_cast<std::size_t>(rows), kRowsOfBlock, context,
            [&](std::size_t begin, std::size_t end) {
              std::vector<const std::uint8_t*> lines(static_cast<std::size_t>(window));
              for (auto row = static_cast<std::int64_t>(begin);
                   row < static_cast<std::int64_t>(end); ++row) {
                for (std::int64_t i = 0; i < window; ++i) {
                  lines[static_cast<std::size_t>(i)] =
                      labels.data() + mirrored(row - half + i, rows) * columns;
                }
                Histogram histogram(count);
                for (std::int64_t j = -half; j < half; ++j) {
                  for (const std::uint8_t* line : lines) histogram.add(line[mirrored(j, columns)]);
                }
                std::uint8_t* to = result.data() + row * columns;
                for (std::int64_t column = 0; column < columns; ++column) {
                  const std::int64_t entering = mirrored(column + half, columns);
                  const std::int64_t leaving = mirrored(column - half, columns);
                  for (const std::uint8_t* line : lines) histogram.add(line[entering]);
                  if (to[column] != kNoLabel) to[column] = histogram.mode();
                  for (const std::uint8_t* line : lines) histogram.remove(line[leaving]);
                }
              }
            });
  return result;
}

namespace {

// The patches of a map: pixels of one label, connected by their sides.
class Patches {
  using Patch = std::uint32_t;  // half the memory of a size, and more pixels than a map has

 public:
  Patches(const std::vector<std::uint8_t>& labels, std::int64_t columns, std::int64_t rows)
      : labels_(labels), columns_(columns), rows_(rows), parent_(labels.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    forSides([&](std::size_t pixel, std::size_t other) {
      if (labels_[pixel] == labels_[other]) join(pixel, other);
    });
    size_.resize(labels.size());
    for (std::size_t i = 0; i < parent_.size(); ++i) {
      parent_[i] = rootOf(static_cast<Patch>(i));
      ++size_[parent_[i]];
    }
  }

  // Gives each patch of under `least` pixels the label of the largest neighbour that stands above
  // it; whether any changed.
  bool absorb(std::int64_t least, std::vector<std::uint8_t>& to) const {
    constexpr Patch kNone = std::numeric_limits<Patch>::max();
    std::vector<Patch> host(labels_.size(), kNone);
    const auto consider = [&](Patch patch, Patch neighbour) {
      if (size_[patch] >= least || !above(neighbour, patch)) return;
      if (host[patch] == kNone || size_[neighbour] > size_[host[patch]]) host[patch] = neighbour;
    };
    forSides([&](std::size_t pixel, std::size_t other) {
      if (parent_[pixel] == parent_[other] || labels_[pixel] == kNoLabel ||
          labels_[other] == kNoLabel) {
        return;
      }
      consider(parent_[pixel], parent_[other]);
      consider(parent_[other], parent_[pixel]);
    });
    bool changed = false;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const Patch taken = host[parent_[i]];
      if (taken == kNone) continue;
      to[i] = labels_[taken];
      changed = true;
    }
    return changed;
  }

 private:
  // A strict order, so that two small neighbours do not take each other's label.
  bool above(Patch a, Patch b) const { return size_[a] != size_[b] ? size_[a] > size_[b] : a < b; }

  template <class Visit>
  void forSides(const Visit& visit) const {
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t column = 0; column < columns_; ++column) {
        const auto pixel = static_cast<std::size_t>(row * columns_ + column);
        if (column > 0) visit(pixel, pixel - 1);
        if (row > 0) visit(pixel, pixel - static_cast<std::size_t>(columns_));
      }
    }
  }

  Patch rootOf(Patch pixel) {
    while (parent_[pixel] != pixel) {
      parent_[pixel] = parent_[parent_[pixel]];
      pixel = parent_[pixel];
    }
    return pixel;
  }
  void join(std::size_t pixel, std::size_t other) {
    const Patch a = rootOf(static_cast<Patch>(pixel)), b = rootOf(static_cast<Patch>(other));
    parent_[std::max(a, b)] = std::min(a, b);
  }

  const std::vector<std::uint8_t>& labels_;
  std::int64_t columns_, rows_;
  std::vector<Patch> parent_;  // of a patch: its first pixel
  std::vector<Patch> size_;
};

}  // namespace

std::vector<std::uint8_t> sieve(std::vector<std::uint8_t> labels, std::int64_t columns,
                                std::int64_t rows, std::int64_t least, const Context& context) {
  for (bool changed = true; changed;) {
    context.checkpoint(0, "Joining small patches");
    const std::vector<std::uint8_t> before = labels;
    changed = Patches(before, columns, rows).absorb(least, labels);
  }
  return labels;
}

}  // namespace lineament::spatial
