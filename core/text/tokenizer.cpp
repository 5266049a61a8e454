// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer.h"

#include "core/base/error.h"
#include "core/text/bert_tokenizer.h"
#include "core/text/byte_tokenizer.h"
#include "core/text/gguf_tokenizer.h"
#include "core/text/gpt2_tokenizer.h"
#include "core/text/llama2c_tokenizer.h"
#include "core/text/sentencepiece_tokenizer.h"
#include "core/text/tokenizer_json.h"

namespace lineament::text {

namespace {

constexpr ErrorText kNone{"tokenizer.none", "Make the tokenizer of a network",
                          "its files hold no vocabulary", "",
                          "Put tokenizer.json, tokenizer.model or vocab.txt beside the weights"};
constexpr ErrorText kNoPairs{"tokenizer.no_pairs", "Cut two texts into one input",
                             "the tokenizer ({kind}) knows no pairs", "",
                             "Give one text, or choose a network such as BERT"};

}  // namespace

std::vector<Token> Tokenizer::encodePair(std::string_view, std::string_view) const {
  throw Error(kNoPairs, {{"kind", kind()}});
}

std::unique_ptr<Tokenizer> makeTokenizer(const TokenizerFiles& files) {
  const auto find = [&](const char* name) -> const std::string* {
    const auto found = files.files.find(name);
    return found == files.files.end() ? nullptr : &found->second;
  };
  const std::string none;
  const std::string* given = find("tokenizer_config.json");
  const std::string& config = given ? *given : none;
  if (const std::string* json = find("tokenizer.json")) return makeJsonTokenizer(*json, config);
  for (const char* name : {"tokenizer.model", "spiece.model"}) {
    if (const std::string* bytes = find(name)) {
      return makeSentencePieceTokenizer(*bytes, name, SpecialNames(config));
    }
  }
  const std::string* vocabulary = find("vocab.json");
  const std::string* merges = find("merges.txt");
  if (vocabulary && merges) return makeGpt2Tokenizer(*vocabulary, *merges, SpecialNames(config));
  if (const std::string* list = find("vocab.txt")) {
    return makeBertTokenizer(*list, SpecialNames(config));
  }
  if (const std::string* keys = find("gguf")) return makeGgufTokenizer(*keys);
  if (const std::string* bytes = find("tokenizer.bin")) return makeLlama2cTokenizer(*bytes);
  if (find("bytes")) return makeByteTokenizer();
  throw Error(kNone);
}

}  // namespace lineament::text
