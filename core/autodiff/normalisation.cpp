// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/normalisation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"
#include "core/autodiff/view.h"

namespace lineament::autodiff {

namespace {

// A rule for one row of n elements. forward writes y and gives a number to keep; backward adds to
// the row's gradient from y, the gradient above and that number.

template <class T>
T highest(const T* x, std::size_t n) {
  T largest = x[0];
  for (std::size_t i = 1; i < n; ++i) largest = x[i] > largest ? x[i] : largest;
  // A row that is masked everywhere must not become infinity minus infinity.
  return largest == -std::numeric_limits<T>::infinity() ? T{0} : largest;
}

template <class T>
T dot(const T* a, const T* b, std::size_t n) {
  return T(laneSum(n, [&](std::size_t i) { return a[i] * b[i]; }));
}

struct Softmax {
  static constexpr auto kName = "softmax";
  template <class T>
  T forward(const T* x, T* y, std::size_t n) const {
    const T largest = highest(x, n);
    for (std::size_t i = 0; i < n; ++i) y[i] = std::exp(x[i] - largest);
    const double sum = laneSum(n, [&](std::size_t i) { return y[i]; });
    const T factor = sum == 0 ? T{0} : T(1 / sum);
    for (std::size_t i = 0; i < n; ++i) y[i] *= factor;
    return T{0};
  }
  template <class T>
  void backward(const T* y, const T* above, T* __restrict gradient, std::size_t n, T) const {
    const T common = dot(y, above, n);
    for (std::size_t i = 0; i < n; ++i) gradient[i] += y[i] * (above[i] - common);
  }
};

struct LogSoftmax {
  static constexpr auto kName = "log_softmax";
  template <class T>
  T forward(const T* x, T* y, std::size_t n) const {
    const T largest = highest(x, n);
    const double sum = laneSum(n, [&](std::size_t i) { return std::exp(x[i] - largest); });
    const T shift = largest + T(std::log(sum));
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i] - shift;
    return T{0};
  }
  template <class T>
  void backward(const T* y, const T* above, T* __restrict gradient, std::size_t n, T) const {
    const T total = T(laneSum(n, [&](std::size_t i) { return above[i]; }));
    for (std::size_t i = 0; i < n; ++i) gradient[i] += above[i] - std::exp(y[i]) * total;
  }
};

// With r = 1 / sqrt(variance + epsilon): dx = r (dy - mean(dy) - y mean(dy y)).
struct Standardise {
  static constexpr auto kName = "layer_norm";
  double epsilon;
  template <class T>
  T forward(const T* x, T* y, std::size_t n) const {
    const double count = static_cast<double>(n);
    const double mean = laneSum(n, [&](std::size_t i) { return x[i]; }) / count;
    const double squares = laneSum(n, [&](std::size_t i) {
      const double difference = static_cast<double>(x[i]) - mean;
      return difference * difference;
    });
    const T inverse = T(1 / std::sqrt(squares / count + epsilon));
    for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - T(mean)) * inverse;
    return inverse;
  }
  template <class T>
  void backward(const T* y, const T* above, T* __restrict gradient, std::size_t n,
                T inverse) const {
    const T mean = T(laneSum(n, [&](std::size_t i) { return above[i]; })) / T(n);
    const T along = dot(y, above, n) / T(n);
    for (std::size_t i = 0; i < n; ++i) gradient[i] += inverse * (above[i] - mean - y[i] * along);
  }
};

// With r = 1 / sqrt(mean(x^2) + epsilon): dx = r (dy - y mean(dy y)).
struct RootMeanSquare {
  static constexpr auto kName = "rms_norm";
  double epsilon;
  template <class T>
  T forward(const T* x, T* y, std::size_t n) const {
    const double squares = laneSum(
        n, [&](std::size_t i) { return static_cast<double>(x[i]) * static_cast<double>(x[i]); });
    const T inverse = T(1 / std::sqrt(squares / static_cast<double>(n) + epsilon));
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i] * inverse;
    return inverse;
  }
  template <class T>
  void backward(const T* y, const T* above, T* __restrict gradient, std::size_t n,
                T inverse) const {
    const T along = dot(y, above, n) / T(n);
    for (std::size_t i = 0; i < n; ++i) gradient[i] += inverse * (above[i] - y[i] * along);
  }
};

