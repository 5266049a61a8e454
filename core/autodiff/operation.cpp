// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/operation.h"

#include <string>

#include "core/base/error.h"

namespace lineament::autodiff {

namespace {

constexpr ErrorText kShapes{"autodiff.shapes", "Record the operation '{operation}'",
                            "it was given the shapes {shapes}; {expected}", "",
                            "Check the sizes of the layers that meet here"};
constexpr ErrorText kIndex{"autodiff.index", "Run the operation '{operation}'",
                           "index {index} is outside 0 to {last}", "position {position}",
                           "Check that the indices count in this table from zero"};
constexpr ErrorText kAxis{"autodiff.axis", "Record the operation '{operation}'",
                          "the tensor of shape {shape} has no axis {axis}", "",
                          "Name an axis between -{rank} and {rank} (exclusive)"};

}  // namespace

void shapeError(std::string_view operation, std::span<const Layout> inputs,
                std::string_view expected) {
  std::string shapes;
  for (const Layout& input : inputs) {
    if (!shapes.empty()) shapes += " and ";
    shapes += text(input.shape);
  }
  throw Error(kShapes, {{"operation", operation}, {"shapes", shapes}, {"expected", expected}});
}

void indexError(std::string_view operation, std::int64_t index, std::size_t position,
                std::size_t limit) {
  throw Error(kIndex, {{"operation", operation},
                       {"index", index},
                       {"last", static_cast<std::int64_t>(limit) - 1},
                       {"position", position}});
}

int axisOf(std::string_view operation, int axis, const Shape& shape) {
  const int counted = axis < 0 ? axis + shape.rank() : axis;
  if (counted >= 0 && counted < shape.rank()) return counted;
  throw Error(
      kAxis,
      {{"operation", operation}, {"axis", axis}, {"shape", text(shape)}, {"rank", shape.rank()}});
}

}  // namespace lineament::autodiff
