// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/view.h"

#include <utility>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"

namespace lineament::autodiff {

namespace {

template <class T>
class Concatenate : public Operation<T> {
 public:
  explicit Concatenate(int axis) : axis_(axis) {}
  std::string_view name() const override { return "concatenate"; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    Shape joined = inputs[0].shape;
    joined[axis_] = 0;
    for (const Layout& input : inputs) {
      if (input.shape.rank() != joined.rank()) mismatch(inputs);
      for (int axis = 0; axis < joined.rank(); ++axis) {
        if (axis != axis_ && input.shape[axis] != joined[axis]) mismatch(inputs);
      }
      joined[axis_] += input.shape[axis_];
    }
    return {{joined}};
  }

  void forward(const Step<T>& step) const override {
    forParts(step, [&](std::size_t part, const Layout& place, std::ptrdiff_t start) {
      const auto x = step.inputs[part];
      StridedLoop<2>({&place, x.layout})
          .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
            T* out = step.outputs[0].data + start + at[0];
            withSource(x.data + at[1], by[1], [&](const auto& value) {
              for (std::size_t i = 0; i < count; ++i) {
                out[static_cast<std::ptrdiff_t>(i) * by[0]] = value(i);
              }
            });
          });
    });
  }

  void backward(const Step<T>& step) const override {
    forParts(step, [&](std::size_t part, const Layout& place, std::ptrdiff_t start) {
      const auto gradient = step.input_gradients[part];
      if (!gradient) return;
      StridedLoop<2>({gradient.layout, &place})
          .run(*step.context, [&](std::size_t count, const auto& at, const auto& by) {
            withSource(
                step.output_gradients[0].data + start + at[1], by[1],
                [&](const auto& above) { accumulate(count, gradient.data + at[0], by[0], above); });
          });
    });
  }

 private:
  [[noreturn]] void mismatch(std::span<const Layout> inputs) const {
    shapeError(name(), inputs, "all sizes but the joined one have to agree");
  }

  // Calls work(part, its layout inside the output, where it begins).
  template <class Work>
  void forParts(const Step<T>& step, const Work& work) const {
    std::ptrdiff_t start = 0;
    for (std::size_t part = 0; part < step.inputs.size(); ++part) {
      Layout place = *step.outputs[0].layout;
      place.shape = step.inputs[part].shape();
      work(part, place, start);
      start += static_cast<std::ptrdiff_t>(place.shape[axis_]) * place.stride(axis_);
    }
  }

  int axis_;
};

}  // namespace

template <class T>
Value<T> reshape(Value<T> x, const Shape& shape) {
  if (shape.elements() != x.shape().elements()) {
    const Layout both[] = {x.tape->layout(x), Layout::contiguous(shape)};
    shapeError("reshape", both, "the number of elements has to stay the same");
  }
  const Value<T> packed = contiguous(x);
  Layout layout = Layout::contiguous(shape);
  layout.offset = packed.tape->layout(packed).offset;
  return packed.tape->view(packed, layout);
}

template <class T>
Value<T> permute(Value<T> x, std::span<const int> axes) {
  const Layout& old = x.tape->layout(x);
  bool valid = static_cast<int>(axes.size()) == old.shape.rank();
  unsigned seen = 0;
  Layout layout = old;
  for (int i = 0; valid && i < old.shape.rank(); ++i) {
    const int axis = axisOf("permute", axes[static_cast<std::size_t>(i)], old.shape);
    layout.shape[i] = old.shape[axis];
    layout.stride(i) = old.stride(axis);
    seen |= 1u << axis;
  }
  valid = valid && seen + 1 == 1u << old.shape.rank();
  if (!valid) shapeError("permute", std::span(&old, 1), "every axis has to be named once");
  return x.tape->view(x, layout);
}

template <class T>
Value<T> permute(Value<T> x, std::initializer_list<int> axes) {
  return permute(x, std::span(axes.begin(), axes.size()));
}

template <class T>
Value<T> transpose(Value<T> x, int first, int second) {
  Layout layout = x.tape->layout(x);
  const int a = axisOf("transpose", first, layout.shape);
  const int b = axisOf("transpose", second, layout.shape);
  std::swap(layout.shape[a], layout.shape[b]);
  std::swap(layout.stride(a), layout.stride(b));
  return x.tape->view(x, layout);
}

template <class T>
Value<T> slice(Value<T> x, int axis, std::size_t begin, std::size_t end, std::size_t step) {
  Layout layout = x.tape->layout(x);
  axis = axisOf("slice", axis, layout.shape);
  if (begin > end || end > layout.shape[axis] || step == 0) {
    shapeError("slice", std::span(&layout, 1), "the part has to lie inside the axis");
  }
  layout.shape[axis] = (end - begin + step - 1) / step;
  if (layout.shape[axis] > 0)
    layout.offset += static_cast<std::ptrdiff_t>(begin) * layout.stride(axis);
  layout.stride(axis) *= static_cast<std::ptrdiff_t>(step);
  return x.tape->view(x, layout);
}

template <class T>
Value<T> broadcastTo(Value<T> x, const Shape& shape) {
  if (x.shape() == shape) return x;
  Shape common;
  if (!broadcastShape(x.shape(), shape, common) || !(common == shape)) {
    const Layout both[] = {x.tape->layout(x), Layout::contiguous(shape)};
    shapeError("broadcast", both, "only dimensions of size 1 can be repeated");
  }
  return x.tape->view(x, broadcast(x.tape->layout(x), shape));
}

template <class T>
Value<T> concatenate(std::span<const Value<T>> parts, int axis) {
  if (parts.empty()) shapeError("concatenate", {}, "at least one tensor is needed");
  axis = axisOf("concatenate", axis, parts[0].shape());
  return parts[0].tape->record(std::make_unique<Concatenate<T>>(axis), parts).front();
}

#define LINEAMENT_VIEW(T)                                                        \
  template Value<T> reshape(Value<T>, const Shape&);                             \
  template Value<T> permute(Value<T>, std::span<const int>);                     \
  template Value<T> permute(Value<T>, std::initializer_list<int>);               \
  template Value<T> transpose(Value<T>, int, int);                               \
  template Value<T> slice(Value<T>, int, std::size_t, std::size_t, std::size_t); \
  template Value<T> broadcastTo(Value<T>, const Shape&);                         \
  template Value<T> concatenate(std::span<const Value<T>>, int);
LINEAMENT_VIEW(float)
LINEAMENT_VIEW(double)
#undef LINEAMENT_VIEW

}  // namespace lineament::autodiff
