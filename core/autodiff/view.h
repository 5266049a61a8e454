// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// Other layouts of the same storage: they copy nothing and need no gradient of their own. Axes
// count from the front, negative ones from the back.

// The same elements in row-major order under another shape. Copies first where gaps forbid a view.
template <class T>
Value<T> reshape(Value<T> x, const Shape& shape);

// Dimension i of the result is dimension axes[i] of x; every axis once.
template <class T>
Value<T> permute(Value<T> x, std::span<const int> axes);
template <class T>
Value<T> permute(Value<T> x, std::initializer_list<int> axes);
template <class T>
Value<T> transpose(Value<T> x, int first = -2, int second = -1);

// Elements begin, begin + step, ... before `end` along an axis.
template <class T>
Value<T> slice(Value<T> x, int axis, std::size_t begin, std::size_t end, std::size_t step = 1);

// By NumPy's rule.
template <class T>
Value<T> broadcastTo(Value<T> x, const Shape& shape);

// Several tensors one behind the other along an axis; this one copies.
template <class T>
Value<T> concatenate(std::span<const Value<T>> parts, int axis);

}  // namespace lineament::autodiff
