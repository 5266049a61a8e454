// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/autodiff/shape.h"
#include "core/base/context.h"
#include "core/base/random.h"

namespace lineament::autodiff {

// A tensor as an operation sees it: `data` is its first element, the layout's strides lead to the
// others (its offset is counted in already). Without data when nobody asked for it.
template <class T>
struct TensorRef {
  T* data = nullptr;
  const Layout* layout = nullptr;

  explicit operator bool() const { return data != nullptr; }
  const Shape& shape() const { return layout->shape; }
};

// What an operation is given when the tape runs it. Outputs are contiguous; inputs have the strides
// they were recorded with. An input's gradient has the layout of the input and is added to, never
// set: two inputs may lie in one storage, and broadcast dimensions (stride 0) collect their sum.
template <class T>
struct Step {
  std::span<const TensorRef<const T>> inputs;
  std::span<const TensorRef<T>> outputs;
  std::span<const TensorRef<T>> input_gradients;         // no data: not wanted
  std::span<const TensorRef<const T>> output_gradients;  // backward only
  std::span<T> workspace;                                // kept from forward to backward
  std::span<const std::int32_t> indices;                 // empty unless recorded with some
  bool training = false;
  const Random* random = nullptr;  // this operation's own stream for this step
  const Context* context = nullptr;
};

// One kind of node on the tape: shape check, forward and backward in one place. Derive from it to
// add an operation, and give it a function that records it; nothing else has to know.
template <class T>
class Operation {
 public:
  struct Plan {
    std::vector<Shape> outputs;
    std::size_t workspace = 0;  // elements
  };

  virtual ~Operation() = default;
  virtual std::string_view name() const = 0;

  // Checks the inputs (throwing through shapeError) and says what comes out of them.
  virtual Plan plan(std::span<const Layout> inputs) const = 0;

  // Neither may allocate: the same plan runs again and again.
  virtual void forward(const Step<T>& step) const = 0;
  virtual void backward(const Step<T>& step) const = 0;
};

// Throws Error "autodiff.shapes" naming the operation, the inputs' shapes and what was `expected`
// ("the inner sizes have to agree").
[[noreturn]] void shapeError(std::string_view operation, std::span<const Layout> inputs,
                             std::string_view expected);

// Throws Error "autodiff.index" for an index outside [0, limit).
[[noreturn]] void indexError(std::string_view operation, std::int64_t index, std::size_t position,
                             std::size_t limit);

// `axis` counted from the front; a negative one counts from the back. Error "autodiff.axis".
int axisOf(std::string_view operation, int axis, const Shape& shape);

}  // namespace lineament::autodiff
