// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/special_names.h"

#include <charconv>

#include "core/io/json_text.h"
#include "core/text/json_fields.h"

namespace lineament::text {

namespace {

constexpr const char* kFile = "tokenizer_config.json";

bool isToken(const FrameItem& item) {
  return item.what == FrameItem::What::token;
}

}  // namespace

SpecialNames::SpecialNames(std::string_view config) {
  if (config.empty()) return;
  std::optional<nlohmann::json> json = io::parseJson(config);
  if (!json || !json->is_object()) throwMalformed(kFile, "it is not a JSON object");
  json_ = std::move(*json);
}

std::string SpecialNames::tokenizerClass() const {
  return JsonFields(kFile, json_).get<std::string>("tokenizer_class", "");
}

std::optional<bool> SpecialNames::flag(const char* name) const {
  const JsonFields fields(kFile, json_);
  return fields.has(name) ? std::optional(fields.get<bool>(name)) : std::nullopt;
}

std::string SpecialNames::name(const char* field) const {
  const JsonFields fields(kFile, json_);
  if (!fields.has(field)) return {};
  const nlohmann::json& value = json_.at(field);
  return value.is_object() ? JsonFields(kFile, value).get<std::string>("content", "")
                           : fields.get<std::string>(field);
}

std::vector<AddedToken> SpecialNames::added() const {
  std::vector<AddedToken> tokens;
  const JsonFields list = JsonFields(kFile, json_).at("added_tokens_decoder");
  for (const auto& [key, value] : list.json().items()) {
    std::int32_t id = -1;
    const auto [last, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || last != key.data() + key.size() || id < 0) {
      list.fail("its id is no number", key);
    }
    const JsonFields token(kFile, value);
    tokens.push_back({id, token.get<std::string>("content"), token.get("single_word", false),
                      token.get("lstrip", false), token.get("rstrip", false), false,
                      token.get("special", false)});
  }
  return tokens;
}

void SpecialNames::apply(PipelineParts& parts) const {
  const auto find = [&](const std::string& piece) {
    return piece.empty() ? std::nullopt : parts.vocabulary->find(piece);
  };
  if (!parts.beginning) parts.beginning = find(name("bos_token"));
  if (!parts.ending) parts.ending = find(name("eos_token"));
  const Frame& frame = parts.frame;
  if (!parts.beginning && isToken(frame.front())) parts.beginning = frame.front().id;
  if (!parts.ending && isToken(frame.back())) parts.ending = frame.back().id;
  for (const char* usual : {"</s>", "<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<eos>"}) {
    if (!parts.ending) parts.ending = find(usual);
  }
}

}  // namespace lineament::text
