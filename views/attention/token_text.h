// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <string>
#include <vector>

namespace lineament::views {

// A token on one line: line feeds, tabs and other control characters as their pictures, a space
// alone as "␣", marks that turn the direction of writing left out.
QString shownToken(const std::string& text);

// Token `index`, counted from 0, as axes name it: its text, or its number from 1 where it has none.
QString tokenName(const std::vector<std::string>& tokens, std::uint64_t index);
// The same for sentences: "12 “word”".
QString tokenPhrase(const std::vector<std::string>& tokens, std::uint64_t index);

// Every how many tokens one has room for a label, `cell` units each and `least` units a label: 1, 2
// or 5 times a power of ten.
std::uint64_t labelStep(double cell, double least);

}  // namespace lineament::views
