// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/context.h"
#include "core/base/error.h"

namespace lineament {

// How work ended, as a value: exceptions of core are turned into one of these on the thread that
// worked and before Qt sees them, since an exception that crosses Qt's event loop ends the program.
template <class T>
using Outcome = std::variant<T, Cancelled, Error>;

// Work without a result yields this.
using Nothing = std::monostate;

// The Error behind whatever exception is being handled; to be called inside a catch block only.
Error errorOfCurrentException();

// Calls `work` and catches everything it throws.
template <class Work, class... Arguments>
auto settle(Work&& work, Arguments&&... arguments) {
  using Raw = std::invoke_result_t<Work, Arguments...>;
  using Value = std::conditional_t<std::is_void_v<Raw>, Nothing, std::decay_t<Raw>>;
  using Result = Outcome<Value>;
  try {
    if constexpr (std::is_void_v<Raw>) {
      std::invoke(std::forward<Work>(work), std::forward<Arguments>(arguments)...);
      return Result(std::in_place_index<0>);
    } else {
      return Result(std::in_place_index<0>,
                    std::invoke(std::forward<Work>(work), std::forward<Arguments>(arguments)...));
    }
  } catch (const Cancelled& cancelled) {
    return Result(std::in_place_index<1>, cancelled);
  } catch (...) {
    return Result(std::in_place_index<2>, errorOfCurrentException());
  }
}

template <class T>
const T* valueOf(const Outcome<T>& outcome) {
  return std::get_if<0>(&outcome);
}
template <class T>
T* valueOf(Outcome<T>& outcome) {
  return std::get_if<0>(&outcome);
}
template <class T>
const Error* errorOf(const Outcome<T>& outcome) {
  return std::get_if<2>(&outcome);
}

}  // namespace lineament