// Applies a rule to each row of a contiguous tensor, a row being its last dimension.
template <class T, class Rule>
class RowOperation : public Operation<T> {
 public:
  explicit RowOperation(Rule rule) : rule_(rule) {}
  std::string_view name() const override { return Rule::kName; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    const Shape& shape = inputs[0].shape;
    if (shape.rank() == 0 || shape.back() == 0) {
      shapeError(name(), inputs, "the last dimension must not be empty");
    }
    return {{shape}, shape.elements() / shape.back()};
  }

  void forward(const Step<T>& step) const override {
    forRows(step, [&](std::size_t row, std::size_t n) {
      step.workspace[row] =
          rule_.forward(step.inputs[0].data + row * n, step.outputs[0].data + row * n, n);
    });
  }

  void backward(const Step<T>& step) const override {
    forRows(step, [&](std::size_t row, std::size_t n) {
      rule_.backward(step.outputs[0].data + row * n, step.output_gradients[0].data + row * n,
                     step.input_gradients[0].data + row * n, n, step.workspace[row]);
    });
  }

 private:
  template <class Work>
  static void forRows(const Step<T>& step, const Work& each) {
    const std::size_t n = step.outputs[0].shape().back();
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) each(row, n);
    };
    // Rows cost an exponential or several passes per element.
    const std::size_t block = std::max<std::size_t>(1, kLoopBlock / 4 / n);
    forBlocks(step.workspace.size(), block, *step.context, std::cref(work));
  }

  Rule rule_;
};

template <class Rule, class T>
Value<T> alongLast(Value<T> x, Rule rule) {
  return recordOne<T>(std::make_unique<RowOperation<T, Rule>>(rule), contiguous(x));
}

template <class Rule, class T>
Value<T> along(Value<T> x, int axis) {
  axis = axisOf(Rule::kName, axis, x.shape());
  if (axis == x.shape().rank() - 1) return alongLast(x, Rule{});
  return transpose(alongLast(transpose(x, axis, -1), Rule{}), axis, -1);
}

template <class T>
void checkTerm(std::string_view name, Value<T> x, Value<T> term, std::size_t size) {
  if (term.shape() == Shape{size}) return;
  const Layout both[] = {x.tape->layout(x), term.tape->layout(term)};
  shapeError(name, both, "the second has to have one number per channel");
}

}  // namespace

template <class T>
Value<T> softmax(Value<T> x, int axis) {
  return along<Softmax>(x, axis);
}

template <class T>
Value<T> logSoftmax(Value<T> x, int axis) {
  return along<LogSoftmax>(x, axis);
}

template <class T>
Value<T> layerNorm(Value<T> x, Value<T> weight, Value<T> bias, double epsilon) {
  checkTerm("layer_norm", x, weight, x.shape().back());
  checkTerm("layer_norm", x, bias, x.shape().back());
  return alongLast(x, Standardise{epsilon}) * weight + bias;
}

template <class T>
Value<T> rmsNorm(Value<T> x, Value<T> weight, double epsilon) {
  checkTerm("rms_norm", x, weight, x.shape().back());
  return alongLast(x, RootMeanSquare{epsilon}) * weight;
}

template <class T>
Value<T> batchNorm(Value<T> x, const BatchNormTerms<T>& terms, int axis, double epsilon) {
  axis = axisOf("batch_norm", axis, x.shape());
  Shape channels;
  for (int i = axis; i < x.shape().rank(); ++i) channels.append(i == axis ? x.shape()[axis] : 1);
  const auto term = [&](Value<T> value) {
    checkTerm("batch_norm", x, value, x.shape()[axis]);
    return reshape(value, channels);
  };
  const Value<T> factor = term(terms.weight) / sqrt(scale(term(terms.variance), 1, epsilon));
  return (x - term(terms.mean)) * factor + term(terms.bias);
}

#define LINEAMENT_NORMALISATION(T)                                   \
  template Value<T> softmax(Value<T>, int);                          \
  template Value<T> logSoftmax(Value<T>, int);                       \
  template Value<T> layerNorm(Value<T>, Value<T>, Value<T>, double); \
  template Value<T> rmsNorm(Value<T>, Value<T>, double);             \
  template Value<T> batchNorm(Value<T>, const BatchNormTerms<T>&, int, double);
LINEAMENT_NORMALISATION(float)
LINEAMENT_NORMALISATION(double)
#undef LINEAMENT_NORMALISATION

}  // namespace lineament::autodiff
