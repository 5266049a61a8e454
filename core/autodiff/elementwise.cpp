// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/elementwise.h"

#include <cmath>
#include <numbers>

#include "core/autodiff/loops.h"
#include "core/autodiff/view.h"

namespace lineament::autodiff {

namespace {

// A rule of one operand: value(x), and the derivative from x and y = value(x).
struct Exp {
  static constexpr auto kName = "exp";
  template <class T>
  static T value(T x) {
    return std::exp(x);
  }
  template <class T>
  static T derivative(T, T y) {
    return y;
  }
};
struct Log {
  static constexpr auto kName = "log";
  template <class T>
  static T value(T x) {
    return std::log(x);
  }
  template <class T>
  static T derivative(T x, T) {
    return T{1} / x;
  }
};
struct Sqrt {
  static constexpr auto kName = "sqrt";
  template <class T>
  static T value(T x) {
    return std::sqrt(x);
  }
  template <class T>
  static T derivative(T, T y) {
    return T(0.5) / y;
  }
};
struct Square {
  static constexpr auto kName = "square";
  template <class T>
  static T value(T x) {
    return x * x;
  }
  template <class T>
  static T derivative(T x, T) {
    return T{2} * x;
  }
};
struct Tanh {
  static constexpr auto kName = "tanh";
  template <class T>
  static T value(T x) {
    return std::tanh(x);
  }
  template <class T>
  static T derivative(T, T y) {
    return T{1} - y * y;
  }
};
struct Sigmoid {
  static constexpr auto kName = "sigmoid";
  template <class T>
  static T value(T x) {
    return T{1} / (T{1} + std::exp(-x));
  }
  template <class T>
  static T derivative(T, T y) {
    return y * (T{1} - y);
  }
};
struct Relu {
  static constexpr auto kName = "relu";
  template <class T>
  static T value(T x) {
    return x < T{0} ? T{0} : x;
  }
  template <class T>
  static T derivative(T x, T) {
    return x > T{0} ? T{1} : T{0};
  }
};
struct Gelu {
  static constexpr auto kName = "gelu";
  template <class T>
  static T normal(T x) {
    return T(0.5) * std::erfc(-x * T(1 / std::numbers::sqrt2));
  }
  template <class T>
  static T value(T x) {
    return x * normal(x);
  }
  template <class T>
  static T derivative(T x, T) {
    constexpr double kDensity = std::numbers::inv_sqrtpi / std::numbers::sqrt2;  // at 0
    return normal(x) + x * T(kDensity) * std::exp(T(-0.5) * x * x);
  }
};
struct Silu {
  static constexpr auto kName = "silu";
  template <class T>
  static T value(T x) {
    return x * Sigmoid::value(x);
  }
  template <class T>
  static T derivative(T x, T) {
    const T s = Sigmoid::value(x);
    return s * (T{1} + x * (T{1} - s));
  }
};
struct Softplus {
  static constexpr auto kName = "softplus";
  template <class T>
  static T value(T x) {
    return (x > T{0} ? x : T{0}) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class T>
  static T derivative(T x, T) {
    return Sigmoid::value(x);
  }
};
struct Copy {
  static constexpr auto kName = "copy";
  template <class T>
  static T value(T x) {
    return x;
  }
  template <class T>
  static T derivative(T, T) {
    return T{1};
  }
};
struct Scale {
  static constexpr auto kName = "scale";
  double factor, shift;
  template <class T>
  T value(T x) const {
    return T(factor) * x + T(shift);
  }
  template <class T>
  T derivative(T, T) const {
    return T(factor);
  }
};

// A rule of two operands: value(a, b), and the derivatives by each from a, b and y.
struct Add {
  static constexpr auto kName = "add";
  template <class T>
  static T value(T a, T b) {
    return a + b;
  }
  template <class T>
  static T byFirst(T, T, T) {
    return T{1};
  }
  template <class T>
  static T bySecond(T, T, T) {
    return T{1};
  }
};
struct Subtract {
  static constexpr auto kName = "subtract";
  template <class T>
  static T value(T a, T b) {
    return a - b;
  }
  template <class T>
  static T byFirst(T, T, T) {
    return T{1};
  }
  template <class T>
  static T bySecond(T, T, T) {
    return T{-1};
  }
};
struct Multiply {
  static constexpr auto kName = "multiply";
  template <class T>
  static T value(T a, T b) {
    return a * b;
  }
  template <class T>
  static T byFirst(T, T b, T) {
    return b;
  }
  template <class T>
  static T bySecond(T a, T, T) {
    return a;
  }
};
struct Divide {
  static constexpr auto kName = "divide";
  template <class T>
  static T value(T a, T b) {
    return a / b;
  }
  template <class T>
  static T byFirst(T, T b, T) {
    return T{1} / b;
  }
  template <class T>
  static T bySecond(T, T b, T y) {
    return -y / b;
  }
};

template <class T, class Rule>
class Unary : public Operation<T> {
 public:
  explicit Unary(Rule rule) : rule_(rule) {}
  std::string_view name() const override { return Rule::kName; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    return {{inputs[0].shape}};
  }

