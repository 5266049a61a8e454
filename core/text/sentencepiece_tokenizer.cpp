// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/sentencepiece_tokenizer.h"

#include <fmt/format.h>

#include "core/text/decode_steps.h"
#include "core/text/gpt2_tokenizer.h"
#include "core/text/piece_list.h"
#include "core/text/scored_merges.h"
#include "core/text/sentencepiece_normal.h"
#include "core/text/tokenizer_errors.h"
#include "core/text/unigram.h"

namespace lineament::text {

namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";
constexpr int kSentinels = 100;

// What SentencePiece itself writes for pieces: what is unknown as its surface, and without the
// spaces that its normaliser has put before the text or would have dropped there.
class Decoding {
 public:
  explicit Decoding(const SentencePieceModel& model)
      : unknown_(model.pieces[static_cast<std::size_t>(model.unknown)].text),
        surface_(model.unknown_surface),
        strips_(model.dummy_prefix || model.collapse_spaces),
        strips_all_(model.collapse_spaces) {}

  std::vector<std::string> operator()(std::vector<std::string> pieces) const {
    bool at_start = strips_;
    for (std::string& piece : pieces) {
      if (piece == unknown_) {
        piece = surface_;
      } else if (at_start && piece.starts_with(kMark)) {
        piece.erase(0, kMark.size());
        at_start = strips_all_;
      }
      at_start = at_start && piece.empty();
    }
    return pieces;
  }

 private:
  std::string unknown_, surface_;
  bool strips_, strips_all_;
};

bool isT5(const SpecialNames& names, const SentencePieceModel& model) {
  const std::string name = names.tokenizerClass();
  if (!name.empty()) return name.starts_with("T5Tokenizer");
  return model.kind == SentencePieceModel::Kind::unigram && model.beginning < 0;
}

void addSentinels(SentencePieceModel& model, std::vector<AddedToken>& added) {
  const std::string first = "<extra_id_0>";
  for (const Piece& piece : model.pieces) {
    if (piece.text == first) return;
  }
  for (int i = kSentinels - 1; i >= 0; --i) {
    const std::string name = fmt::format("<extra_id_{}>", i);
    added.push_back({.id = static_cast<std::int32_t>(model.pieces.size()),
                     .content = name,
                     .strip_left = true,
                     .strip_right = true,
                     .special = true});
    model.pieces.push_back({name, 0, PieceKind::control});
  }
}

}  // namespace

void frameWith(std::optional<std::int32_t> beginning, std::optional<std::int32_t> ending,
               PipelineParts& parts) {
  parts.frame.clear();
  if (beginning) parts.frame.push_back({FrameItem::What::token, *beginning});
  parts.frame.push_back({FrameItem::What::first});
  if (ending) parts.frame.push_back({FrameItem::What::token, *ending});
}

PipelineParts sentencePieceParts(const std::string& file, SentencePieceModel model) {
  using Kind = SentencePieceModel::Kind;
  PipelineParts parts;
  parts.kind = model.kind == Kind::bpe ? "SentencePiece BPE" : "SentencePiece unigram";
  parts.normalizers = {sentencePieceNormal(file, model)};
  parts.decode = {Decoding(model), bytePieces(), replacedInPieces(std::string(kMark), " ")};
  parts.surface = surfaceOfMarks;
  parts.unknown = model.unknown;
  if (model.beginning >= 0) parts.beginning = model.beginning;
  if (model.ending >= 0) parts.ending = model.ending;
  parts.vocabulary = std::make_shared<const Vocabulary>(std::move(model.pieces));
  const UnknownSettings unknown{model.unknown, model.byte_fallback, true};
  switch (model.kind) {
    case Kind::unigram:
      parts.model = makeUnigram(parts.vocabulary, unknown, SumsIn::single);
      break;
    case Kind::bpe:
      parts.model = makeScoredMerges(parts.vocabulary, {unknown});
      break;
    default:
      throwUnsupported(file, fmt::format("the SentencePiece model of type {}",
                                         static_cast<std::uint64_t>(model.kind)));
  }
  return parts;
}

std::unique_ptr<Tokenizer> makeSentencePieceTokenizer(std::string_view bytes,
                                                      const std::string& file,
                                                      const SpecialNames& names) {
  SentencePieceModel model = sentencePieceModel(bytes, file);
  std::vector<AddedToken> added = names.added();
  for (const AddedToken& token : added) placeAdded(file, token, model.pieces);
  if (isT5(names, model)) addSentinels(model, added);
  PipelineParts parts = sentencePieceParts(file, std::move(model));
  parts.added = std::move(added);
  const bool begins = names.flag("add_bos_token").value_or(parts.beginning.has_value());
  const bool ends = names.flag("add_eos_token").value_or(!parts.beginning.has_value());
  frameWith(begins ? parts.beginning : std::nullopt, ends ? parts.ending : std::nullopt, parts);
  return makePipeline(std::move(parts));
}

}  // namespace lineament::text
