// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/analyses/text_input.h"
#include "core/data/attention_stack.h"
#include "core/language/language_model.h"

namespace lineament {

// What a network predicted of a text that it was given.
struct TextPredictions {
  // Surprisal of each token, -log2 p of it behind those before it; the network's own first, then
  // read off the embedding and off every layer but the last. NaN for the first token.
  std::vector<TokenMeasure> measures;
  Table lens;            // a row for each layer and token; without rows where it was not asked for
  double surprisal = 0;  // mean of the network's own, bits
};

// From the residual streams of a pass (Wanted::hidden), with the head over each: the last alone, or
// with `lens` all of them.
TextPredictions predictionsOf(const language::LanguageModel& model, const language::Pass& pass,
                              const TextInput& input, const std::vector<std::int32_t>& ids,
                              bool lens, const Context& context);

}  // namespace lineament
