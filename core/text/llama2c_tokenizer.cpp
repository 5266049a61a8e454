// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/llama2c_tokenizer.h"

#include "core/io/llama2c_vocabulary.h"
#include "core/text/pipeline.h"
#include "core/text/scored_merges.h"

namespace lineament::text {

namespace {

constexpr std::int32_t kUnknown = 0, kBeginning = 1, kEnding = 2, kFirstByte = 3, kLastByte = 258;

PieceKind kindOf(std::size_t id) {
  if (id == kUnknown) return PieceKind::unknown;
  if (id == kBeginning || id == kEnding) return PieceKind::control;
  return id >= kFirstByte && id <= kLastByte ? PieceKind::byte : PieceKind::normal;
}

std::string surfaceOf(std::string_view piece) {
  const auto byte = byteOfPiece(piece);
  return byte ? std::string(1, static_cast<char>(*byte)) : std::string(piece);
}

// The bytes of the pieces, without the space that was put before the text.
std::vector<std::string> joined(std::vector<std::string> pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += surfaceOf(piece);
  if (text.starts_with(' ')) text.erase(0, 1);
  return {text};
}

AlignedText withSpaceBefore(const AlignedText& text) {
  AlignedText made = text.emptied();
  made.append(" ", text.origin({0, 0}));
  made.append(text, {0, text.size()});
  return made;
}

}  // namespace

std::unique_ptr<Tokenizer> makeLlama2cTokenizer(std::string_view bytes) {
  io::Llama2cVocabulary file = io::llama2cVocabulary(bytes, "tokenizer.bin");
  std::vector<Piece> pieces;
  for (std::size_t id = 0; id < file.pieces.size(); ++id) {
    pieces.push_back({std::move(file.pieces[id]), file.scores[id], kindOf(id)});
  }
  PipelineParts parts;
  parts.kind = "llama2.c byte-pair";
  parts.vocabulary = std::make_shared<const Vocabulary>(std::move(pieces));
  parts.raw_bytes = true;
  parts.normalizers = {withSpaceBefore};
  parts.model = makeScoredMerges(parts.vocabulary, {{kUnknown, true, true}, true, true});
  parts.frame = {{FrameItem::What::token, kBeginning}, {FrameItem::What::first}};
  parts.decode = {joined};
  parts.surface = surfaceOf;
  parts.beginning = kBeginning;
  parts.ending = kEnding;
  parts.unknown = kUnknown;
  return makePipeline(std::move(parts));
}

}  // namespace lineament::text
