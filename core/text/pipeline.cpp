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
  explicit Pipeline(PipelineParts parts) : parts_(std::move(parts)) {}

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
    return shownBytes(special(id) ? text : parts_.surface(text));
  }
  std::optional<std::int32_t> find(std::string_view piece) const override {
    return parts_.vocabulary->find(piece);
  }
  bool special(std::int32_t id) const override {
    if (!parts_.vocabulary->has(id)) return false;
    const PieceKind kind = (*parts_.vocabulary)[id].kind;
    return kind == PieceKind::control || kind == PieceKind::unknown;
  }

  std::optional<std::int32_t> beginning() const override { return parts_.beginning; }
  std::optional<std::int32_t> ending() const override { return parts_.ending; }
  std::optional<std::int32_t> unknown() const override { return parts_.unknown; }

 private:
  std::vector<Token> piecesOf(std::string_view text) const {
    if (text.size() > kLongest) throw Error(kTooLong, {{"bytes", text.size()}, {"most", kLongest}});
    std::vector<Token> tokens;
    if (!text.empty()) addPieces(AlignedText(text, 0), tokens);
    return tokens;
  }

  void addPieces(AlignedText text, std::vector<Token>& tokens) const {
    if (!parts_.raw_bytes) text = validUtf8(std::move(text));
    for (const Normalizer& normalize : parts_.normalizers) text = normalize(std::move(text));
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
};

}  // namespace

std::unique_ptr<Tokenizer> makePipeline(PipelineParts parts) {
  return std::make_unique<Pipeline>(std::move(parts));
}

}  // namespace lineament::text
