// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer_json_parts.h"

#include "core/base/base64.h"
#include "core/text/charsmap.h"
#include "core/text/cutters.h"
#include "core/text/decode_steps.h"
#include "core/text/normalizers.h"

namespace lineament::text {

namespace {

// The parts of a component of type Sequence, or the component itself.
std::vector<JsonFields> partsOf(const JsonFields& part, const char* list) {
  std::vector<JsonFields> parts;
  if (part.json().is_null() || part.json().empty()) return parts;
  if (part.type() != "Sequence") return {part};
  const JsonFields members = part.at(list);
  if (!members.json().is_array()) part.fail("it is no list", list);
  for (const nlohmann::json& member : members.json()) {
    for (const JsonFields& inner : partsOf({part.file(), member}, list)) parts.push_back(inner);
  }
  return parts;
}

// {"String": "a"} or {"Regex": "a+"}; which of the two `use` is called with.
template <class Use>
auto withPattern(const JsonFields& part, Use use) {
  const JsonFields pattern = part.at("pattern");
  if (pattern.has("Regex")) {
    return use(Regex(part.file(), pattern.get<std::string>("Regex")));
  }
  return use(pattern.get<std::string>("String"));
}

Normalizer normalizerOf(const JsonFields& part) {
  const std::string type = part.type();
  if (type == "NFC") return normalForm(NormalForm::nfc);
  if (type == "NFD") return normalForm(NormalForm::nfd);
  if (type == "NFKC") return normalForm(NormalForm::nfkc);
  if (type == "NFKD") return normalForm(NormalForm::nfkd);
  if (type == "Lowercase") return lowerCase();
  if (type == "StripAccents") return stripAccents();
  if (type == "ByteLevel") return bytesAsLetters();
  if (type == "Prepend") return prepended(part.get<std::string>("prepend"));
  if (type == "Strip") {
    return stripSpaces(part.get("strip_left", true), part.get("strip_right", true));
  }
  if (type == "BertNormalizer") {
    const bool lower = part.get("lowercase", true);
    return bertNormal({part.get("clean_text", true), part.get("handle_chinese_chars", true),
                       part.get("strip_accents", lower), lower});
  }
  if (type == "Replace") {
    return withPattern(part, [&](auto pattern) {
      return replaced(std::move(pattern), part.get<std::string>("content"));
    });
  }
  if (type == "Precompiled") {
    const auto map = part.get<std::string>("precompiled_charsmap", "");
    std::optional<std::string> bytes = bytesOfBase64(map);
    if (!bytes) part.fail("it is not base64", "precompiled_charsmap");
    return mappedLetters(part.file(), std::move(*bytes));
  }
  throwUnsupported(part.file(), "the normalizer " + type);
}

Cut cutOf(const JsonFields& part) {
  const auto behavior = part.get<std::string>("behavior", "Isolated");
  if (behavior == "Removed") return Cut::removed;
  if (behavior == "Isolated") return Cut::isolated;
  if (behavior == "MergedWithPrevious") return Cut::with_previous;
  if (behavior == "MergedWithNext") return Cut::with_next;
  if (behavior == "Contiguous") return Cut::contiguous;
  throwUnsupported(part.file(), "the splitting behaviour " + behavior);
}

MetaspaceSettings metaspaceOf(const JsonFields& part) {
  using Prepend = MetaspaceSettings::Prepend;
  MetaspaceSettings settings;
  settings.mark = part.get<std::string>("replacement", settings.mark);
  settings.split = part.get("split", true);
  const bool prefix = part.get("add_prefix_space", true);
  const auto scheme = part.get<std::string>("prepend_scheme", prefix ? "always" : "never");
  if (scheme != "always" && scheme != "first" && scheme != "never") {
    throwUnsupported(part.file(), "the prepend_scheme " + scheme);
  }
  settings.prepend = scheme == "always"  ? Prepend::always
                     : scheme == "first" ? Prepend::first
                                         : Prepend::never;
  return settings;
}

Cutter cutterOf(const JsonFields& part) {
  const std::string type = part.type();
  if (type == "BertPreTokenizer") return cutAsBert();
  if (type == "Whitespace") return cutAtWordClasses();
  if (type == "WhitespaceSplit") return cutAtSpaces();
  if (type == "Punctuation") return cutAtPunctuation(cutOf(part));
  if (type == "Digits") return cutAtDigits(part.get("individual_digits", false));
  if (type == "Metaspace") return metaspace(metaspaceOf(part));
  if (type == "CharDelimiterSplit") {
    return cutAt(part.get<std::string>("delimiter"), Cut::removed, false);
  }
  if (type == "ByteLevel") {
    return byteLevel({part.get("add_prefix_space", true), part.get("use_regex", true)});
  }
  if (type == "Split") {
    return withPattern(part, [&](auto pattern) {
      return cutAt(std::move(pattern), cutOf(part), part.get("invert", false));
    });
  }
  throwUnsupported(part.file(), "the pre-tokenizer " + type);
}

DecodeStep decodeStepOf(const JsonFields& part) {
  const std::string type = part.type();
  if (type == "ByteLevel") return lettersAsBytes();
  if (type == "ByteFallback") return bytePieces();
  if (type == "Fuse") return fused();
  if (type == "BPEDecoder") return suffixesAsSpaces(part.get<std::string>("suffix", "</w>"));
  if (type == "WordPiece") {
    return wordPieces(part.get<std::string>("prefix", "##"), part.get("cleanup", true));
  }
  if (type == "Metaspace") {
    const MetaspaceSettings settings = metaspaceOf(part);
    return marksAsSpaces(settings.mark, settings.prepend != MetaspaceSettings::Prepend::never);
  }
  if (type == "Strip") {
    return strippedPieces(part.get<std::string>("content", " "), part.get<std::size_t>("start", 0),
                          part.get<std::size_t>("stop", 0));
  }
  if (type == "Replace") {
    return withPattern(part, [&](auto pattern) {
      return replacedInPieces(std::move(pattern), part.get<std::string>("content"));
    });
  }
  throwUnsupported(part.file(), "the decoder " + type);
}

FrameItem token(std::int32_t id) {
  return {FrameItem::What::token, id};
}

// Of [name, id].
FrameItem namedToken(const JsonFields& part, const char* name) {
  return token(part.get<std::pair<std::string, std::int32_t>>(name).second);
}

Frame templateOf(const JsonFields& part, const char* name) {
  Frame frame;
  const JsonFields items = part.at(name);
  for (const nlohmann::json& item : items.json()) {
    const JsonFields fields(part.file(), item);
    if (fields.has("Sequence")) {
      const bool first = fields.at("Sequence").get<std::string>("id") == "A";
      frame.push_back({first ? FrameItem::What::first : FrameItem::What::second});
      continue;
    }
    const auto id = fields.at("SpecialToken").get<std::string>("id");
    const JsonFields known = part.at("special_tokens").at(id.c_str());
    for (const auto each : known.get<std::vector<std::int32_t>>("ids"))
      frame.push_back(token(each));
  }
  if (frame.empty()) part.fail("it is empty", name);
  return frame;
}

Frames framesOfOne(const JsonFields& part) {
  const std::string type = part.type();
  const FrameItem first{FrameItem::What::first}, second{FrameItem::What::second};
  if (type == "ByteLevel") return {};
  if (type == "TemplateProcessing") {
    return {templateOf(part, "single"), templateOf(part, "pair")};
  }
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    const FrameItem start = namedToken(part, "cls"), end = namedToken(part, "sep");
    Frames made{{start, first, end}, {start, first, end, second, end}};
    if (type == "RobertaProcessing") made.pair.insert(made.pair.begin() + 3, end);
    return made;
  }
  throwUnsupported(part.file(), "the post-processor " + type);
}

}  // namespace

std::vector<Normalizer> normalizersOf(const JsonFields& part) {
  std::vector<Normalizer> made;
  for (const JsonFields& each : partsOf(part, "normalizers")) made.push_back(normalizerOf(each));
  return made;
}

std::vector<Cutter> cuttersOf(const JsonFields& part) {
  std::vector<Cutter> made;
  for (const JsonFields& each : partsOf(part, "pretokenizers")) made.push_back(cutterOf(each));
  return made;
}

std::vector<DecodeStep> decodeStepsOf(const JsonFields& part) {
  std::vector<DecodeStep> made;
  for (const JsonFields& each : partsOf(part, "decoders")) made.push_back(decodeStepOf(each));
  if (made.empty()) made.push_back(joinedBySpaces());
  return made;
}

Frames framesOf(const JsonFields& part) {
  Frames made;
  bool framed = false;
  for (const JsonFields& each : partsOf(part, "processors")) {
    if (each.type() == "ByteLevel") continue;
    if (framed) throwUnsupported(part.file(), "two post-processors that add tokens");
    made = framesOfOne(each);
    framed = true;
  }
  return made;
}

}  // namespace lineament::text
