// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/scored_merges.h"

#include "core/text/pair_merges.h"

namespace lineament::text {

namespace {

// Letters as llama2.c takes them: a byte and up to three continuing ones, valid or not.
std::uint32_t letterBytes(std::string_view word, std::uint32_t at) {
  std::uint32_t end = at + 1;
  while (end < word.size() && end - at < 4 &&
         (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) {
    ++end;
  }
  return end - at;
}

class ScoredMerges final : public WordModel {
 public:
  ScoredMerges(std::shared_ptr<const Vocabulary> vocabulary, ScoredMergeSettings settings)
      : vocabulary_(std::move(vocabulary)), settings_(settings) {}

  void cut(std::string_view word, std::vector<Token>& tokens) const override {
    std::vector<Symbol> symbols = letters(word);
    mergePairs(symbols, [&](const Symbol& left, const Symbol& right) -> std::optional<Merge> {
      const auto id =
          vocabulary_->find(word.substr(left.range.begin, right.range.end - left.range.begin));
      if (!id) return std::nullopt;
      return Merge{-static_cast<double>((*vocabulary_)[*id].score), *id};
    });
    for (const Symbol& symbol : symbols) add(word, symbol, tokens);
  }

 private:
  std::vector<Symbol> letters(std::string_view word) const {
    std::vector<Symbol> symbols;
    for (std::uint32_t at = 0; at < word.size();) {
      const Range range{at, at + letterBytes(word, at)};
      const auto id = vocabulary_->find(word.substr(range.begin, range.size()));
      symbols.push_back({range, id.value_or(-1), !id && settings_.fallback_first});
      at = range.end;
    }
    return symbols;
  }

  void add(std::string_view word, const Symbol& symbol, std::vector<Token>& tokens) const {
    if (symbol.id >= 0) {
      tokens.push_back({symbol.id, symbol.range.begin, symbol.range.end});
      return;
    }
    const std::size_t before = tokens.size();
    for (std::uint32_t at = symbol.range.begin; settings_.byte_fallback && at < symbol.range.end;
         ++at) {
      const auto id = vocabulary_->byte(static_cast<unsigned char>(word[at]));
      if (!id) break;
      tokens.push_back({*id, at, at + 1});
    }
    if (tokens.size() - before == symbol.range.size()) return;
    tokens.resize(before);
    if (!settings_.unknown) return;
    // Neighbours that are unknown are one unknown.
    if (!tokens.empty() && tokens.back().id == *settings_.unknown &&
        tokens.back().end == symbol.range.begin) {
      tokens.back().end = symbol.range.end;
    } else {
      tokens.push_back({*settings_.unknown, symbol.range.begin, symbol.range.end});
    }
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  ScoredMergeSettings settings_;
};

}  // namespace

std::unique_ptr<WordModel> makeScoredMerges(std::shared_ptr<const Vocabulary> vocabulary,
                                            ScoredMergeSettings settings) {
  return std::make_unique<ScoredMerges>(std::move(vocabulary), settings);
}

}  // namespace lineament::text
