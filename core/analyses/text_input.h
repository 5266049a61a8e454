// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/analysis/analysis.h"
#include "core/analysis/declaration.h"
#include "core/analysis/parameters.h"
#include "core/data/checkpoint.h"
#include "core/data/table.h"
#include "core/text/tokenizer.h"

namespace lineament {

// The parameters `text`, `token_ids` and `special` of an analysis that runs a network on a text.
std::vector<Parameter> textParameters();

// The parameter `member`, which of a checkpoint's networks is run, and the network's checkpoint.
Parameter memberParameter();
Checkpoint networkInput(const Inputs& inputs, const Parameters& parameters);

// Tokens to run a network on, and how they are shown to people.
struct TextInput {
  std::string text;                                  // empty where ids were given
  std::shared_ptr<const text::Tokenizer> tokenizer;  // null where the checkpoint has none
  std::vector<text::Token> tokens;
  std::size_t unknown = 0;  // tokens that stand for what the vocabulary lacks

  std::vector<std::int32_t> ids() const;
  std::string shown(std::int32_t id) const;  // "#17" without a tokenizer
};

// From the parameters: the ids where they are given ("1,319,44"), else the text through the
// checkpoint's tokenizer. Throws Error "text.no_text" where neither is given, "text.ids" for what
// is no list of ids, "text.no_tokenizer" for a text where the checkpoint came without a vocabulary.
TextInput textInput(const Checkpoint& checkpoint, const Parameters& parameters);

// The same for another parameter's text, a decoder's: without text no tokens.
TextInput textInput(const Checkpoint& checkpoint, const std::string& text, bool special);

}  // namespace lineament
