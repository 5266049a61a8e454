// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/loss.h"

#include <algorithm>
#include <cmath>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"
#include "core/autodiff/reduction.h"

namespace lineament::autodiff {

namespace {

// Inputs: logits, contiguous. The workspace keeps the softmax, then a loss per row.
template <class T>
class CrossEntropy : public Operation<T> {
 public:
  explicit CrossEntropy(std::size_t targets) : targets_(targets) {}
  std::string_view name() const override { return "cross_entropy"; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    const Shape& shape = inputs[0].shape;
    if (shape.rank() < 2 || shape.back() == 0 || shape.elements() / shape.back() != targets_) {
      shapeError(name(), inputs, "expected one target per row of logits");
    }
    return {{Shape{}}, shape.elements() + targets_};
  }

  void forward(const Step<T>& step) const override {
    const std::size_t classes = step.inputs[0].shape().back();
    T* losses = step.workspace.data() + targets_ * classes;
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        losses[row] = rowLoss(step, row, classes);
      }
    };
    forBlocks(targets_, blockOf(classes), *step.context, std::cref(work));
    const double total = laneSum(targets_, [&](std::size_t row) { return losses[row]; });
    const std::size_t counted = countedRows(step);
    *step.outputs[0].data = counted == 0 ? T{0} : T(total / static_cast<double>(counted));
  }

  void backward(const Step<T>& step) const override {
    const std::size_t classes = step.inputs[0].shape().back();
    const std::size_t counted = countedRows(step);
    if (counted == 0) return;
    const T factor = *step.output_gradients[0].data / T(counted);
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        if (step.indices[row] < 0) continue;
        T* gradient = step.input_gradients[0].data + row * classes;
        const T* softmax = step.workspace.data() + row * classes;
        for (std::size_t k = 0; k < classes; ++k) gradient[k] += factor * softmax[k];
        gradient[step.indices[row]] -= factor;
      }
    };
    forBlocks(targets_, blockOf(classes), *step.context, std::cref(work));
  }

 private:
  static std::size_t blockOf(std::size_t classes) {
    return std::max<std::size_t>(1, kLoopBlock / 4 / classes);
  }

  static std::size_t countedRows(const Step<T>& step) {
    return static_cast<std::size_t>(std::count_if(step.indices.begin(), step.indices.end(),
                                                  [](std::int32_t t) { return t >= 0; }));
  }

  T rowLoss(const Step<T>& step, std::size_t row, std::size_t classes) const {
    const T* x = step.inputs[0].data + row * classes;
    T* softmax = step.workspace.data() + row * classes;
    const std::int32_t target = step.indices[row];
    if (target >= 0 && static_cast<std::size_t>(target) >= classes) {
      indexError(name(), target, row, classes);
    }
    const T highest = *std::max_element(x, x + classes);
    for (std::size_t k = 0; k < classes; ++k) softmax[k] = std::exp(x[k] - highest);
    const double sum = laneSum(classes, [&](std::size_t k) { return softmax[k]; });
    for (std::size_t k = 0; k < classes; ++k) softmax[k] = T(softmax[k] / sum);
    return target < 0 ? T{0} : T(std::log(sum)) + highest - x[target];
  }

  std::size_t targets_;
};

}  // namespace

template <class T>
Value<T> meanSquaredError(Value<T> prediction, Value<T> target) {
  if (!(prediction.shape() == target.shape())) {
    const Layout both[] = {prediction.tape->layout(prediction), target.tape->layout(target)};
    shapeError("mean_squared_error", both, "both have to have one shape");
  }
  return mean(square(prediction - target));
}

template <class T>
Value<T> crossEntropy(Value<T> logits, Indices targets) {
  const Value<T> inputs[] = {contiguous(logits)};
  return logits.tape->record(std::make_unique<CrossEntropy<T>>(targets.count), inputs, targets)
      .front();
}

#define LINEAMENT_LOSS(T)                                 \
  template Value<T> meanSquaredError(Value<T>, Value<T>); \
  template Value<T> crossEntropy(Value<T>, Indices);
LINEAMENT_LOSS(float)
LINEAMENT_LOSS(double)
#undef LINEAMENT_LOSS

}  // namespace lineament::autodiff
