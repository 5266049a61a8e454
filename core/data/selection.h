// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lineament {

// Which things of a common origin a person has chosen: rows of a table, points of a cloud, tokens
// of a text. Views of the same origin share one. `origin` names what the indices count in (a
// source's or a result's id in the project); indices are ascending and unique.
class Selection {
 public:
  Selection() = default;
  Selection(std::string origin, std::vector<std::size_t> indices);

  const std::string& origin() const { return origin_; }
  const std::vector<std::size_t>& indices() const { return indices_; }
  bool empty() const { return indices_.empty(); }
  std::size_t size() const { return indices_.size(); }
  bool contains(std::size_t index) const;

  // Of one origin; the result keeps it.
  Selection added(const Selection& other) const;    // Shift
  Selection toggled(const Selection& other) const;  // Ctrl

  bool operator==(const Selection& other) const = default;

 private:
  std::string origin_;
  std::vector<std::size_t> indices_;
};

}  // namespace lineament
