// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/whole_words.h"

#include "core/text/aligned_text.h"
#include "core/text/prefix_trie.h"

namespace lineament::text {

namespace {

class WordPiece final : public WordModel {
 public:
  WordPiece(std::shared_ptr<const Vocabulary> vocabulary, WordPieceSettings settings)
      : vocabulary_(std::move(vocabulary)), settings_(std::move(settings)) {
    std::vector<PrefixTrie::Entry> first, further;
    for (std::int32_t id = 0; static_cast<std::size_t>(id) < vocabulary_->size(); ++id) {
      std::string_view piece = (*vocabulary_)[id].text;
      first.push_back({piece, id});
      if (piece.starts_with(settings_.continuing_prefix)) {
        piece.remove_prefix(settings_.continuing_prefix.size());
        further.push_back({piece, id});
      }
    }
    first_ = PrefixTrie(std::move(first));
    further_ = PrefixTrie(std::move(further));
  }

  void cut(std::string_view word, std::vector<Token>& tokens) const override {
    const std::size_t before = tokens.size();
    std::size_t at = 0;
    while (at < word.size() && !tooLong(word)) {
      const PrefixTrie& pieces = at == 0 ? first_ : further_;
      const PrefixTrie::Match match = longestOfLetters(pieces, word.substr(at));
      if (match.bytes == 0) break;
      tokens.push_back({match.value, at, at + match.bytes});
      at += match.bytes;
    }
    if (at == word.size()) return;
    tokens.resize(before);
    tokens.push_back({settings_.unknown, 0, word.size()});
  }

 private:
  bool tooLong(std::string_view word) const {
    std::size_t letters = 0;
    for (const char byte : word) letters += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
    return letters > settings_.longest;
  }

  // A piece of a vocabulary that is no UTF-8 could end within a letter.
  static PrefixTrie::Match longestOfLetters(const PrefixTrie& pieces, std::string_view text) {
    const PrefixTrie::Match match = pieces.longest(text);
    const bool within =
        match.bytes < text.size() && (static_cast<unsigned char>(text[match.bytes]) & 0xC0) == 0x80;
    return within ? PrefixTrie::Match{} : match;
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  WordPieceSettings settings_;
  PrefixTrie first_, further_;
};

class WordLevel final : public WordModel {
 public:
  WordLevel(std::shared_ptr<const Vocabulary> vocabulary, std::optional<std::int32_t> unknown)
      : vocabulary_(std::move(vocabulary)), unknown_(unknown) {}

  void cut(std::string_view word, std::vector<Token>& tokens) const override {
    const auto found = vocabulary_->find(word);
    if (const auto id = found ? found : unknown_) tokens.push_back({*id, 0, word.size()});
  }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::optional<std::int32_t> unknown_;
};

}  // namespace

std::unique_ptr<WordModel> makeWordPiece(std::shared_ptr<const Vocabulary> vocabulary,
                                         WordPieceSettings settings) {
  return std::make_unique<WordPiece>(std::move(vocabulary), std::move(settings));
}

std::unique_ptr<WordModel> makeWordLevel(std::shared_ptr<const Vocabulary> vocabulary,
                                         std::optional<std::int32_t> unknown) {
  return std::make_unique<WordLevel>(std::move(vocabulary), unknown);
}

}  // namespace lineament::text
