// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/gguf_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/io/json_text.h"
#include "core/text/bert_tokenizer.h"
#include "core/text/cutters.h"
#include "core/text/gpt2_tokenizer.h"
#include "core/text/json_fields.h"
#include "core/text/sentencepiece_tokenizer.h"

namespace lineament::text {

namespace {

constexpr const char* kFile = "GGUF vocabulary";
constexpr std::string_view kMark = "\xE2\x96\x81";

// How the texts of a byte-level vocabulary are cut: at the matches of each expression in turn, what
// lies between them being words, too. By `tokenizer.ggml.pre`; the expressions are those of the
// models' published tokenizer.json files, as the conversion to GGUF names them
// (github.com/ggml-org/llama.cpp, convert_hf_to_gguf_update.py and llama-vocab.cpp).
struct Cutting {
  std::vector<std::string_view> names;
  std::vector<const char*> expressions;
  bool ignore_merges = false;
  bool begins = false;  // whether a start is put before a text where no key says it
};

constexpr const char* kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kSeedCoder =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)";
// Words end where a small letter is followed by a capital.
constexpr const char* kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kGpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kDigit = R"(\p{N})";
constexpr const char* kSigns = R"([\p{P}\$\+<=>\^~\|`]+)";
constexpr const char* kThreeDigits = "[0-9][0-9][0-9]";
constexpr const char* kBloom = R"( ?[^(\s|.,!?…。，、।۔،)]+)";
constexpr const char* kLineEnd = R"([\r\n])";
constexpr const char* kIdeographs = "[一-龥ࠀ-一가-퟿]+";
// Letters that are large or small, by their numbers: some would become others if this file were
// normalised.
constexpr const char* kDeepSeekWords =
    R"(\s?[A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}\x{1E900}-\x{1E943}]+)";
constexpr const char* kDeepSeekSigns = R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)";
constexpr const char* kDeepSeek3Words =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

const Cutting& cuttingOf(const std::string& pre) {
  static const std::vector<Cutting> kCuttings{
      {{"gpt-2", "phi-2", "mpt", "olmo", "jais", "exaone4", "trillion", "mellum"},
       {kGpt2Expression}},
      {{"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"},
       {kDigit, kGpt2Expression}},
      {{"falcon"}, {kSigns, kGpt2Expression, kThreeDigits}},
      {{"llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"}, {kLlama3}, true, true},
      {{"dbrx", "smaug-bpe", "glm4", "chatglm-bpe"}, {kLlama3}},
      {{"qwen2", "stablelm2", "deepseek-r1-qwen", "megrez", "hunyuan", "grok-2"}, {kQwen2}},
      {{"seed-coder"}, {kSeedCoder}},
      {{"tekken"}, {kTekken}, true, true},
      {{"gpt-4o", "llama4"}, {kGpt4o}},
      {{"bloom", "poro-chat", "gpt3-finnish"}, {kBloom}},
      {{"viking"}, {kBloom, kDigit}},
      {{"deepseek-llm"},
       {kLineEnd, kDeepSeekWords, kDeepSeekSigns, R"(\s+$)", kIdeographs, kDigit}},
      {{"deepseek-coder"}, {kLineEnd, R"(\s?\p{L}+)", R"(\s?\p{P}+)", kIdeographs, kDigit}},
      {{"deepseek-v3"}, {R"(\p{N}{1,3})", "[一-龥\u3040-ゟ゠-ヿ]+", kDeepSeek3Words}}};
  for (const Cutting& each : kCuttings) {
    if (std::ranges::find(each.names, pre) != each.names.end()) return each;
  }
  throwUnsupported(kFile, pre.empty() ? "a pre-tokenizer that the file does not name"
                                      : "the pre-tokenizer '" + pre + "'");
}

PieceKind kindOf(std::int64_t type, std::size_t id) {
  constexpr std::array kKinds{PieceKind::normal,  PieceKind::normal, PieceKind::unknown,
                              PieceKind::control, PieceKind::user,   PieceKind::unused,
                              PieceKind::byte};
  if (type < 0 || static_cast<std::size_t>(type) >= kKinds.size()) {
    throwMalformed(kFile, fmt::format("a token has the type {}", type), fmt::format("id {}", id));
  }
  return kKinds[static_cast<std::size_t>(type)];
}

class Gguf {
 public:
  explicit Gguf(const JsonFields& keys) : keys_(keys) {}

  PipelineParts parts() const {
    const auto model = get<std::string>("model");
    PipelineParts made = model == "llama"  ? scored()
                         : model == "gpt2" ? byteLevel()
                         : model == "bert" ? wordPiece()
                         : model == "t5"
                             ? unigram()
                             : (throwUnsupported(kFile, "the model " + model), PipelineParts{});
    if (!made.ending) made.ending = id("eos_token_id", *made.vocabulary);
    return made;
  }

 private:
  template <class T>
  T get(const char* name) const {
    return keys_.get<T>(key(name).c_str());
  }
  template <class T>
  T get(const char* name, T fallback) const {
    return keys_.get<T>(key(name).c_str(), std::move(fallback));
  }
  static std::string key(const char* name) { return std::string("tokenizer.ggml.") + name; }

