// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/ranked_merges.h"

#include <fmt/format.h>

#include <unordered_map>

#include "core/text/pair_merges.h"
#include "core/text/shown_bytes.h"
#include "core/text/tokenizer_errors.h"

namespace lineament::text {

namespace {

std::uint64_t keyOf(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
}

class RankedMerges final : public WordModel {
 public:
  RankedMerges(std::string_view file, std::shared_ptr<const Vocabulary> vocabulary,
               const MergeList& merges, RankedMergeSettings settings)
      : vocabulary_(std::move(vocabulary)), settings_(std::move(settings)) {
    merges_.reserve(merges.size());
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
      const auto& [left, right] = merges[rank];
      const auto piece = [&](const std::string& text) {
        if (const auto id = vocabulary_->find(text)) return *id;
        throwMalformed(file, fmt::format("'{}' is no piece of its vocabulary", shownBytes(text)),
                       fmt::format("merge {}", rank + 1));
      };
      const std::string& prefix = settings_.continuing_prefix;
      const std::size_t skipped = right.starts_with(prefix) ? prefix.size() : 0;
      merges_.insert_or_assign(
          keyOf(piece(left), piece(right)),
          Merge{static_cast<double>(rank), piece(left + right.substr(skipped))});
    }
  }

  void cut(std::string_view word, std::vector<Token>& tokens) const override {
    if (settings_.ignore_merges) {
      if (const auto id = vocabulary_->find(word)) {
        tokens.push_back({*id, 0, word.size()});
        return;
      }
    }
    std::vector<Symbol> symbols;
    for (std::uint32_t at = 0; at < word.size();) {
      const Range range{at, at + letterAt(word, at).bytes};
      addLetter(word, range, symbols);
      at = range.end;
    }
    mergePairs(symbols, [&](const Symbol& left, const Symbol& right) -> std::optional<Merge> {
      const auto found = merges_.find(keyOf(left.id, right.id));
      return found == merges_.end() ? std::nullopt : std::optional(found->second);
    });
    for (const Symbol& symbol : symbols) {
      tokens.push_back({symbol.id, symbol.range.begin, symbol.range.end});
    }
  }

 private:
  void addLetter(std::string_view word, Range range, std::vector<Symbol>& symbols) const {
    const std::string_view letter = word.substr(range.begin, range.size());
    const bool plain = settings_.continuing_prefix.empty() && settings_.ending_suffix.empty();
    const auto id =
        plain ? vocabulary_->find(letter)
              : vocabulary_->find((range.begin > 0 ? settings_.continuing_prefix : "") +
                                  std::string(letter) +
                                  (range.end == word.size() ? settings_.ending_suffix : ""));
    if (id) {
      symbols.push_back({range, *id});
      return;
    }
    std::vector<Token> tokens;
    const std::optional<std::int32_t> unknown = settings_.unknown.unknown;
    if (settings_.unknown.fuse && unknown && !symbols.empty() && symbols.back().id == *unknown) {
      const Range last = symbols.back().range;
      tokens.push_back({*unknown, last.begin, last.end});
      symbols.pop_back();
    }
    appendUnknown(*vocabulary_, settings_.unknown, word, range, tokens);
    for (const Token& token : tokens) {
      symbols.push_back(
          {{static_cast<std::uint32_t>(token.begin), static_cast<std::uint32_t>(token.end)},
           token.id});
    }
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  RankedMergeSettings settings_;
  std::unordered_map<std::uint64_t, Merge> merges_;
};

}  // namespace

std::unique_ptr<WordModel> makeRankedMerges(std::string_view file,
                                            std::shared_ptr<const Vocabulary> vocabulary,
                                            const MergeList& merges, RankedMergeSettings settings) {
  return std::make_unique<RankedMerges>(file, std::move(vocabulary), merges, std::move(settings));
}

}  // namespace lineament::text
