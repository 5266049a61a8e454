// SPDX-License-Identifier: GPL-3.0-or-later
// text.attention, text.generate, attention.measures, attention.rollout and attention.group on tiny
// networks.
#include <QTest>
#include <cmath>

#include "core/analyses/all.h"
#include "core/analysis/run.h"
#include "core/base/error.h"
#include "core/language/architectures.h"
#include "tests/core/language/tiny_checkpoint.h"

namespace lineament {

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult runOf(const std::string& id, const char* input, const Data& data,
                const Settings& settings) {
  const Analysis& analysis = allAnalyses().require(id);
  Inputs inputs;
  inputs.add(input, data);
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     {});
}

Data gpt2() {
  return Data(language::tinyGpt2().with(language::tinyGpt2Configuration()));
}

template <class T>
const T& outputOf(const RunResult& result, const char* id) {
  return result.outputs.find(id)->require<T>();
}

bool near(double a, double b) {
  return std::abs(a - b) < 2e-6;
}

class TextAnalysesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void attentionOfGivenIds() {
    const RunResult made = runOf("text.attention", "model", gpt2(), {{"token_ids", "1, 4,6,2"}});
    const auto& stack = outputOf<AttentionStack>(made, "attention");
    QVERIFY(isConsistent(stack));
    QVERIFY(stack.causal);
    QCOMPARE(stack.layers, std::vector<std::string>{"layer 1"});
    QCOMPARE(stack.heads.size(), std::size_t{2});
    QCOMPARE(stack.query_tokens, (std::vector<std::string>{"#1", "#4", "#6", "#2"}));
    const AttentionStack whole = held(stack, {});
    QVERIFY(near(double(whole.matrix(0, 0)[14]), 0.254564));
    QVERIFY(near(double(whole.matrix(0, 1)[9]), 0.331987));
    QCOMPARE(stack.measures.size(), std::size_t{9});
    const auto& table = outputOf<Table>(made, "measures");
    QCOMPARE(table.rows(), std::size_t{2});
    QVERIFY(near(table.require("first_token").number(1), stack.measures[5].values[1]));
  }

  // Surprisals are those of the logits, and the lens' last row of a token is the network's own.
  void surprisalAndLens() {
    const RunResult made =
        runOf("text.attention", "model", gpt2(), {{"token_ids", "1,4,6,2"}, {"lens", "yes"}});
    const auto& tokens = outputOf<Table>(made, "tokens");
    QCOMPARE(tokens.rows(), std::size_t{4});
    QVERIFY(tokens.require("surprisal").missing(0));
    const auto loaded = language::loadModel(gpt2().require<Checkpoint>());
    language::ModelState state = loaded.model.start();
    const std::vector<std::int32_t> ids{1, 4, 6, 2};
    const auto pass = loaded.model.run(ids, state, {.all_logits = true}, {});
    double sum = 0;
    for (const float logit : std::span(pass.logits).subspan(8, 8)) sum += std::exp(double(logit));
    const double expected = (std::log(sum) - double(pass.logits[8 + 6])) / std::log(2.0);
    QVERIFY(near(tokens.require("surprisal").number(2), expected));
    const auto& lens = outputOf<Table>(made, "lens");
    QCOMPARE(lens.rows(), std::size_t{8});  // the embedding and one layer
    QCOMPARE(QString::fromStdString(lens.require("layer").text(5)), QString("layer 1"));
    QVERIFY(near(lens.require("surprisal_of_next").number(5), expected));
    QVERIFY(lens.require("surprisal_of_next").missing(7));
    QVERIFY(near(made.outputs.metrics.at("perplexity"),
                 std::exp2(made.outputs.metrics.at("surprisal"))));
  }

  void chosenLayersAndMore() {
    const RunResult made = runOf("text.attention", "model", gpt2(),
                                 {{"token_ids", "1"}, {"generate", "3"}, {"layers", "1"}});
    const auto& stack = outputOf<AttentionStack>(made, "attention");
    QCOMPARE(stack.queries, std::uint64_t{4});
    const RunResult written =
        runOf("text.generate", "model", gpt2(), {{"token_ids", "1"}, {"count", "3"}});
    const auto& tokens = outputOf<Table>(written, "tokens");
    QCOMPARE(tokens.rows(), std::size_t{3});
    for (std::size_t i = 0; i < 3; ++i) {
      QCOMPARE("#" + tokens.require("id").text(i), stack.query_tokens[i + 1]);
    }
    // There are six positions: five tokens behind the first.
    const RunResult longest =
        runOf("text.generate", "model", gpt2(), {{"token_ids", "1"}, {"count", "50"}});
    QCOMPARE(outputOf<Table>(longest, "tokens").rows(), std::size_t{6});
  }

  void sampledTextDependsOnTheSeed() {
    const auto written = [](std::uint64_t seed) {
      const Analysis& analysis = allAnalyses().require("text.generate");
      Inputs inputs;
      inputs.add("model", gpt2());
      Context context;
      context.seed = seed;
      const auto parameters = Parameters::fromText(
          analysis.declaration(), {{"token_ids", "1"}, {"count", "5"}, {"temperature", "2"}});
      const RunResult made = runRecorded(analysis, inputs, parameters, {}, context);
      std::vector<double> ids = outputOf<Table>(made, "tokens").require("id").numbers();
      return ids;
    };
    QCOMPARE(written(1), written(1));
    bool differs = false;
    for (std::uint64_t seed = 2; seed < 8; ++seed) differs = differs || written(seed) != written(1);
    QVERIFY(differs);
  }

  void encoderDecoder() {
    nlohmann::json configuration = language::tinyT5Configuration();
    configuration["decoder_start_token_id"] = 0;
    const RunResult made =
        runOf("text.attention", "model", Data(language::tinyT5().with(configuration)),
              {{"token_ids", "3,5,2,1"}, {"generate", "2"}, {"lens", "yes"}});
    QVERIFY(near(double(outputOf<AttentionStack>(made, "attention").weights[0]), 0.320090));
    const auto& cross = outputOf<AttentionStack>(made, "cross_attention");
    QCOMPARE(cross.queries, std::uint64_t{3});
    QCOMPARE(cross.keys, std::uint64_t{4});
    QVERIFY(!cross.causal);
    const auto& decoder = outputOf<AttentionStack>(made, "decoder_attention");
    QVERIFY(decoder.causal);
    // The decoder's surprisals: its own, and read off the embedding; each beside both attentions.
    QCOMPARE(decoder.token_measures.size(), std::size_t{2});
    QCOMPARE(cross.token_measures.size(), std::size_t{2});
    const auto& lens = outputOf<Table>(made, "lens");
    QCOMPARE(lens.rows(), std::size_t{6});
    const auto& target = outputOf<Table>(made, "target_tokens");
    QCOMPARE(target.rows(), std::size_t{3});
    QVERIFY(target.require("begin").missing(0));
    // A greedy answer is what the last layer thinks likeliest.
    QCOMPARE(lens.require("rank_of_next").number(3), 1.0);
    QCOMPARE(lens.require("rank_of_next").number(4), 1.0);
    const double expected = -std::log2(lens.require("probability").number(3));
    QVERIFY(near(target.require("surprisal").number(1), expected));
  }

  void measuresOfATensor() {
    const Tensor tensor = Tensor::of({2, 2, 2}, std::vector<float>{1, 0, 0.5F, 0.5F, 1, 0, 1, 0});
    const RunResult made = runOf("attention.measures", "attention", Data(tensor), {});
    const auto& stack = outputOf<AttentionStack>(made, "attention");
    QVERIFY(stack.causal);
    QCOMPARE(stack.heads.size(), std::size_t{2});
    const auto& table = outputOf<Table>(made, "measures");
    QVERIFY(near(table.require("first_token").number(0), 0.75));
    QVERIFY(near(table.require("first_token").number(1), 1));
    const RunResult rolled = runOf("attention.rollout", "attention", Data(tensor), {});
    const auto& rollout = outputOf<AttentionStack>(rolled, "rollout");
    QVERIFY(near(double(rollout.weights[2]), 0.375));
    const RunResult flowed =
        runOf("attention.rollout", "attention", Data(tensor), {{"method", "flow"}});
    QVERIFY(near(double(outputOf<AttentionStack>(flowed, "rollout").weights[2]), 0.375));
  }

  void oneOfSeveralNetworks() {
    const Analysis& train = allAnalyses().require("sequence.train");
    const auto parameters =
        Parameters::fromText(train.declaration(), {{"task", "recall"},
                                                   {"models", "gla,gla:layers=2"},
                                                   {"pairs", "3"},
                                                   {"vocabulary", "12"},
                                                   {"length", "16"},
                                                   {"width", "8"},
                                                   {"layers", "1"},
                                                   {"steps", "1"},
                                                   {"batch", "2"},
                                                   {"test_sequences", "2"}});
    const RunResult trained = runRecorded(train, {}, parameters, {}, {});
    QVERIFY2(!trained.error, trained.error ? trained.error->what() : "");
    const Data models = *trained.outputs.find("models");
    const auto layers = [&](const std::string& member) {
      const RunResult made =
          runOf("text.attention", "model", models, {{"token_ids", "1,4,6,2"}, {"member", member}});
      return outputOf<AttentionStack>(made, "attention").layers.size();
    };
    QCOMPARE(layers(""), std::size_t{1});
    QCOMPARE(layers("gla"), std::size_t{1});
    QCOMPARE(layers("gla:layers=2"), std::size_t{2});
    const RunResult unknown =
        runOf("text.generate", "model", models, {{"token_ids", "1"}, {"member", "mamba"}});
    QCOMPARE(QString::fromStdString(unknown.error.value().key()), "language.member");
    QVERIFY(QString(unknown.error->what()).contains("gla:layers=2"));
    const RunResult single =
        runOf("text.generate", "model", gpt2(), {{"token_ids", "1"}, {"member", "gla"}});
    QCOMPARE(QString::fromStdString(single.error.value().key()), "language.member");
  }

  void tokensAreGroupedIntoWords() {
    const RunResult made = runOf("text.attention", "model", gpt2(), {{"token_ids", "1,4,6,2"}});
    AttentionStack stack = held(outputOf<AttentionStack>(made, "attention"), {});
    stack.query_tokens = stack.key_tokens = {"un", "seen", " word", "</s>"};
    const RunResult grouped = runOf("attention.group", "attention", Data(stack), {});
    const auto& words = outputOf<AttentionStack>(grouped, "attention");
    QCOMPARE(words.key_tokens, (std::vector<std::string>{"unseen", "word", "</s>"}));
    const float* before = stack.matrix(0, 0);
    QVERIFY(near(double(words.matrix(0, 0)[0]),
                 double(before[0] + before[1] + before[4] + before[5]) / 2));
    QCOMPARE(grouped.record.metrics.at("groups"), 3.0);
    QCOMPARE(words.measures.size(), stack.measures.size());

    stack.query_tokens = stack.key_tokens = {};
    const RunResult nameless = runOf("attention.group", "attention", Data(stack), {});
    QCOMPARE(QString::fromStdString(nameless.error.value().key()), "attention.no_tokens");
  }

  void refuses_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("error");
    QTest::newRow("nothing to read") << "token_ids"
                                     << ""
                                     << "text.no_text";
    QTest::newRow("no ids") << "token_ids"
                            << "1,x"
                            << "text.ids";
    QTest::newRow("a negative id") << "token_ids"
                                   << "-1"
                                   << "text.ids";
    QTest::newRow("an id outside") << "token_ids"
                                   << "1,8"
                                   << "language.token";
    QTest::newRow("more than the positions") << "token_ids"
                                             << "1,1,1,1,1,1,1"
                                             << "language.too_long";
    QTest::newRow("a text without a vocabulary") << "text"
                                                 << "hello"
                                                 << "text.no_tokenizer";
    QTest::newRow("a layer too many") << "layers"
                                      << "1,2"
                                      << "text.layers";
    QTest::newRow("no layers") << "layers"
                               << "first"
                               << "text.layers";
  }
  void refuses() {
    QFETCH(const QString, key);
    QFETCH(const QString, value);
    QFETCH(const QString, error);
    Settings settings{{key.toStdString(), value.toStdString()}};
    if (key == "layers") settings.emplace_back("token_ids", "1,2");
    const RunResult made = runOf("text.attention", "model", gpt2(), settings);
    QVERIFY(made.error && made.outputs.data.empty());
    QCOMPARE(QString::fromStdString(made.error->key()), error);
  }

  void aReaderOfBothDirectionsDoesNotWrite() {
    const RunResult made = runOf("text.generate", "model",
                                 Data(language::tinyBert().with(language::tinyBertConfiguration())),
                                 {{"token_ids", "1"}});
    QVERIFY(made.error);
    QCOMPARE(QString::fromStdString(made.error->key()), QString("text.cannot_generate"));
  }
};

}  // namespace
}  // namespace lineament

QTEST_GUILESS_MAIN(lineament::TextAnalysesTest)
#include "text_test.moc"
