// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/dropout.h"

#include <algorithm>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"
#include "core/base/error.h"

namespace lineament::autodiff {

namespace {

constexpr ErrorText kProbability{"autodiff.probability", "Record the operation 'dropout'",
                                 "its probability is {p}", "",
                                 "Choose a probability from 0 to below 1"};

// The workspace keeps each element's factor.
template <class T>
class Dropout : public Operation<T> {
 public:
  explicit Dropout(double p) : p_(p) {}
  std::string_view name() const override { return "dropout"; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    return {{inputs[0].shape}, inputs[0].shape.elements()};
  }

  void forward(const Step<T>& step) const override {
    const auto work = [&](std::size_t begin, std::size_t end) {
      T* factor = step.workspace.data();
      if (step.training) {
        // A stream per block: the same mask however the blocks are shared out.
        Random random = step.random->split(begin / kLoopBlock);
        const T kept = T(1 / (1 - p_));
        for (std::size_t i = begin; i < end; ++i) factor[i] = random.uniform() < p_ ? T{0} : kept;
      } else {
        std::fill(factor + begin, factor + end, T{1});
      }
      const T* x = step.inputs[0].data;
      T* __restrict y = step.outputs[0].data;
      for (std::size_t i = begin; i < end; ++i) y[i] = factor[i] * x[i];
    };
    forBlocks(step.workspace.size(), kLoopBlock, *step.context, std::cref(work));
  }

  void backward(const Step<T>& step) const override {
    const auto work = [&](std::size_t begin, std::size_t end) {
      const T* factor = step.workspace.data();
      const T* above = step.output_gradients[0].data;
      T* __restrict gradient = step.input_gradients[0].data;
      for (std::size_t i = begin; i < end; ++i) gradient[i] += factor[i] * above[i];
    };
    forBlocks(step.workspace.size(), kLoopBlock, *step.context, std::cref(work));
  }

 private:
  double p_;
};

}  // namespace

template <class T>
Value<T> dropout(Value<T> x, double p) {
  if (!(p >= 0 && p < 1)) throw Error(kProbability, {{"p", p}});
  return recordOne<T>(std::make_unique<Dropout<T>>(p), contiguous(x));
}

template Value<float> dropout(Value<float>, double);
template Value<double> dropout(Value<double>, double);

}  // namespace lineament::autodiff
