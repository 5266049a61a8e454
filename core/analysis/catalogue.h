// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/analysis/analysis.h"

namespace lineament {

// All analyses of the program, in the order they are listed.
class Catalogue {
 public:
  void add(std::unique_ptr<Analysis> analysis);
  const std::vector<std::unique_ptr<Analysis>>& analyses() const { return analyses_; }

  // Null when there is none of that id.
  const Analysis* find(std::string_view id) const;
  // Throws Error (usage) with the nearest ids.
  const Analysis& require(std::string_view id) const;

 private:
  std::vector<std::unique_ptr<Analysis>> analyses_;
};

}  // namespace lineament
