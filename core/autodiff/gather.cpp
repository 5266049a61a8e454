// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/gather.h"

#include <algorithm>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"

namespace lineament::autodiff {

namespace {

constexpr std::size_t kColumnBlock = 64;

template <class T>
class GatherRows : public Operation<T> {
 public:
  explicit GatherRows(std::size_t count) : count_(count) {}
  std::string_view name() const override { return "gather_rows"; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    Shape shape = inputs[0].shape;
    if (shape.rank() == 0) shapeError(name(), inputs, "a table has at least one dimension");
    shape[0] = count_;
    return {{shape}};
  }

  void forward(const Step<T>& step) const override {
    const std::size_t rows = step.inputs[0].shape()[0];
    const std::size_t width = widthOf(step);
    for (std::size_t i = 0; i < count_; ++i) {
      const std::int32_t row = step.indices[i];
      if (row < 0 || static_cast<std::size_t>(row) >= rows) indexError(name(), row, i, rows);
    }
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const T* row = step.inputs[0].data + static_cast<std::size_t>(step.indices[i]) * width;
        std::copy_n(row, width, step.outputs[0].data + i * width);
      }
    };
    const std::size_t block =
        std::max<std::size_t>(1, kLoopBlock / std::max<std::size_t>(1, width));
    forBlocks(count_, block, *step.context, std::cref(work));
  }

  // A row may be asked for several times: tasks share out the columns, never the rows, so that the
  // sums have one order.
  void backward(const Step<T>& step) const override {
    const std::size_t width = widthOf(step);
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = 0; i < count_; ++i) {
        const T* above = step.output_gradients[0].data + i * width;
        T* __restrict gradient =
            step.input_gradients[0].data + static_cast<std::size_t>(step.indices[i]) * width;
        for (std::size_t j = begin; j < end; ++j) gradient[j] += above[j];
      }
    };
    const std::size_t worth = kLoopBlock / std::max<std::size_t>(1, count_);
    forBlocks(width, std::max(kColumnBlock, worth), *step.context, std::cref(work));
  }

 private:
  std::size_t widthOf(const Step<T>& step) const {
    return count_ == 0 ? 0 : step.outputs[0].shape().elements() / count_;
  }

  std::size_t count_;
};

}  // namespace

template <class T>
Value<T> gatherRows(Value<T> table, Indices rows) {
  const Value<T> inputs[] = {contiguous(table)};
  return table.tape->record(std::make_unique<GatherRows<T>>(rows.count), inputs, rows).front();
}

template Value<float> gatherRows(Value<float>, Indices);
template Value<double> gatherRows(Value<double>, Indices);

}  // namespace lineament::autodiff
