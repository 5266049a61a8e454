// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/attention_group.h"

#include "core/analyses/measure_table.h"
#include "core/base/error.h"
#include "core/explain/attention_measures.h"
#include "core/explain/grouped_attention.h"
#include "core/text/token_groups.h"

namespace lineament {

namespace {

constexpr ErrorText kNoTokens{"attention.no_tokens", "Group the tokens",
                              "the attention came without the texts of its tokens", "",
                              "Choose attention that text.attention made"};

explain::TokenRuns runsOf(const std::vector<std::string>& tokens, std::uint64_t count,
                          text::TextUnit unit) {
  if (tokens.empty() && count > 0) throw Error(kNoTokens);
  text::TokenGroups groups = text::groupTokens(tokens, unit);
  return {std::move(groups.starts), std::move(groups.texts)};
}

class AttentionGroup : public Analysis {
 public:
  AttentionGroup() {
    using Type = Parameter::Type;
    declaration_.id = "attention.group";
    declaration_.title = "Group tokens into words";
    declaration_.summary =
        "Attention between the words or sentences of a text instead of the tokens its tokenizer "
        "cut it into: to a word the sum over its tokens, from a word their mean. Surprisals of its "
        "tokens are added up.";
    declaration_.source =
        "Clark, Khandelwal, Levy and Manning (2019), What does BERT look at?, section 4.1; "
        "boundaries: Unicode Standard Annex 29";
    declaration_.inputs = {
        {"attention", "Attention", {Kind::attention}, "Matrices of text.attention"}};
    declaration_.parameters = {
        {.id = "unit",
         .title = "Group by",
         .type = Type::choice,
         .fallback = std::string("word"),
         .help = "What becomes one row and one column",
         .choices = {{"word", "Words", "Marks of punctuation and special tokens stay apart"},
                     {"sentence", "Sentences", "For long texts"}}}};
    declaration_.outputs = {
        {"attention", Kind::attention, "Attention between groups", "[layer, head, group, group]"},
        {"measures", Kind::table, "Measures of the heads", "A row for each layer and head"},
        {"figure_attention", Kind::figure, "Figure: attention between groups", ""}};
    declaration_.metrics = {{"tokens", "Tokens", "", ""}, {"groups", "Groups", "", ""}};
  }
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const auto& stack = *inputs.one("attention").as<AttentionStack>();
    const bool words = parameters.text("unit") == "word";
    const auto unit = words ? text::TextUnit::word : text::TextUnit::sentence;
    const explain::TokenRuns queries = runsOf(stack.query_tokens, stack.queries, unit);
    const explain::TokenRuns keys = runsOf(stack.key_tokens, stack.keys, unit);
    context.checkpoint(0, "Grouping tokens");
    AttentionStack made = explain::grouped(stack, queries, keys, context.part(0, 0.8));
    made.measures = explain::measuresOf(made, context.part(0.8, 1));
    Outputs outputs;
    outputs.metrics["tokens"] = static_cast<double>(stack.keys);
    outputs.metrics["groups"] = static_cast<double>(made.keys);
    outputs.add("measures", Data(measureTable(made)));
    outputs.data.insert(outputs.data.begin(), {"attention", Data(std::move(made))});
    outputs.add("figure_attention",
                Data(FigureSpec{"attention", "attention",
                                words ? "Attention between words" : "Attention between sentences",
                                "", nlohmann::json::object()}));
    return outputs;
  }

 private:
  Declaration declaration_;
};

}  // namespace

std::unique_ptr<Analysis> makeAttentionGroup() {
  return std::make_unique<AttentionGroup>();
}

}  // namespace lineament
