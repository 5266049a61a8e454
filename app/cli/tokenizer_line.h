// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/data/data.h"

namespace lineament::app::cli {

// What `inspect` says of the tokenizer that came with a checkpoint.
struct TokenizerFacts {
  std::string line;     // "tokenizer: byte-level BPE, 50,257 pieces"; empty where there is none
  nlohmann::json json;  // {"kind", "pieces"}, or {"problem"}; null where there is none
};

// Of a tokenizer that cannot be made the facts say why; where it is `needed`, since the file is
// nothing else, its Error is thrown.
TokenizerFacts tokenizerFacts(const Data& data, bool needed);

}  // namespace lineament::app::cli
