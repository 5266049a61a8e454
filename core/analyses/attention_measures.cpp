// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/attention_measures.h"

#include "core/analyses/attention_input.h"
#include "core/analyses/measure_table.h"
#include "core/explain/attention_measures.h"
#include "core/explain/attention_rollout.h"

namespace lineament {

namespace {

Input attentionParameter() {
  return {"attention",
          "Attention",
          {Kind::attention, Kind::tensor},
          "Matrices of text.attention, or an array [layer, head, query, key]"};
}

FigureSpec figureOf(const char* output, const char* title) {
  return {"attention", output, title, "", nlohmann::json::object()};
}

class AttentionMeasures : public Analysis {
 public:
  AttentionMeasures() {
    declaration_.id = "attention.measures";
    declaration_.title = "Measure attention heads";
    declaration_.summary =
        "Numbers of every head's attention matrix: how spread out its rows are, how far it looks, "
        "how much it gives to a token itself, to the one before and to the first.";
    declaration_.source =
        "Clark, Khandelwal, Levy and Manning (2019), What does BERT look at?; Vig and Belinkov "
        "(2019), Analyzing the structure of attention";
    declaration_.inputs = {attentionParameter()};
    declaration_.outputs = {
        {"measures", Kind::table, "Measures of the heads", "A row for each layer and head"},
        {"attention", Kind::attention, "Attention with its measures", ""},
        {"figure_attention", Kind::figure, "Figure: attention", ""}};
    declaration_.metrics = {{"heads", "Heads", "", "That were measured"}};
  }
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters&, const Context& context) const override {
    AttentionStack stack = attentionInput(inputs.one("attention"));
    context.checkpoint(0, "Measuring the heads");
    stack.measures = explain::measuresOf(stack, context);
    Outputs outputs;
    outputs.metrics["heads"] = static_cast<double>(stack.layers.size() * stack.heads.size());
    outputs.add("measures", Data(measureTable(stack)));
    outputs.add("attention", Data(std::move(stack)));
    outputs.add("figure_attention", Data(figureOf("attention", "Attention")));
    return outputs;
  }

 private:
  Declaration declaration_;
};

class AttentionRollout : public Analysis {
 public:
  AttentionRollout() {
    using Type = Parameter::Type;
    declaration_.id = "attention.rollout";
    declaration_.title = "Follow attention through the layers";
    declaration_.summary =
        "How much of each input token has reached each token after every layer, when a layer's "
        "heads are averaged and its residual connection counts for a half: by multiplying the "
        "layers (rollout), or as the largest flow from the output to the input (flow).";
    declaration_.source = "Abnar and Zuidema (2020), Quantifying attention flow in transformers";
    declaration_.inputs = {attentionParameter()};
    declaration_.parameters = {
        {.id = "method",
         .title = "Method",
         .type = Type::choice,
         .fallback = std::string("rollout"),
         .help = "How the layers are put together",
         .choices = {{"rollout", "Rollout", "Products of the layers' matrices"},
                     {"flow", "Flow", "Largest flow, for texts of up to 64 tokens"}}}};
    declaration_.outputs = {{"rollout", Kind::attention, "Attention through the layers",
                             "[layer, 1, output token, input token]"},
                            {"figure_rollout", Kind::figure, "Figure: attention followed", ""}};
    declaration_.metrics = {
        {"first_token", "First token's share", "", "Mean over the tokens after the last layer"}};
  }
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const AttentionStack stack = attentionInput(inputs.one("attention"));
    const bool flow = parameters.text("method") == "flow";
    AttentionStack made = flow ? explain::flow(stack, context.part(0, 0.9))
                               : explain::rollout(stack, context.part(0, 0.9));
    made.measures = explain::measuresOf(made, context.part(0.9, 1));
    Outputs outputs;
    const auto summary = explain::summarise(made, made.layers.size() - 1, 0, context);
    outputs.metrics["first_token"] = summary.first_token;
    outputs.add("rollout", Data(std::move(made)));
    outputs.add("figure_rollout",
                Data(figureOf("rollout", flow ? "Attention flow" : "Attention rollout")));
    return outputs;
  }

 private:
  Declaration declaration_;
};

}  // namespace

std::unique_ptr<Analysis> makeAttentionMeasures() {
  return std::make_unique<AttentionMeasures>();
}

std::unique_ptr<Analysis> makeAttentionRollout() {
  return std::make_unique<AttentionRollout>();
}

}  // namespace lineament