  void forward(const Step<T>& step) const override {
    const auto x = step.inputs[0];
    const auto y = step.outputs[0];
    StridedLoop<2>({y.layout, x.layout})
        .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
          T* __restrict out = y.data + at[0];
          withSource(x.data + at[1], by[1], [&](const auto& value) {
            for (std::size_t i = 0; i < count; ++i) out[i] = rule_.value(value(i));
          });
        });
  }

  void backward(const Step<T>& step) const override {
    const auto gradient = step.input_gradients[0];
    const auto x = step.inputs[0];
    const T* y = step.outputs[0].data;
    const T* above = step.output_gradients[0].data;
    StridedLoop<3>({gradient.layout, step.outputs[0].layout, x.layout})
        .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
          // Outputs are contiguous, and so are their gradients: the stride is 1.
          const T* g = above + at[1];
          const T* out = y + at[1];
          withSource(x.data + at[2], by[2], [&](const auto& value) {
            accumulate(count, gradient.data + at[0], by[0],
                       [&](std::size_t i) { return g[i] * rule_.derivative(value(i), out[i]); });
          });
        });
  }

 private:
  Rule rule_;
};

// Both inputs come broadcast to the output's shape.
template <class T, class Rule>
class Binary : public Operation<T> {
 public:
  std::string_view name() const override { return Rule::kName; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    return {{inputs[0].shape}};
  }

  void forward(const Step<T>& step) const override {
    const auto a = step.inputs[0], b = step.inputs[1];
    const auto y = step.outputs[0];
    StridedLoop<3>({y.layout, a.layout, b.layout})
        .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
          T* __restrict out = y.data + at[0];
          withSources(a.data + at[1], by[1], b.data + at[2], by[2],
                      [&](const auto& left, const auto& right) {
                        for (std::size_t i = 0; i < count; ++i) {
                          out[i] = Rule::value(left(i), right(i));
                        }
                      });
        });
  }

  void backward(const Step<T>& step) const override {
    if (step.input_gradients[0]) {
      addGradient(step, step.input_gradients[0],
                  [](T a, T b, T y) { return Rule::byFirst(a, b, y); });
    }
    if (step.input_gradients[1]) {
      addGradient(step, step.input_gradients[1],
                  [](T a, T b, T y) { return Rule::bySecond(a, b, y); });
    }
  }

 private:
  template <class Derivative>
  static void addGradient(const Step<T>& step, TensorRef<T> gradient, Derivative derivative) {
    const auto a = step.inputs[0], b = step.inputs[1];
    const T* y = step.outputs[0].data;
    const T* above = step.output_gradients[0].data;
    StridedLoop<4>({gradient.layout, step.outputs[0].layout, a.layout, b.layout})
        .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
          const T* g = above + at[1];
          const T* out = y + at[1];
          withSources(a.data + at[2], by[2], b.data + at[3], by[3],
                      [&](const auto& left, const auto& right) {
                        accumulate(count, gradient.data + at[0], by[0], [&](std::size_t i) {
                          return g[i] * derivative(left(i), right(i), out[i]);
                        });
                      });
        });
  }
};

