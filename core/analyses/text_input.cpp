// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/text_input.h"

#include <charconv>

#include "core/base/error.h"
#include "core/language/architectures.h"

namespace lineament {

namespace {

constexpr ErrorText kNoText{"text.no_text", "Run a network on a text", "no text was given", "",
                            "Type a text, or token ids separated by commas"};
constexpr ErrorText kIds{"text.ids", "Read '{text}' as token ids", "'{part}' is no id", "",
                         "Give whole numbers separated by commas, such as 1,319,44"};
constexpr ErrorText kNoTokenizer{
    "text.no_tokenizer", "Cut the text into tokens", "the checkpoint came without a vocabulary", "",
    "Put tokenizer.json, tokenizer.model or vocab.txt beside the weights, or give token_ids"};

std::vector<text::Token> idsFrom(const std::string& list) {
  std::vector<text::Token> tokens;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    std::string_view part(list.data() + at, end - at);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    std::int32_t id = 0;
    const auto [last, error] = std::from_chars(part.data(), part.data() + part.size(), id);
    if (error != std::errc() || last != part.data() + part.size() || id < 0) {
      throw Error::usage(kIds, {{"text", list}, {"part", part}});
    }
    tokens.push_back({id, 0, 0});
    at = end + 1;
  }
  return tokens;
}

std::shared_ptr<const text::Tokenizer> tokenizerOf(const Checkpoint& checkpoint) {
  const TokenizerFiles files = checkpoint.tokenizer();
  return files.empty() ? nullptr
                       : std::shared_ptr<const text::Tokenizer>(text::makeTokenizer(files));
}

}  // namespace

std::vector<Parameter> textParameters() {
  using Type = Parameter::Type;
  return {{.id = "text",
           .title = "Text",
           .type = Type::text,
           .fallback = std::string(),
           .help = "What the network reads"},
          {.id = "token_ids",
           .title = "Token ids",
           .type = Type::text,
           .fallback = std::string(),
           .help = "In place of a text: ids separated by commas, taken as they are",
           .advanced = true},
          {.id = "special",
           .title = "Add special tokens",
           .type = Type::boolean,
           .fallback = true,
           .help = "What the network expects around a text: a start, [CLS] and [SEP]",
           .advanced = true}};
}

Parameter memberParameter() {
  return {.id = "member",
          .title = "Network",
          .type = Parameter::Type::text,
          .fallback = std::string(),
          .help =
              "Of a checkpoint that holds several, such as sequence.train makes: its name; "
              "without one the first",
          .advanced = true};
}

Checkpoint networkInput(const Inputs& inputs, const Parameters& parameters) {
  return language::memberOf(inputs.get<Checkpoint>("model"), parameters.text("member"));
}

std::vector<std::int32_t> TextInput::ids() const {
  std::vector<std::int32_t> list;
  for (const text::Token& token : tokens) list.push_back(token.id);
  return list;
}

std::string TextInput::shown(std::int32_t id) const {
  return tokenizer ? tokenizer->shown(id) : "#" + std::to_string(id);
}

TextInput textInput(const Checkpoint& checkpoint, const std::string& text, bool special) {
  TextInput input;
  input.text = text;
  input.tokenizer = tokenizerOf(checkpoint);
  if (text.empty()) return input;
  if (!input.tokenizer) throw Error(kNoTokenizer);
  input.tokens = input.tokenizer->encode(text, special);
  const auto unknown = input.tokenizer->unknown();
  for (const text::Token& token : input.tokens) input.unknown += unknown && token.id == *unknown;
  return input;
}

TextInput textInput(const Checkpoint& checkpoint, const Parameters& parameters) {
  const std::string& ids = parameters.text("token_ids");
  if (ids.empty()) {
    if (parameters.text("text").empty()) throw Error::usage(kNoText);
    return textInput(checkpoint, parameters.text("text"), parameters.flag("special"));
  }
  TextInput input;
  input.tokens = idsFrom(ids);
  // Ids are shown as texts where that can be; a vocabulary that is not understood does not matter.
  try {
    input.tokenizer = tokenizerOf(checkpoint);
  } catch (const Error&) {
    input.tokenizer = nullptr;
  }
  return input;
}

}  // namespace lineament
