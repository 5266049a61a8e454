// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <span>

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

enum class Keep { no, yes };  // reduced dimensions: dropped, or left with size 1

// Over the named axes; over all of them when none is named.
template <class T>
Value<T> sum(Value<T> x, std::initializer_list<int> axes = {}, Keep keep = Keep::no);
template <class T>
Value<T> mean(Value<T> x, std::initializer_list<int> axes = {}, Keep keep = Keep::no);

// Over one axis, which must not be empty. The gradient goes to the first of equal largest ones.
template <class T>
Value<T> max(Value<T> x, int axis, Keep keep = Keep::no);

}  // namespace lineament::autodiff
