// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/text_tokenize.h"

#include <algorithm>

#include "core/analyses/text_input.h"
#include "core/base/error.h"
#include "core/text/shown_bytes.h"

namespace lineament {

namespace {

Declaration declare() {
  Declaration declaration;
  declaration.id = "text.tokenize";
  declaration.title = "Cut a text into tokens";
  declaration.summary =
      "Shows the tokens that a network reads in place of a text: each one's id, its piece of the "
      "vocabulary, and the bytes of the text that it stands for.";
  declaration.source =
      "Sennrich, Haddow and Birch (2016), Neural machine translation of rare words with subword "
      "units; Kudo and Richardson (2018), SentencePiece; Wu and others (2016) (WordPiece)";
  declaration.inputs = {{"model",
                         "Network or tokenizer",
                         {Kind::checkpoint},
                         "A checkpoint with its tokenizer beside it, or a tokenizer's file alone"}};
  declaration.parameters = textParameters();
  declaration.outputs = {
      {"tokens", Kind::table, "Tokens", "A row for each token, in the order of the text"}};
  declaration.metrics = {
      {"tokens", "Tokens", "", ""},
      {"unknown_tokens", "Unknown tokens", "", "That stand for what the vocabulary lacks"},
      {"characters_per_token", "Characters per token", "",
       "Code points of the text by the tokens that stand for some of it"}};
  return declaration;
}

Table tableOf(const TextInput& input) {
  std::vector<std::int64_t> indices, ids, begins, ends;
  std::vector<std::uint8_t> special;
  TextBuilder pieces, shown;
  for (const text::Token& token : input.tokens) {
    indices.push_back(static_cast<std::int64_t>(indices.size()));
    ids.push_back(token.id);
    pieces.add(input.tokenizer ? text::replacedUtf8(input.tokenizer->piece(token.id)) : "");
    shown.add(input.shown(token.id));
    begins.push_back(static_cast<std::int64_t>(token.begin));
    ends.push_back(static_cast<std::int64_t>(token.end));
    special.push_back(input.tokenizer && input.tokenizer->special(token.id) ? 1 : 0);
  }
  return Table({Column("index", std::move(indices)), Column("id", std::move(ids)),
                Column("piece", pieces.finish()), Column("shown", shown.finish()),
                Column("begin", std::move(begins), {}, "byte"),
                Column("end", std::move(ends), {}, "byte"), Column("special", std::move(special))});
}

class TextTokenize : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    context.checkpoint(0, "Cutting the text");
    const TextInput input = textInput(inputs.get<Checkpoint>("model"), parameters);
    context.checkpoint(0.7, "Listing the tokens");
    Outputs outputs;
    outputs.add("tokens", Data(tableOf(input)));
    outputs.metrics["tokens"] = static_cast<double>(input.tokens.size());
    outputs.metrics["unknown_tokens"] = static_cast<double>(input.unknown);
    const auto letters = std::ranges::count_if(
        input.text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
    const auto covering = std::ranges::count_if(
        input.tokens, [](const text::Token& token) { return token.end > token.begin; });
    if (covering > 0) {
      outputs.metrics["characters_per_token"] =
          static_cast<double>(letters) / static_cast<double>(covering);
    }
    return outputs;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeTextTokenize() {
  return std::make_unique<TextTokenize>();
}

}  // namespace lineament
