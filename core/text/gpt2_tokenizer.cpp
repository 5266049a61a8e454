// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/gpt2_tokenizer.h"

#include <fmt/format.h>

#include <array>

#include "core/io/json_text.h"
#include "core/text/byte_letters.h"
#include "core/text/cutters.h"
#include "core/text/decode_steps.h"
#include "core/text/piece_list.h"

namespace lineament::text {

namespace {

constexpr const char* kVocabulary = "vocab.json";
constexpr const char* kMerges = "merges.txt";

enum class Family { gpt2, roberta };

Family familyOf(const SpecialNames& names, const Vocabulary& vocabulary) {
  std::string name = names.tokenizerClass();
  if (name.ends_with("Fast")) name.resize(name.size() - 4);
  constexpr std::array kGpt2{"GPT2Tokenizer", "CodeGenTokenizer", "GPTNeoXTokenizer"};
  constexpr std::array kRoberta{"RobertaTokenizer", "BartTokenizer", "LongformerTokenizer"};
  if (std::ranges::find(kGpt2, name) != kGpt2.end()) return Family::gpt2;
  if (std::ranges::find(kRoberta, name) != kRoberta.end()) return Family::roberta;
  if (!name.empty()) {
    throwUnsupported("vocab.json and merges.txt", "the class " + name);
  }
  const auto is = [&](const char* piece, std::int32_t id) { return vocabulary.find(piece) == id; };
  return is("<s>", 0) && is("<pad>", 1) && is("</s>", 2) ? Family::roberta : Family::gpt2;
}

MergeList mergesOf(std::string_view text) {
  MergeList merges;
  std::size_t line_number = 0;
  while (!text.empty()) {
    const std::string_view line = takeLine(text);
    ++line_number;
    if (line.empty() || (line_number == 1 && line.starts_with("#version"))) continue;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      throwMalformed(kMerges, "it is not two pieces with a space between them",
                     fmt::format("line {}", line_number));
    }
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return merges;
}

std::vector<Piece> piecesOf(std::string_view text) {
  const std::optional<nlohmann::json> json = io::parseJson(text);
  if (!json || !json->is_object()) throwMalformed(kVocabulary, "it is not a JSON object");
  std::vector<Piece> pieces = piecesById(JsonFields(kVocabulary, *json));
  for (Piece& piece : pieces) {
    for (const char* name : {"<|endoftext|>", "<s>", "</s>", "<pad>", "<unk>", "<mask>"}) {
      if (piece.text == name) piece.kind = PieceKind::control;
    }
  }
  return pieces;
}

}  // namespace

PipelineParts byteLevelParts(std::string_view file, std::shared_ptr<const Vocabulary> vocabulary,
                             const MergeList& merges, bool ignore_merges,
                             const std::vector<const char*>& expressions) {
  PipelineParts parts;
  parts.kind = "byte-level BPE";
  parts.vocabulary = std::move(vocabulary);
  parts.added = controlTokens(*parts.vocabulary);
  RankedMergeSettings settings;
  settings.ignore_merges = ignore_merges;
  parts.model = makeRankedMerges(file, parts.vocabulary, merges, settings);
  for (const char* expression : expressions) {
    parts.cutters.push_back(cutAt(Regex(file, expression), Cut::isolated, false));
  }
  parts.cutters.push_back(byteLevel({false, false}));
  parts.decode = {lettersAsBytes()};
  parts.surface = bytesOfLetters;
  return parts;
}

std::vector<AddedToken> controlTokens(const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  for (std::int32_t id = 0; static_cast<std::size_t>(id) < vocabulary.size(); ++id) {
    const Piece& piece = vocabulary[id];
    if (piece.kind != PieceKind::control || piece.text.empty()) continue;
    tokens.push_back({.id = id, .content = piece.text, .special = true});
  }
  return tokens;
}

std::unique_ptr<Tokenizer> makeGpt2Tokenizer(std::string_view vocabulary, std::string_view merges,
                                             const SpecialNames& names) {
  std::vector<Piece> pieces = piecesOf(vocabulary);
  for (const AddedToken& token : names.added()) placeAdded(kVocabulary, token, pieces);
  PipelineParts parts =
      byteLevelParts(kMerges, std::make_shared<const Vocabulary>(std::move(pieces)),
                     mergesOf(merges), false, {kGpt2Expression});
  if (names.flag("add_prefix_space").value_or(false)) {
    parts.cutters.insert(parts.cutters.begin(), spaceBefore());
  }
  parts.unknown = parts.vocabulary->find("<unk>");
  if (familyOf(names, *parts.vocabulary) == Family::roberta) {
    const auto start = parts.vocabulary->find("<s>"), end = parts.vocabulary->find("</s>");
    if (!start || !end) throwMalformed(kVocabulary, "it lacks <s> or </s>");
    const FrameItem first{FrameItem::What::first}, second{FrameItem::What::second};
    const FrameItem begin{FrameItem::What::token, *start}, stop{FrameItem::What::token, *end};
    parts.frame = {begin, first, stop};
    parts.pair = {begin, first, stop, stop, second, stop};
  }
  names.apply(parts);
  return makePipeline(std::move(parts));
}

}  // namespace lineament::text
