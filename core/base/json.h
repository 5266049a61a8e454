// SPDX-License-Identifier: GPL-3.0-or-later
// nlohmann's JSON, as the whole program includes it: the same header, cheaper to compile.
#pragma once

// The literals "..."_json are inline functions and no templates, so each file that sees the header
// instantiates the parser for them, used or not: half a second a file. As templates that nobody
// instantiates they cost nothing, and nobody here writes such literals.
#define _json(text, size) \
  _json(text, size);      \
  template <class>        \
  nlohmann::json left_out_json(text, size)
#define _json_pointer(text, size) \
  _json_pointer(text, size);      \
  template <class>                \
  nlohmann::json::json_pointer left_out_json_pointer(text, size)
#include <nlohmann/json.hpp>
#undef _json
#undef _json_pointer

// Compiled once, in json.cpp.
extern template class nlohmann::basic_json<>;
extern template class nlohmann::detail::serializer<nlohmann::json>;
