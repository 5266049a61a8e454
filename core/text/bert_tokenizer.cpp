// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/bert_tokenizer.h"

#include <algorithm>

#include "core/text/cutters.h"
#include "core/text/decode_steps.h"
#include "core/text/gpt2_tokenizer.h"
#include "core/text/normalizers.h"
#include "core/text/piece_list.h"
#include "core/text/whole_words.h"

namespace lineament::text {

namespace {

constexpr const char* kFile = "vocab.txt";

bool isControl(const std::string& piece) {
  return piece.starts_with('[') && piece.ends_with(']') && piece.size() > 2;
}

bool hasCapitals(const std::vector<Piece>& pieces) {
  return std::ranges::any_of(pieces, [](const Piece& piece) {
    return !isControl(piece.text) && std::ranges::any_of(piece.text, [](char letter) {
      return letter >= 'A' && letter <= 'Z';
    });
  });
}

std::string nameOr(const SpecialNames& names, const char* field, const char* usual) {
  const std::string name = names.name(field);
  return name.empty() ? usual : name;
}

}  // namespace

PipelineParts bertParts(std::string_view file, std::vector<Piece> pieces,
                        const SpecialNames& names) {
  const bool lower = names.flag("do_lower_case").value_or(!hasCapitals(pieces));
  const std::string unknown = nameOr(names, "unk_token", "[UNK]");
  const std::string start = nameOr(names, "cls_token", "[CLS]");
  const std::string end = nameOr(names, "sep_token", "[SEP]");
  const std::string mask = nameOr(names, "mask_token", "[MASK]");
  const std::string padding = nameOr(names, "pad_token", "[PAD]");
  for (Piece& piece : pieces) {
    for (const std::string* name : {&unknown, &start, &end, &mask, &padding}) {
      if (piece.text == *name) piece.kind = PieceKind::control;
    }
  }
  PipelineParts parts;
  parts.kind = "WordPiece";
  parts.vocabulary = std::make_shared<const Vocabulary>(std::move(pieces));
  const auto id = [&](const std::string& name) {
    if (const auto found = parts.vocabulary->find(name)) return *found;
    throwMalformed(file, "it lacks the piece " + name);
  };
  parts.unknown = id(unknown);
  parts.beginning = id(start);
  parts.ending = id(end);
  parts.added = controlTokens(*parts.vocabulary);
  parts.normalizers = {bertNormal({true, names.flag("tokenize_chinese_chars").value_or(true),
                                   names.flag("strip_accents").value_or(lower), lower})};
  parts.cutters = {cutAsBert()};
  parts.model = makeWordPiece(parts.vocabulary, {*parts.unknown});
  const FrameItem first{FrameItem::What::first}, second{FrameItem::What::second};
  const FrameItem begin{FrameItem::What::token, *parts.beginning};
  const FrameItem stop{FrameItem::What::token, *parts.ending};
  parts.frame = {begin, first, stop};
  parts.pair = {begin, first, stop, second, stop};
  parts.decode = {wordPieces("##", true)};
  parts.surface = [](std::string_view piece) { return std::string(piece); };
  return parts;
}

std::unique_ptr<Tokenizer> makeBertTokenizer(std::string_view vocabulary,
                                             const SpecialNames& names) {
  std::vector<Piece> pieces;
  while (!vocabulary.empty()) {
    placePiece(kFile, static_cast<std::int64_t>(pieces.size()), {std::string(takeLine(vocabulary))},
               pieces);
  }
  for (const AddedToken& token : names.added()) placeAdded(kFile, token, pieces);
  return makePipeline(bertParts(kFile, std::move(pieces), names));
}

}  // namespace lineament::text
