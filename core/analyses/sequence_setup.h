// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/analysis.h"
#include "core/sequence/problem.h"

namespace lineament {

// What the analyses of sequence mechanisms share: their parameters, and the problem these make.

// A whole number of at least 1, unless `lowest` says otherwise.
Parameter wholeParameter(const char* id, const char* title, std::int64_t fallback, double highest,
                         const char* help, double lowest = 1);

Parameter mechanismParameter();   // `mechanism`: one of all ids
Parameter mechanismsParameter();  // `mechanisms`: ids separated by commas
Parameter optionsParameter();     // `options`: KEY=VALUE separated by commas
std::vector<Parameter> sizeParameters(std::int64_t tokens, std::int64_t heads);

// The parts of a list that are not empty, without the blanks around them.
std::vector<std::string_view> listed(std::string_view text, char separator = ',');

// Nothing where the text is no whole number from `lowest` to `highest`.
std::optional<std::int64_t> wholeNumber(std::string_view text, std::int64_t lowest,
                                        std::int64_t highest);

// The mechanisms of a comma-separated list, each once, in the order given. Error
// "sequence.mechanism" (usage) for an unknown one, "sequence.no_mechanism" for an empty list.
std::vector<const sequence::Mechanism*> mechanismsOf(std::string_view list);

// Error "sequence.option" (usage) for what the mechanism does not take.
sequence::Options optionsOf(const sequence::Mechanism& mechanism, std::string_view text);

// Sizes from batch, tokens, heads, key_size and value_size, made to suit the mechanism.
sequence::Sizes sizesOf(const sequence::Mechanism& mechanism, const Parameters& parameters);

// Room for all numbers of the problem in double precision; Error "memory.budget" when there is
// none.
std::size_t problemBytes(const sequence::Mechanism& mechanism, const sequence::Sizes& sizes);

// Implied attention of mechanisms on the same tokens, one layer each.
AttentionStack attentionStack(const std::vector<std::string>& names,
                              const std::vector<std::vector<double>>& matrices, std::int64_t tokens,
                              bool causal);

}  // namespace lineament
