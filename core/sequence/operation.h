// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

#include "core/autodiff/tape.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// A mechanism as an operation of the tape: in single precision its fast form, in double precision
// its reference, each with its own gradient. The inputs stand in the order of the description with
// its dimensions; an optional one may be left out. No state comes in or goes out. Error
// "autodiff.shapes" where the sizes of a dimension disagree.
//
// Gates and weights have to be in range: a layer makes them by a map that cannot leave it.
template <class T>
autodiff::Value<T> mix(const Mechanism& mechanism, const Options& options,
                       std::span<const std::optional<autodiff::Value<T>>> inputs);

}  // namespace lineament::sequence
