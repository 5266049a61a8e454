// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/selection.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lineament {

Selection::Selection(std::string origin, std::vector<std::size_t> indices)
    : origin_(std::move(origin)), indices_(std::move(indices)) {
  std::sort(indices_.begin(), indices_.end());
  indices_.erase(std::unique(indices_.begin(), indices_.end()), indices_.end());
}

bool Selection::contains(std::size_t index) const {
  return std::binary_search(indices_.begin(), indices_.end(), index);
}

Selection Selection::added(const Selection& other) const {
  std::vector<std::size_t> both;
  std::set_union(indices_.begin(), indices_.end(), other.indices_.begin(), other.indices_.end(),
                 std::back_inserter(both));
  return Selection(origin_, std::move(both));
}

Selection Selection::toggled(const Selection& other) const {
  std::vector<std::size_t> either;
  std::set_symmetric_difference(indices_.begin(), indices_.end(), other.indices_.begin(),
                                other.indices_.end(), std::back_inserter(either));
  return Selection(origin_, std::move(either));
}

}  // namespace lineament
