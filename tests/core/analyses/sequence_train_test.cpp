// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_train.h"

#include <QtTest>
#include <cmath>

#include "core/analysis/run.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult trained(Settings settings, const Inputs& inputs = {}) {
  const auto analysis = makeSequenceTrain();
  const Settings small{{"steps", "4"},  {"batch", "4"},          {"length", "12"},
                       {"width", "8"},  {"heads", "1"},          {"key_size", "4"},
                       {"layers", "1"}, {"test_sequences", "8"}, {"evaluations", "2"}};
  for (const auto& setting : small) {
    const auto same = [&](const auto& other) { return other.first == setting.first; };
    if (std::none_of(settings.begin(), settings.end(), same)) settings.push_back(setting);
  }
  return runRecorded(*analysis, inputs, Parameters::fromText(analysis->declaration(), settings), {},
                     {});
}

std::string errorOf(const RunResult& result) {
  return result.error ? result.error->key() : "none";
}

std::string keyOf(const Settings& settings) {
  try {
    return errorOf(trained(settings));
  } catch (const Error& error) {
    return error.key();
  }
}

}  // namespace

class SequenceTrainTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void givesTableCurvesAndWeights() {
    const RunResult result = trained({{"models",
                                       "deltanet, deltanet:eigenvalues=signed,"
                                       "based:key_size=2:branch=both"},
                                      {"lengths", "8,24"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const auto& table = result.outputs.find("results")->require<Table>();
    QCOMPARE(table.rows(), std::size_t{9});
    QCOMPARE(table.column(0).text(3), std::string("deltanet:eigenvalues=signed"));
    QCOMPARE(table.require("length").numbers(),
             (std::vector<double>{8, 12, 24, 8, 12, 24, 8, 12, 24}));
    for (const double score : table.require("score").numbers()) QVERIFY(score >= 0 && score <= 1);
    const auto& curves = result.outputs.find("by_length")->require<Series>().curves;
    QCOMPARE(curves.size(), std::size_t{3});
    QCOMPARE(curves[2].name, std::string("based:key_size=2:branch=both"));
    const auto& states = result.outputs.find("score_by_state")->require<Series>().curves;
    QCOMPARE(states.size(), std::size_t{2});  // deltanet's two models have one state size
    QCOMPARE(states[1].name, std::string("based"));
    QCOMPARE(states[0].x[0], 4.0 * 32);  // one layer, one head
    QCOMPARE(result.outputs.metrics.at("score_deltanet_24"), table.require("score").number(2));
    QVERIFY(result.outputs.metrics.contains("score_based_key_size_2_branch_both_8"));
    const auto& weights = result.outputs.find("models")->require<Checkpoint>();
    QVERIFY(weights.find("deltanet.layers.0.mixer.q.weight"));
    QCOMPARE(weights.tensor("deltanet.embedding.weight").shape(),
             (std::vector<std::uint64_t>{2, 8}));
    QCOMPARE(result.outputs.find("figure_by_length")->require<FigureSpec>().data,
             std::string("by_length"));
  }

  void onePointIsNoCurve() {
    const RunResult result = trained({{"models", "deltanet"}, {"lengths", "12"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    QCOMPARE(result.outputs.find("results")->require<Table>().rows(), std::size_t{1});
    QVERIFY(!result.outputs.find("by_length") && !result.outputs.find("figure_by_length"));
    QVERIFY(!result.outputs.find("score_by_state") && !result.outputs.find("figure_state"));
    QVERIFY(result.outputs.find("figure_loss"));
  }

  void everyTaskTrains() {
    Inputs inputs;
    inputs.add("text", Data(Note{"text", std::string(1200, 'a') + std::string(1200, 'b')}));
    const auto analysis = makeSequenceTrain();
    for (const auto& task : analysis->declaration().findParameter("task")->choices) {
      const RunResult result = trained({{"task", task.value},
                                        {"models", "gla"},
                                        {"lengths", "16"},
                                        {"pairs", "3"},
                                        {"copied", "3"},
                                        {"vocabulary", "12"}},
                                       inputs);
      QVERIFY2(!result.error, result.error ? result.error->what() : "");
      QVERIFY(std::isfinite(result.outputs.metrics.at("score_gla_16")));
    }
  }

  void wrongCallsAreNamed() {
    QCOMPARE(keyOf({{"models", ""}}), std::string("sequence.no_mechanism"));
    QCOMPARE(keyOf({{"models", "dream"}}), std::string("sequence.mechanism"));
    QCOMPARE(keyOf({{"models", "gla,gla"}}), std::string("sequence.train.twice"));
    QCOMPARE(keyOf({{"models", "gla:layers"}}), std::string("sequence.train.setting"));
    QCOMPARE(keyOf({{"models", "gla:layers=0"}}), std::string("sequence.train.setting"));
    QCOMPARE(keyOf({{"models", "gla:layers=2x"}}), std::string("sequence.train.setting"));
    QCOMPARE(keyOf({{"models", "gla:eigenvalues=some"}}), std::string("sequence.train.setting"));
    QCOMPARE(keyOf({{"models", ":"}}), std::string("sequence.train.setting"));
    QCOMPARE(keyOf({{"models", ":layers=2"}}), std::string("sequence.mechanism"));
    QCOMPARE(keyOf({{"models", "gla:depth=3"}}), std::string("sequence.option.unknown"));
    QCOMPARE(keyOf({{"models", "vig"}}), std::string("sequence.model.not_causal"));
    QCOMPARE(keyOf({{"lengths", "8,x"}}), std::string("sequence.train.lengths"));
    QCOMPARE(keyOf({{"lengths", "0"}}), std::string("sequence.train.lengths"));
    QCOMPARE(keyOf({{"task", "text"}}), std::string("sequence.train.no_text"));
    QCOMPARE(keyOf({{"task", "recall"}, {"lengths", "8"}, {"pairs", "3"}}),
             std::string("sequence.task.length"));
    QCOMPARE(keyOf({{"task", "recall"}, {"pairs", "30"}, {"vocabulary", "20"}}),
             std::string("sequence.task.setting"));
  }

  // A text whose held-out tenth is too short for a test is refused before the first of many steps.
  void shortTextIsRefusedBeforeTraining() {
    Inputs inputs;
    inputs.add("text", Data(Note{"text", std::string(400, 'a')}));
    const RunResult result =
        trained({{"task", "text"}, {"lengths", "64"}, {"steps", "1000000"}}, inputs);
    QCOMPARE(errorOf(result), std::string("sequence.task.length"));
  }
};

QTEST_APPLESS_MAIN(SequenceTrainTest)
#include "sequence_train_test.moc"