template <class Rule, class T>
Value<T> unary(Value<T> x, Rule rule = {}) {
  return recordOne<T>(std::make_unique<Unary<T, Rule>>(rule), x);
}

template <class Rule, class T>
Value<T> binary(Value<T> a, Value<T> b) {
  Shape common;
  if (!broadcastShape(a.shape(), b.shape(), common)) {
    const Layout both[] = {a.tape->layout(a), b.tape->layout(b)};
    shapeError(Rule::kName, both, "sizes have to be equal, or one of them 1");
  }
  return recordOne<T>(std::make_unique<Binary<T, Rule>>(), broadcastTo(a, common),
                      broadcastTo(b, common));
}

}  // namespace

template <class T>
Value<T> operator+(Value<T> a, Value<T> b) {
  return binary<Add>(a, b);
}
template <class T>
Value<T> operator-(Value<T> a, Value<T> b) {
  return binary<Subtract>(a, b);
}
template <class T>
Value<T> operator*(Value<T> a, Value<T> b) {
  return binary<Multiply>(a, b);
}
template <class T>
Value<T> operator/(Value<T> a, Value<T> b) {
  return binary<Divide>(a, b);
}
template <class T>
Value<T> scale(Value<T> x, double factor, double shift) {
  return unary(x, Scale{factor, shift});
}
template <class T>
Value<T> exp(Value<T> x) {
  return unary<Exp>(x);
}
template <class T>
Value<T> log(Value<T> x) {
  return unary<Log>(x);
}
template <class T>
Value<T> sqrt(Value<T> x) {
  return unary<Sqrt>(x);
}
template <class T>
Value<T> square(Value<T> x) {
  return unary<Square>(x);
}
template <class T>
Value<T> tanh(Value<T> x) {
  return unary<Tanh>(x);
}
template <class T>
Value<T> sigmoid(Value<T> x) {
  return unary<Sigmoid>(x);
}
template <class T>
Value<T> relu(Value<T> x) {
  return unary<Relu>(x);
}
template <class T>
Value<T> gelu(Value<T> x) {
  return unary<Gelu>(x);
}
template <class T>
Value<T> silu(Value<T> x) {
  return unary<Silu>(x);
}
template <class T>
Value<T> softplus(Value<T> x) {
  return unary<Softplus>(x);
}
template <class T>
Value<T> contiguous(Value<T> x) {
  return x.tape->layout(x).isContiguous() ? x : unary<Copy>(x);
}

#define LINEAMENT_ELEMENTWISE(T)                     \
  template Value<T> operator+(Value<T>, Value<T>);   \
  template Value<T> operator-(Value<T>, Value<T>);   \
  template Value<T> operator*(Value<T>, Value<T>);   \
  template Value<T> operator/(Value<T>, Value<T>);   \
  template Value<T> scale(Value<T>, double, double); \
  template Value<T> exp(Value<T>);                   \
  template Value<T> log(Value<T>);                   \
  template Value<T> sqrt(Value<T>);                  \
  template Value<T> square(Value<T>);                \
  template Value<T> tanh(Value<T>);                  \
  template Value<T> sigmoid(Value<T>);               \
  template Value<T> relu(Value<T>);                  \
  template Value<T> gelu(Value<T>);                  \
  template Value<T> silu(Value<T>);                  \
  template Value<T> softplus(Value<T>);              \
  template Value<T> contiguous(Value<T>);
LINEAMENT_ELEMENTWISE(float)
LINEAMENT_ELEMENTWISE(double)
#undef LINEAMENT_ELEMENTWISE

}  // namespace lineament::autodiff