  std::optional<std::int32_t> id(const char* name, const Vocabulary& vocabulary) const {
    const auto found = get<std::int64_t>(name, -1);
    if (found < 0 ||
        !vocabulary.has(static_cast<std::int32_t>(std::min<std::int64_t>(found, INT32_MAX)))) {
      return std::nullopt;
    }
    return static_cast<std::int32_t>(found);
  }

  std::vector<Piece> pieces() const {
    const auto texts = get<std::vector<std::string>>("tokens");
    const auto scores = get<std::vector<double>>("scores", {});
    const auto types = get<std::vector<std::int64_t>>("token_type", {});
    const auto check = [&](std::size_t size, const char* name) {
      if (size != 0 && size != texts.size()) {
        keys_.fail(fmt::format("it has {} entries for {} tokens", size, texts.size()), key(name));
      }
    };
    check(scores.size(), "scores");
    check(types.size(), "token_type");
    if (texts.empty()) keys_.fail("it is empty", key("tokens"));
    std::vector<Piece> made;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      made.push_back({texts[i], scores.empty() ? 0 : scores[i],
                      types.empty() ? PieceKind::normal : kindOf(types[i], i)});
    }
    return made;
  }

  void frame(PipelineParts& parts, bool begins, bool ends) const {
    parts.beginning = id("bos_token_id", *parts.vocabulary);
    parts.ending = id("eos_token_id", *parts.vocabulary);
    frameWith(get("add_bos_token", begins) ? parts.beginning : std::nullopt,
              get("add_eos_token", ends) ? parts.ending : std::nullopt, parts);
  }

  static void findUserTokens(PipelineParts& parts) {
    const Vocabulary& vocabulary = *parts.vocabulary;
    parts.added = controlTokens(vocabulary);
    for (std::int32_t at = 0; static_cast<std::size_t>(at) < vocabulary.size(); ++at) {
      const Piece& piece = vocabulary[at];
      if (piece.kind == PieceKind::user) parts.added.push_back({.id = at, .content = piece.text});
    }
  }

  SentencePieceModel sentencePiece(SentencePieceModel::Kind kind) const {
    SentencePieceModel model;
    model.kind = kind;
    model.pieces = pieces();
    const auto place = get<std::int32_t>("unknown_token_id", 0);
    if (place < 0 || static_cast<std::size_t>(place) >= model.pieces.size()) {
      keys_.fail("it is no token", key("unknown_token_id"));
    }
    model.unknown = place;
    model.beginning = model.ending = -1;
    model.dummy_prefix = get("add_space_prefix", true);
    model.collapse_spaces = get("remove_extra_whitespaces", false);
    return model;
  }

  PipelineParts scored() const {
    SentencePieceModel model = sentencePiece(SentencePieceModel::Kind::bpe);
    model.byte_fallback = true;
    PipelineParts parts = sentencePieceParts(kFile, std::move(model));
    findUserTokens(parts);
    frame(parts, true, false);
    return parts;
  }

  PipelineParts unigram() const {
    SentencePieceModel model = sentencePiece(SentencePieceModel::Kind::unigram);
    // Numbers of one byte each, which some writers give a sign.
    for (const auto byte : get<std::vector<std::int64_t>>("precompiled_charsmap", {})) {
      model.charsmap += static_cast<char>(byte & 0xFF);
    }
    PipelineParts parts = sentencePieceParts(kFile, std::move(model));
    findUserTokens(parts);
    frame(parts, false, true);
    return parts;
  }

  PipelineParts byteLevel() const {
    const Cutting& how = cuttingOf(get<std::string>("pre", ""));
    MergeList merges;
    for (const std::string& merge : get<std::vector<std::string>>("merges", {})) {
      const std::size_t space = merge.find(' ', 1);
      if (space == std::string::npos) {
        keys_.fail("it is no pair of pieces", fmt::format("merge {}", merges.size() + 1));
      }
      merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
    }
    PipelineParts parts = byteLevelParts(kFile, std::make_shared<const Vocabulary>(pieces()),
                                         merges, how.ignore_merges, how.expressions);
    findUserTokens(parts);
    frame(parts, how.begins, false);
    return parts;
  }

  // Words begin with U+2581 here, and what goes on a word has no sign.
  PipelineParts wordPiece() const {
    std::vector<Piece> made = pieces();
    for (Piece& piece : made) {
      if (piece.kind != PieceKind::normal) continue;
      if (piece.text.starts_with(kMark)) {
        piece.text.erase(0, kMark.size());
      } else if (!piece.text.starts_with('[') || !piece.text.ends_with(']')) {
        piece.text.insert(0, "##");
      }
    }
    return bertParts(kFile, std::move(made), SpecialNames(""));
  }

  JsonFields keys_;
};

}  // namespace

std::unique_ptr<Tokenizer> makeGgufTokenizer(std::string_view json) {
  const std::optional<nlohmann::json> keys = io::parseJson(json);
  if (!keys || !keys->is_object()) throwMalformed(kFile, "it is not a JSON object");
  return makePipeline(Gguf(JsonFields(kFile, *keys)).parts());
}

}  // namespace lineament::text
