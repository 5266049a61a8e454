// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/tokenizer_line.h"

#include "core/base/error.h"
#include "core/text/tokenizer.h"

namespace lineament::app::cli {

using nlohmann::json;

TokenizerFacts tokenizerFacts(const Data& data, bool needed) {
  const auto* checkpoint = data.as<Checkpoint>();
  if (!checkpoint) return {};
  try {
    const TokenizerFiles files = checkpoint->tokenizer();
    if (files.empty()) return {};
    const auto tokenizer = text::makeTokenizer(files);
    return {
        fmt::format("tokenizer: {}, {} pieces", tokenizer->kind(), countText(tokenizer->size())),
        json::object({{"kind", tokenizer->kind()}, {"pieces", tokenizer->size()}})};
  } catch (const Error& error) {
    if (needed) throw;
    return {fmt::format("tokenizer: {}", error.found()),
            json::object({{"problem", error.found()}})};
  }
}

}  // namespace lineament::app::cli
