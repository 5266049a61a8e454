// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The operands that most mechanisms have, q and k [batch, token, head, key] and v [batch, token,
// head, value].

inline OperandSpec queryOperand(std::string_view help = "Queries") {
  return {.name = "q",
          .dims = {Dim::batch, Dim::token, Dim::head, Dim::key},
          .role = OperandSpec::Role::query,
          .help = help};
}

inline OperandSpec keyOperand(std::string_view help = "Keys") {
  return {.name = "k",
          .dims = {Dim::batch, Dim::token, Dim::head, Dim::key},
          .role = OperandSpec::Role::key,
          .help = help};
}

inline OperandSpec valueOperand(std::string_view help = "Values") {
  return {.name = "v",
          .dims = {Dim::batch, Dim::token, Dim::head, Dim::value},
          .role = OperandSpec::Role::value,
          .help = help};
}

// A learned tensor, drawn as a layer is initialised.
inline OperandSpec weightOperand(std::string_view name, Dims dims, std::string_view help) {
  return {.name = name,
          .dims = std::move(dims),
          .role = OperandSpec::Role::weight,
          .draw = Draw::small_normal,
          .help = help};
}

// The option `scale` of mechanisms whose outputs have a factor.
inline OptionSpec scaleOption() {
  return {.id = "scale",
          .fallback = 0,
          .lowest = 0,
          .highest = 1e6,
          .help = "Factor of the outputs; 0 takes 1 / sqrt(key width)"};
}

}  // namespace lineament::sequence
