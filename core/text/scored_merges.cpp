// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/scored_merges.h"

#include <unordered_map>

#include "core/text/pair_merges.h"
#include "core/text/prefix_trie.h"

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

PrefixTrie userPieces(const Vocabulary& vocabulary) {
  std::vector<PrefixTrie::Entry> entries;
  for (std::int32_t id = 0; static_cast<std::size_t>(id) < vocabulary.size(); ++id) {
    if (vocabulary[id].kind == PieceKind::user) entries.push_back({vocabulary[id].text, id});
  }
  return PrefixTrie(std::move(entries));
}

class ScoredMerges final : public WordModel {
 public:
  ScoredMerges(std::shared_ptr<const Vocabulary> vocabulary, ScoredMergeSettings settings)
      : vocabulary_(std::move(vocabulary)), settings_(settings), user_(userPieces(*vocabulary_)) {}

  void cut(std::string_view word, std::vector<Token>& tokens) const override {
    std::vector<Symbol> symbols = letters(word);
    // Of unused pieces, how long the left one of the two was that they were merged from.
    Halves halves;
    mergePairs(symbols, [&](const Symbol& left, const Symbol& right) -> std::optional<Merge> {
      const std::string_view both =
          word.substr(left.range.begin, right.range.end - left.range.begin);
      const auto id = find(both);
      if (!id) return std::nullopt;
      const Piece& piece = (*vocabulary_)[*id];
      if (piece.kind == PieceKind::unused) halves[both] = left.range.size();
      return Merge{-piece.score, *id};
    });
    for (const Symbol& symbol : symbols) add(word, symbol, halves, tokens);
  }

 private:
  using Halves = std::unordered_map<std::string_view, std::uint32_t>;

  std::optional<std::int32_t> find(std::string_view piece) const {
    const auto id = vocabulary_->find(piece);
    if (!id || settings_.any_kind) return id;
    const PieceKind kind = (*vocabulary_)[*id].kind;
    const bool written =
        kind == PieceKind::normal || kind == PieceKind::user || kind == PieceKind::unused;
    return written ? id : std::nullopt;
  }

  std::vector<Symbol> letters(std::string_view word) const {
    std::vector<Symbol> symbols;
    for (std::uint32_t at = 0; at < word.size();) {
      const PrefixTrie::Match match = user_.longest(word.substr(at));
      const Range range{at, at + (match.bytes > 0 ? match.bytes : letterBytes(word, at))};
      const auto id =
          match.bytes > 0 ? match.value : find(word.substr(at, range.size())).value_or(-1);
      symbols.push_back({range, id, match.bytes > 0 || (id < 0 && settings_.unknown_first)});
      at = range.end;
    }
    return symbols;
  }

  void add(std::string_view word, const Symbol& symbol, const Halves& halves,
           std::vector<Token>& tokens) const {
    std::vector<Symbol> left{symbol};
    while (!left.empty()) {
      const Symbol next = left.back();
      left.pop_back();
      const Range range = next.range;
      const bool unused = next.id >= 0 && (*vocabulary_)[next.id].kind == PieceKind::unused;
      const auto half = unused ? halves.find(word.substr(range.begin, range.size())) : halves.end();
      if (half != halves.end()) {
        const std::uint32_t middle = range.begin + half->second;
        for (const Range part : {Range{middle, range.end}, Range{range.begin, middle}}) {
          left.push_back({part, find(word.substr(part.begin, part.size())).value_or(-1)});
        }
      } else if (next.id >= 0) {
        tokens.push_back({next.id, range.begin, range.end});
      } else {
        appendUnknown(*vocabulary_, settings_.unknown, word, range, tokens);
      }
    }
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  ScoredMergeSettings settings_;
  PrefixTrie user_;
};

}  // namespace

std::unique_ptr<WordModel> makeScoredMerges(std::shared_ptr<const Vocabulary> vocabulary,
                                            ScoredMergeSettings settings) {
  return std::make_unique<ScoredMerges>(std::move(vocabulary), settings);
}

}  // namespace lineament::text
