// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "views/attention/matrix_image.h"

namespace lineament::views {

// Small pictures of all heads of a stack, layer by layer. Of each layer, its heads and then two
// more: the mean of the heads (of its blocks' means), and of each block the strongest of any head.
struct HeadThumbnails {
  std::size_t layers = 0, heads = 0;
  // layers x (heads + 2); null until they are made; peaks of rows of blocks, not of queries.
  std::vector<PlanePtr> planes;
  double largest = 0;  // magnitude in any
  bool has_negative = false;

  std::size_t columns() const { return heads + 2; }
  const PlanePtr& plane(std::size_t layer, std::size_t column) const {
    return planes[layer * columns() + column];
  }
  std::size_t made() const;   // heads, in any way
  std::size_t exact() const;  // heads of which every weight has been read
  bool complete() const { return exact() == layers * heads; }
  std::size_t bytes() const;
  // The largest magnitude in a head's picture, or in those of all heads of a layer.
  double largestOf(std::size_t layer, std::optional<std::size_t> column) const;
};

// Makes thumbnails on other threads while a view takes what is there.
class ThumbnailMaker {
 public:
  using Stack = std::shared_ptr<const AttentionStack>;
  ThumbnailMaker(Stack stack, HiddenKeys hidden);

  // All heads, from few of their queries first, then, where `exactly`, from all; what has been made
  // before is kept. May be begun anew while a call that is cancelled comes to its end. Throws
  // Cancelled.
  void make(bool exactly, const Context& context);
  std::shared_ptr<const HeadThumbnails> now() const;

 private:
  void makeHead(std::size_t layer, std::size_t head, bool sampled, const Context& context);
  void finishLayer(std::size_t layer);

  Stack stack_;
  HiddenKeys hidden_;
  std::size_t side_;  // blocks along a side at most
  mutable std::mutex mutex_;
  HeadThumbnails made_;
};

}  // namespace lineament::views
