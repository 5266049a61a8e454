// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/text/aligned_text.h"
#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"

namespace lineament::text {

// What becomes of what the vocabulary lacks.
struct UnknownSettings {
  std::optional<std::int32_t> unknown;  // none: it is left out
  bool byte_fallback = false;           // its bytes, where the vocabulary has every one of them
  bool fuse = true;                     // neighbours that are unknown are one
};

void appendUnknown(const Vocabulary& vocabulary, const UnknownSettings& settings,
                   std::string_view word, Range range, std::vector<Token>& tokens);

// Only the bytes, and whether the vocabulary has them all.
bool appendBytes(const Vocabulary& vocabulary, std::string_view word, Range range,
                 std::vector<Token>& tokens);

}  // namespace lineament::text
