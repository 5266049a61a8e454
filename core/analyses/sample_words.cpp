// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sample_words.h"

#include "core/analyses/repeated_words.h"

namespace lineament {

namespace {

Declaration declare() {
  Declaration declaration;
  declaration.id = "sample.words";
  declaration.title = "Make a sample text of words said twice";
  declaration.summary =
      "Writes lines of invented words, each line the same words twice, as in \"bika rosu tepo, "
      "bika rosu tepo.\" The words of a line cannot be foreseen, but their repetition can: a "
      "network trained on the text (sequence.train, task text) learns to look up what followed "
      "the same letters before, and text.attention shows the heads that do.";
  declaration.source =
      "Olsson et al. (2022), In-context learning and induction heads, for what such texts teach; "
      "the words are invented";
  const auto number = [](const char* id, const char* title, std::int64_t fallback, double highest,
                         const char* help) {
    return Parameter{.id = id,
                     .title = title,
                     .type = Parameter::Type::integer,
                     .fallback = fallback,
                     .help = help,
                     .lowest = 1,
                     .highest = highest};
  };
  const RepeatedWords usual;
  declaration.parameters = {number("lines", "Lines", usual.lines, 100'000, "How many are written"),
                            number("words", "Words", usual.words, 16, "In a line, each said twice"),
                            number("syllables", "Syllables", usual.syllables, 8,
                                   "Of a word, a consonant and a vowel each")};
  declaration.outputs = {{"text", Kind::note, "Text", "One line after another"}};
  declaration.metrics = {
      {"loss_of_law", "Loss of the law", "nats/byte",
       "Mean surprisal of a reader who knows how the lines are made"},
      {"score_of_law", "Score of the law", "", "Share of bytes that such a reader foresees"}};
  return declaration;
}

class SampleWords : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs&, const Parameters& parameters, const Context& context) const override {
    context.checkpoint(0, "Writing words");
    const RepeatedWords law{parameters.integer("lines"), parameters.integer("words"),
                            parameters.integer("syllables")};
    Outputs outputs;
    outputs.add("text", Data(Note{.title = "Words said twice",
                                  .markdown = repeatedWords(law, context.seed, context),
                                  .plain = true}));
    outputs.metrics = {{"loss_of_law", law.loss()}, {"score_of_law", law.score()}};
    return outputs;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSampleWords() {
  return std::make_unique<SampleWords>();
}

}  // namespace lineament
