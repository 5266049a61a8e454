// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/unigram.h"

#include <algorithm>
#include <limits>

#include "core/text/prefix_trie.h"

namespace lineament::text {

namespace {

constexpr int kUnknownPenalty = 10;

// Number: what sums are kept in, which decides between paths that are nearly equal.
template <class Number>
class Unigram final : public WordModel {
 public:
  Unigram(std::shared_ptr<const Vocabulary> vocabulary, UnknownSettings unknown)
      : vocabulary_(std::move(vocabulary)), unknown_(unknown) {
    std::vector<PrefixTrie::Entry> entries;
    Number lowest = std::numeric_limits<Number>::max();
    Number highest = std::numeric_limits<Number>::lowest();
    for (std::int32_t id = 0; static_cast<std::size_t>(id) < vocabulary_->size(); ++id) {
      const Piece& piece = (*vocabulary_)[id];
      if (piece.kind == PieceKind::normal) {
        lowest = std::min(lowest, static_cast<Number>(piece.score));
        highest = std::max(highest, static_cast<Number>(piece.score));
      }
      if (piece.kind == PieceKind::normal || piece.kind == PieceKind::user) {
        entries.push_back({piece.text, id});
      }
    }
    pieces_ = PrefixTrie(std::move(entries));
    highest_ = highest;
    unknown_score_ = lowest - kUnknownPenalty;
  }

  void cut(std::string_view word, std::vector<Token>& tokens) const override {
    std::vector<Step> steps(word.size() + 1);
    steps[0].score = 0;
    for (std::uint32_t at = 0; at < word.size();) {
      const std::uint32_t letter = letterAt(word, at).bytes;
      extend(word, at, letter, steps);
      at += letter;
    }
    std::vector<Symbol> path;
    for (auto end = static_cast<std::uint32_t>(word.size()); end > 0;
         end = path.back().range.begin) {
      path.push_back({{steps[end].begin, end}, steps[end].id});
    }
    std::ranges::reverse(path);
    for (const Symbol& symbol : path) {
      if (symbol.id >= 0) {
        tokens.push_back({symbol.id, symbol.range.begin, symbol.range.end});
      } else {
        appendUnknown(*vocabulary_, unknown_, word, symbol.range, tokens);
      }
    }
  }

 private:
  struct Step {
    Number score = std::numeric_limits<Number>::lowest();
    std::uint32_t begin = 0;
    std::int32_t id = -1;
    bool reached = false;
  };
  struct Symbol {
    Range range;
    std::int32_t id;
  };

  Number scoreOf(std::int32_t id, std::uint32_t bytes) const {
    const Piece& piece = (*vocabulary_)[id];
    return piece.kind == PieceKind::user ? static_cast<Number>(bytes) * highest_ - Number(0.1)
                                         : static_cast<Number>(piece.score);
  }

  static void relax(std::vector<Step>& steps, std::uint32_t begin, std::uint32_t end, Number score,
                    std::int32_t id) {
    const Number sum = steps[begin].score + score;
    if (!steps[end].reached || sum > steps[end].score) steps[end] = {sum, begin, id, true};
  }

  void extend(std::string_view word, std::uint32_t begin, std::uint32_t letter,
              std::vector<Step>& steps) const {
    bool covered = false;
    std::uint32_t node = PrefixTrie::kRoot;
    for (std::uint32_t at = begin; at < word.size(); ++at) {
      node = pieces_.next(node, static_cast<unsigned char>(word[at]));
      if (node == PrefixTrie::kRoot) break;
      const std::int32_t id = pieces_.value(node);
      if (id < 0) continue;
      const std::uint32_t bytes = at + 1 - begin;
      relax(steps, begin, at + 1, scoreOf(id, bytes), id);
      covered = covered || bytes == letter;
    }
    if (!covered) relax(steps, begin, begin + letter, unknown_score_, -1);
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  UnknownSettings unknown_;
  PrefixTrie pieces_;
  Number highest_ = 0, unknown_score_ = 0;
};

}  // namespace

std::unique_ptr<WordModel> makeUnigram(std::shared_ptr<const Vocabulary> vocabulary,
                                       UnknownSettings unknown, SumsIn sums) {
  if (sums == SumsIn::single)
    return std::make_unique<Unigram<float>>(std::move(vocabulary), unknown);
  return std::make_unique<Unigram<double>>(std::move(vocabulary), unknown);
}

}  // namespace lineament::text
