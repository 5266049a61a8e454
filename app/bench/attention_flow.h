// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace lineament::app {

inline constexpr std::array<std::string_view, 5> kAttentionSizes{"grid", "long", "million", "gla",
                                                                 "deltanet"};

// Opens the window and looks at attention in it, of one of these sizes: "grid" (12 layers of 12
// heads, 2,048 tokens, all weights held), "long" (one head, 32,768 tokens), "million" (one head,
// 1,048,576 tokens), "gla" and "deltanet" (what a recurrence implies, one head, 32,768 tokens).
// Prints JSON: "numbers", a list of {"name", "value", "unit"} and where there is one "bar", and
// "phases" as frames_flow.h has them. Returns the exit status.
int measureAttention(const std::string& size, int count, char** words);

}  // namespace lineament::app
