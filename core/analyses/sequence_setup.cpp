// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_setup.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/sequence/registry.h"

namespace lineament {

namespace {

using sequence::Dim;

constexpr ErrorText kEmptyList{"sequence.no_mechanism", "Put mechanisms side by side",
                               "the list names none", "", "Name at least one, as in gla,deltanet"};
constexpr ErrorText kNoEquals{"sequence.option.form", "Set the option '{text}'",
                              "expected KEY=VALUE", "", "Write options as in scale=0.5,window=64"};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::vector<std::string_view> listed(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::optional<std::int64_t> wholeNumber(std::string_view text, std::int64_t lowest,
                                        std::int64_t highest) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number < lowest || number > highest) return {};
  return number;
}

Parameter wholeParameter(const char* id, const char* title, std::int64_t fallback, double highest,
                         const char* help, double lowest) {
  return {.id = id,
          .title = title,
          .type = Parameter::Type::integer,
          .fallback = fallback,
          .help = help,
          .lowest = lowest,
          .highest = highest};
}

Parameter mechanismParameter() {
  Parameter parameter{.id = "mechanism",
                      .title = "Mechanism",
                      .type = Parameter::Type::choice,
                      .fallback = std::string("softmax"),
                      .help = "How the tokens of the sequence are mixed"};
  for (const sequence::Mechanism* mechanism : sequence::mechanisms()) {
    const sequence::Description& about = mechanism->description();
    parameter.choices.push_back(
        {std::string(about.id), std::string(about.title), std::string(about.summary)});
  }
  return parameter;
}

Parameter mechanismsParameter() {
  std::string ids;
  for (const sequence::Mechanism* mechanism : sequence::mechanisms()) {
    ids += (ids.empty() ? "" : ", ") + std::string(mechanism->description().id);
  }
  return {.id = "mechanisms",
          .title = "Mechanisms",
          .type = Parameter::Type::text,
          .fallback = std::string("softmax,linear,retention,gla,deltanet,gated-deltanet"),
          .help = "Separated by commas: " + ids};
}

Parameter optionsParameter() {
  return {.id = "options",
          .title = "Options",
          .type = Parameter::Type::text,
          .fallback = std::string(),
          .help = "The mechanism's own options, as in scale=0.5; `lineament analyses` lists them",
          .advanced = true};
}

std::vector<Parameter> sizeParameters(std::int64_t tokens, std::int64_t heads) {
  return {
      wholeParameter("tokens", "Tokens", tokens, 1 << 24, "Length of the drawn sequences"),
      wholeParameter("heads", "Heads", heads, 4096, "Heads, or channels of a state-space model"),
      wholeParameter("key_size", "Key size", 32, 4096, "Width of queries and keys, or state size"),
      wholeParameter("value_size", "Value size", 32, 4096, "Width of values"),
      wholeParameter("batch", "Batch", 1, 4096, "Sequences drawn")};
}

std::vector<const sequence::Mechanism*> mechanismsOf(std::string_view list) {
  std::vector<const sequence::Mechanism*> found;
  for (const std::string_view id : listed(list)) {
    const sequence::Mechanism* mechanism = &sequence::requireMechanism(id);
    if (std::find(found.begin(), found.end(), mechanism) == found.end()) found.push_back(mechanism);
  }
  if (found.empty()) throw Error::usage(kEmptyList);
  return found;
}

sequence::Options optionsOf(const sequence::Mechanism& mechanism, std::string_view text) {
  sequence::Options options(mechanism.description().options);
  for (const std::string_view part : listed(text)) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos) throw Error::usage(kNoEquals, {{"text", part}});
    options.set(trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1)));
  }
  return options;
}

sequence::Sizes sizesOf(const sequence::Mechanism& mechanism, const Parameters& parameters) {
  sequence::Sizes sizes;
  sizes[Dim::batch] = parameters.integer("batch");
  sizes[Dim::token] = parameters.integer("tokens");
  sizes[Dim::head] = parameters.integer("heads");
  sizes[Dim::key] = parameters.integer("key_size");
  sizes[Dim::value] = parameters.integer("value_size");
  return mechanism.suited(sizes);
}

std::size_t problemBytes(const sequence::Mechanism& mechanism, const sequence::Sizes& sizes) {
  const sequence::Description& about = mechanism.description();
  std::int64_t elements = sequence::elementsOf(about.output, sizes);
  for (const sequence::OperandSpec& input : about.inputs) {
    elements += sequence::elementsOf(input.dims, sizes);
  }
  // Once in double precision and once as the fast form takes them.
  return static_cast<std::size_t>(elements) * (sizeof(double) + sizeof(float));
}

AttentionStack attentionStack(const std::vector<std::string>& names,
                              const std::vector<std::vector<double>>& matrices, std::int64_t tokens,
                              bool causal) {
  AttentionStack stack;
  stack.layers = names;
  stack.heads = {"head 1"};
  stack.queries = stack.keys = static_cast<std::uint64_t>(tokens);
  stack.meaning = "How much of the value of the key's token is in the output at the query";
  stack.causal = causal;
  std::vector<float> weights;
  for (const auto& matrix : matrices) weights.insert(weights.end(), matrix.begin(), matrix.end());
  stack.weights = std::move(weights);
  return stack;
}

}  // namespace lineament
