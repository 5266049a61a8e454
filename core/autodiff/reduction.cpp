// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/reduction.h"

#include <algorithm>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"
#include "core/autodiff/view.h"

namespace lineament::autodiff {

namespace {

// Sums into an output whose reduced dimensions have size 1: seen broadcast to the input's shape,
// it is the target of a loop that collects.
template <class T>
class Sum : public Operation<T> {
 public:
  explicit Sum(Shape reduced) : reduced_(reduced) {}
  std::string_view name() const override { return "sum"; }

  typename Operation<T>::Plan plan(std::span<const Layout>) const override { return {{reduced_}}; }

  void forward(const Step<T>& step) const override {
    const auto x = step.inputs[0];
    const auto y = step.outputs[0];
    std::fill_n(y.data, y.shape().elements(), T{0});
    const Layout wide = broadcast(*y.layout, x.shape());
    StridedLoop<2>({&wide, x.layout})
        .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
          withSource(x.data + at[1], by[1],
                     [&](const auto& value) { accumulate(count, y.data + at[0], by[0], value); });
        });
  }

  void backward(const Step<T>& step) const override {
    const auto gradient = step.input_gradients[0];
    const auto above = step.output_gradients[0];
    const Layout wide = broadcast(*above.layout, gradient.shape());
    StridedLoop<2>({gradient.layout, &wide})
        .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
          withSource(above.data + at[1], by[1], [&](const auto& value) {
            accumulate(count, gradient.data + at[0], by[0], value);
          });
        });
  }

 private:
  Shape reduced_;
};

// The workspace keeps where the largest element of each place lies along the axis.
template <class T>
class Max : public Operation<T> {
 public:
  explicit Max(int axis) : axis_(axis) {}
  std::string_view name() const override { return "max"; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    Shape reduced = inputs[0].shape;
    if (reduced[axis_] == 0) shapeError(name(), inputs, "the axis must not be empty");
    reduced[axis_] = 1;
    return {{reduced}, reduced.elements()};
  }

  void forward(const Step<T>& step) const override {
    const auto x = step.inputs[0];
    const std::size_t length = x.shape()[axis_];
    const std::ptrdiff_t stride = x.layout->stride(axis_);
    run(step, *x.layout, [&](std::ptrdiff_t out, std::ptrdiff_t in) {
      const T* line = x.data + in;
      std::size_t best = 0;
      for (std::size_t i = 1; i < length; ++i) {
        const T value = line[static_cast<std::ptrdiff_t>(i) * stride];
        // A NaN wins, so that it is seen.
        if (value > line[static_cast<std::ptrdiff_t>(best) * stride] || value != value) best = i;
      }
      step.outputs[0].data[out] = line[static_cast<std::ptrdiff_t>(best) * stride];
      step.workspace[static_cast<std::size_t>(out)] = T(best);
    });
  }

  void backward(const Step<T>& step) const override {
    const auto gradient = step.input_gradients[0];
    const std::ptrdiff_t stride = gradient.layout->stride(axis_);
    // Places may share an element of a broadcast input: one after the other.
    run(step, *gradient.layout, [&](std::ptrdiff_t out, std::ptrdiff_t in) {
      const auto best = static_cast<std::ptrdiff_t>(step.workspace[static_cast<std::size_t>(out)]);
      gradient.data[in + best * stride] += step.output_gradients[0].data[out];
    });
  }

 private:
  template <class Place>
  void run(const Step<T>& step, Layout along, const Place& place) const {
    along.shape[axis_] = 1;
    Odometer<2> places;
    const Layout& out = *step.outputs[0].layout;
    for (int axis = 0; axis < along.shape.rank(); ++axis) {
      places.add({along.shape[axis], {out.stride(axis), along.stride(axis)}});
    }
    places.seek(0);
    for (std::size_t i = 0; i < places.count; ++i, places.next()) {
      place(places.offsets[0], places.offsets[1]);
    }
  }

  int axis_;
};

struct Reduced {
  Shape kept;     // reduced sizes 1
  Shape dropped;  // reduced sizes left out
  std::size_t count = 1;
};

Reduced reducedShape(std::string_view name, const Shape& shape, std::initializer_list<int> axes) {
  unsigned chosen = axes.size() == 0 ? ~0u : 0u;
  for (const int axis : axes) chosen |= 1u << axisOf(name, axis, shape);
  Reduced reduced{shape, {}, 1};
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (chosen >> axis & 1u) {
      reduced.count *= shape[axis];
      reduced.kept[axis] = 1;
    } else {
      reduced.dropped.append(shape[axis]);
    }
  }
  return reduced;
}

}  // namespace

template <class T>
Value<T> sum(Value<T> x, std::initializer_list<int> axes, Keep keep) {
  const Reduced reduced = reducedShape("sum", x.shape(), axes);
  const Value<T> total = recordOne<T>(std::make_unique<Sum<T>>(reduced.kept), x);
  return keep == Keep::yes ? total : reshape(total, reduced.dropped);
}

template <class T>
Value<T> mean(Value<T> x, std::initializer_list<int> axes, Keep keep) {
  const Reduced reduced = reducedShape("mean", x.shape(), axes);
  const double count = static_cast<double>(std::max<std::size_t>(1, reduced.count));
  return scale(sum(x, axes, keep), 1 / count);
}

template <class T>
Value<T> max(Value<T> x, int axis, Keep keep) {
  axis = axisOf("max", axis, x.shape());
  Shape dropped = x.shape();
  dropped.remove(axis);
  const Value<T> largest = recordOne<T>(std::make_unique<Max<T>>(axis), x);
  return keep == Keep::yes ? largest : reshape(largest, dropped);
}

#define LINEAMENT_REDUCTION(T)                                        \
  template Value<T> sum(Value<T>, std::initializer_list<int>, Keep);  \
  template Value<T> mean(Value<T>, std::initializer_list<int>, Keep); \
  template Value<T> max(Value<T>, int, Keep);
LINEAMENT_REDUCTION(float)
LINEAMENT_REDUCTION(double)
#undef LINEAMENT_REDUCTION

}  // namespace lineament::autodiff
