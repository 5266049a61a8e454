// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/io/json_text.h"
#include "core/text/byte_letters.h"
#include "core/text/piece_list.h"
#include "core/text/ranked_merges.h"
#include "core/text/special_names.h"
#include "core/text/tokenizer_json_parts.h"
#include "core/text/unigram.h"
#include "core/text/whole_words.h"

namespace lineament::text {

namespace {

constexpr const char* kFile = "tokenizer.json";

// The old files name no type.
std::string modelType(const JsonFields& model) {
  if (model.has("type")) return model.type();
  if (model.has("merges")) return "BPE";
  if (model.has("continuing_subword_prefix") || model.has("max_input_chars_per_word")) {
    return "WordPiece";
  }
  return model.at("vocab").json().is_array() ? "Unigram" : "WordLevel";
}

// {"piece": id, ...} or [["piece", score], ...].
std::vector<Piece> piecesOf(const JsonFields& model) {
  const JsonFields list = model.at("vocab");
  if (!list.json().is_array()) return piecesById(list);
  std::vector<Piece> pieces;
  for (const nlohmann::json& value : list.json()) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_string() || !value[1].is_number()) {
      model.fail("it is not a piece and its score", fmt::format("piece {}", pieces.size()));
    }
    pieces.push_back({value[0].get<std::string>(), value[1].get<double>()});
  }
  if (pieces.empty()) model.fail("it has no pieces", "vocab");
  return pieces;
}

std::vector<AddedToken> addedTokensOf(const JsonFields& file) {
  std::vector<AddedToken> tokens;
  const nlohmann::json& list = file.at("added_tokens").json();
  for (const nlohmann::json& each : list) {
    const JsonFields token(kFile, each);
    tokens.push_back({token.get<std::int32_t>("id"), token.get<std::string>("content"),
                      token.get("single_word", false), token.get("lstrip", false),
                      token.get("rstrip", false), token.get("normalized", false),
                      token.get("special", false)});
  }
  return tokens;
}

MergeList mergesOf(const JsonFields& model) {
  MergeList merges;
  const nlohmann::json& list = model.at("merges").json();
  for (const nlohmann::json& merge : list) {
    const std::string where = fmt::format("merge {}", merges.size() + 1);
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
      continue;
    }
    if (!merge.is_string()) model.fail("it is no pair of pieces", where);
    const auto text = merge.get<std::string>();
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
      model.fail("it is no pair of pieces", where);
    }
    merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
  return merges;
}

class Builder {
 public:
  Builder(const JsonFields& file, const SpecialNames& names)
      : file_(file), model_(file.at("model")), type_(modelType(model_)), names_(names) {}

  PipelineParts parts() {
    PipelineParts parts;
    parts.added = addedTokensOf(file_);
    parts.vocabulary = vocabularyOf(parts.added);
    vocabulary_ = parts.vocabulary;
    parts.unknown = unknownOf();
    parts.model = modelOf(parts.unknown);
    parts.normalizers = normalizersOf(file_.at("normalizer"));
    parts.cutters = cuttersOf(file_.at("pre_tokenizer"));
    parts.decode = decodeStepsOf(file_.at("decoder"));
    const Frames frames = framesOf(file_.at("post_processor"));
    parts.frame = frames.one;
    parts.pair = frames.pair;
    const bool bytes = mentions("ByteLevel");
    parts.kind = type_ == "BPE" ? (bytes ? "byte-level BPE" : "BPE") : type_;
    parts.surface = bytes ? bytesOfLetters : surfaceOfMarks;
    names_.apply(parts);
    return parts;
  }

 private:
  std::shared_ptr<const Vocabulary> vocabularyOf(const std::vector<AddedToken>& added) const {
    std::vector<Piece> pieces = piecesOf(model_);
    for (const AddedToken& token : added) placeAdded(kFile, token, pieces);
    return std::make_shared<const Vocabulary>(std::move(pieces));
  }

  std::optional<std::int32_t> unknownOf() const {
    if (type_ == "Unigram") {
      if (!model_.has("unk_id")) return std::nullopt;
      const auto id = model_.get<std::int32_t>("unk_id");
      if (!vocabulary_->has(id)) model_.fail("it is no piece of the vocabulary", "unk_id");
      return id;
    }
    const auto name = model_.get<std::string>("unk_token", "");
    return name.empty() ? std::nullopt : vocabulary_->find(name);
  }

  std::unique_ptr<WordModel> modelOf(std::optional<std::int32_t> unknown) const {
    if (type_ == "WordLevel") return makeWordLevel(vocabulary_, unknown);
    if (type_ == "Unigram") {
      return makeUnigram(vocabulary_, {unknown, model_.get("byte_fallback", false), true},
                         SumsIn::twofold);
    }
    if (type_ == "WordPiece") {
      if (!unknown) model_.fail("the vocabulary lacks it", "unk_token");
      return makeWordPiece(vocabulary_,
                           {*unknown, model_.get<std::string>("continuing_subword_prefix", "##"),
                            model_.get<std::size_t>("max_input_chars_per_word", 100)});
    }
    if (type_ != "BPE") throwUnsupported(kFile, "the model " + type_);
    if (model_.get("dropout", 0.0) > 0) throwUnsupported(kFile, "a dropout of merges");
    return makeRankedMerges(
        kFile, vocabulary_, mergesOf(model_),
        {{unknown, model_.get("byte_fallback", false), model_.get("fuse_unk", false)},
         model_.get<std::string>("continuing_subword_prefix", ""),
         model_.get<std::string>("end_of_word_suffix", ""),
         model_.get("ignore_merges", false)});
  }

  // Whether a component of that type is part of it.
  bool mentions(const char* type) const {
    for (const char* part : {"pre_tokenizer", "normalizer", "decoder"}) {
      const std::string text = io::jsonText(file_.at(part).json());
      if (text.find(fmt::format("\"type\":\"{}\"", type)) != std::string::npos) return true;
    }
    return false;
  }

  JsonFields file_, model_;
  std::string type_;
  const SpecialNames& names_;
  std::shared_ptr<const Vocabulary> vocabulary_;
};

}  // namespace

std::unique_ptr<Tokenizer> makeJsonTokenizer(std::string_view json, std::string_view config) {
  const std::optional<nlohmann::json> file = io::parseJson(json);
  if (!file || !file->is_object()) throwMalformed(kFile, "it is not a JSON object");
  const SpecialNames names(config);
  return makePipeline(Builder(JsonFields(kFile, *file), names).parts());
}

}  // namespace lineament::text
