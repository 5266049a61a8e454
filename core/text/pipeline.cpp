// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/pipeline.h"

#include "core/base/error.h"
#include "core/text/shown_bytes.h"

namespace lineament::text {

namespace {

constexpr ErrorText kTooLong{"tokenizer.text_size", "Cut a text into tokens",
                             "it has {bytes} bytes, this program takes at most {most}", "",
                             "Cut it into parts"};

constexpr std::size_t kLongest = std::size_t{1} << 30;

class Pipeline final : public Tokenizer {
 public:
  explicit Pipeline(PipelineParts parts) : parts_(std::move(parts)) {
    std::vector<AddedToken> written, normalised;
    for (AddedToken& token : parts_.added) {
      if (!token.normalized) {
        written.push_back(std::move(token));
        continue;
      }
      token.content = normal(AlignedText(token.content, 0)).text();
      normalised.push_back(std::move(token));
    }
    written_ = AddedTokens(std::move(written));
    normalised_ = AddedTokens(std::move(normalised));
  }

  std::string_view kind() const override { return parts_.kind; }
  std::size_t size() const override { return parts_.vocabulary->size(); }

  std::vector<Token> encode(std::string_view text, bool special) const override {
    std::vector<Token> tokens = piecesOf(text);
    return special ? framed(parts_.frame, std::move(tokens), text.size(), {}, 0) : tokens;
  }

  std::vector<Token> encodePair(std::string_view a, std::string_view b) const override {
    if (parts_.pair.empty()) return Tokenizer::encodePair(a, b);
    return framed(parts_.pair, piecesOf(a), a.size(), piecesOf(b), b.size());
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    std::vector<std::string> pieces;
    for (const std::int32_t id : ids) {
      if (parts_.vocabulary->has(id) && !special(id)) pieces.push_back(piece(id));
    }
    for (const DecodeStep& step : parts_.decode) pieces = step(std::move(pieces));
    std::string text;
    for (const std::string& part : pieces) text += part;
    return replacedUtf8(text);
  }

  std::string piece(std::int32_t id) const override {
    return parts_.vocabulary->has(id) ? (*parts_.vocabulary)[id].text : std::string();
  }
  std::string shown(std::int32_t id) const override {
    if (!parts_.vocabulary->has(id)) return {};
    const std::string text = piece(id);
    if (!special(id)) return shownBytes(parts_.surface(text));
    // llama2.c writes its marks on lines of their own, "\n<s>\n".
    const std::size_t from = text.find_first_not_of('\n');
    return shownBytes(
        from == text.npos ? text : text.substr(from, text.find_last_not_of('\n') + 1 - from));
  }
  std::optional<std::int32_t> find(std::string_view piece) const override {
    return parts_.vocabulary->find(piece);
  }
  bool special(std::int32_t id) const override {
    if (!parts_.vocabulary->has(id)) return false;
    return (*parts_.vocabulary)[id].kind == PieceKind::control;
  }

  std::optional<std::int32_t> beginning() const override { return parts_.beginning; }
  std::optional<std::int32_t> ending() const override { return parts_.ending; }
  std::optional<std::int32_t> unknown() const override { return parts_.unknown; }

 private:
  std::vector<Token> piecesOf(std::string_view text) const {
    if (text.size() > kLongest) throw Error(kTooLong, {{"bytes", text.size()}, {"most", kLongest}});
    std::vector<Token> tokens;
    for (const auto& [range, id] : written_.partsOf(text)) {
      if (id >= 0) {
        tokens.push_back({id, range.begin, range.end});
      } else {
        addNormal(AlignedText(text.substr(range.begin, range.size()), range.begin), tokens);
      }
    }
    return tokens;
  }

  AlignedText normal(AlignedText text) const {
    if (!parts_.raw_bytes) text = validUtf8(std::move(text));
    for (const Normalizer& normalize : parts_.normalizers) text = normalize(std::move(text));
    return text;
  }

  void addNormal(AlignedText text, std::vector<Token>& tokens) const {
    text = normal(std::move(text));
    if (normalised_.empty()) {
      addPieces(std::move(text), tokens);
      return;
    }
    for (const auto& [range, id] : normalised_.partsOf(text.text())) {
      if (id >= 0) {
        const Range origin = text.origin(range);
        tokens.push_back({id, origin.begin, origin.end});
      } else {
        addPieces(text.part(range), tokens);
      }
    }
  }

  void addPieces(AlignedText text, std::vector<Token>& tokens) const {
    if (text.empty()) return;
    const Range whole{0, text.size()};
    Words words{std::move(text), {whole}};
    for (const Cutter& cut : parts_.cutters) words = cut(std::move(words));
    std::vector<Token> pieces;
    for (const Range& word : words.ranges) {
      pieces.clear();
      parts_.model->cut(words.text.view(word), pieces);
      for (const Token& piece : pieces) {
        const auto begin = static_cast<std::uint32_t>(piece.begin);
        const auto end = static_cast<std::uint32_t>(piece.end);
        const Range origin = words.text.origin({word.begin + begin, word.begin + end});
        tokens.push_back({piece.id, origin.begin, origin.end});
      }
    }
  }

  static std::vector<Token> framed(const Frame& frame, const std::vector<Token>& first,
                                   std::size_t first_size, const std::vector<Token>& second,
                                   std::size_t second_size) {
    std::vector<Token> tokens;
    std::size_t at = 0;
    for (const FrameItem& item : frame) {
      if (item.what == FrameItem::What::token) {
        tokens.push_back({item.id, at, at});
        continue;
      }
      const bool is_first = item.what == FrameItem::What::first;
      const std::vector<Token>& part = is_first ? first : second;
      tokens.insert(tokens.end(), part.begin(), part.end());
      at = is_first ? first_size : second_size;
    }
    return tokens;
  }

  PipelineParts parts_;
  AddedTokens written_, normalised_;  // looked for in the text as it is, and as it is normalised
};

}  // namespace

std::string surfaceOfMarks(std::string_view piece) {
  if (const auto byte = byteOfPiece(piece)) return std::string(1, static_cast<char>(*byte));
  constexpr std::string_view kMark = "\xE2\x96\x81";
  std::string made;
  while (!piece.empty()) {
    const std::size_t at = std::min(piece.find(kMark), piece.size());
    made += piece.substr(0, at);
    if (at < piece.size()) made += ' ';
    piece.remove_prefix(std::min(at + kMark.size(), piece.size()));
  }
  return made;
}

std::unique_ptr<Tokenizer> makePipeline(PipelineParts parts) {
  return std::make_unique<Pipeline>(std::move(parts));
}

}  // namespace lineament::text
