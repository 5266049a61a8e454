// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "core/analyses/all.h"
#include "core/analyses/sequence_setup.h"
#include "core/analysis/run.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult runOf(const std::string& id, const Inputs& inputs, const Settings& settings,
                const Context& context = {}) {
  const Analysis& analysis = allAnalyses().require(id);
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     context);
}

Checkpoint checkpointOf(std::vector<std::pair<std::string, Tensor>> tensors) {
  std::vector<Checkpoint::Entry> entries;
  for (const auto& [name, tensor] : tensors) {
    entries.push_back({name, tensor.dtype(), tensor.shape(), tensor.bytes().size(), ""});
  }
  return Checkpoint(std::move(entries),
                    [tensors = std::move(tensors)](std::size_t i) { return tensors.at(i).second; });
}

std::vector<double> sevenths(std::size_t count, double shift) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    numbers.push_back(std::fmod(static_cast<double>(i) * 3 + shift, 7) / 7 - 0.5);
  }
  return numbers;
}

Checkpoint smallQkv() {
  return checkpointOf({{"q", Tensor::of({1, 6, 2, 3}, sevenths(36, 0))},
                       {"k", Tensor::of({1, 6, 2, 3}, sevenths(36, 1))},
                       {"v", Tensor::of({1, 6, 2, 4}, sevenths(48, 2))}});
}

template <class T>
const T& outputOf(const RunResult& result, const char* id) {
  return result.outputs.find(id)->require<T>();
}

}  // namespace

class SequenceAnalysesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void runsGivenTensors() {
    Inputs inputs;
    inputs.add("qkv", Data(smallQkv()));
    const RunResult exact = runOf("sequence.run", inputs, {{"form", "reference"}});
    QVERIFY2(!exact.error, exact.error ? exact.error->what() : "");
    QCOMPARE(outputOf<Tensor>(exact, "o").shape(), (std::vector<std::uint64_t>{1, 6, 2, 4}));
    QCOMPARE(outputOf<Tensor>(exact, "o").dtype(), DType::f64);
    QCOMPARE(exact.outputs.metrics.at("error_vs_reference"), 0.0);
    for (const char* form : {"fast", "step"}) {
      const RunResult result = runOf("sequence.run", inputs, {{"form", form}});
      QVERIFY2(!result.error, result.error ? result.error->what() : "");
      const double error = result.outputs.metrics.at("error_vs_reference");
      QVERIFY(error > 0 && error < 1e-5);
      QVERIFY(result.outputs.metrics.at("tokens_per_second") > 0);
    }
    const auto& attention = outputOf<AttentionStack>(exact, "attention");
    QCOMPARE(attention.heads.size(), std::size_t{2});
    QCOMPARE(attention.queries, std::uint64_t{6});
    double row = 0;  // softmax: the shares of a row sum to 1
    for (int s = 0; s < 6; ++s) row += static_cast<double>(attention.matrix(0, 1)[3 * 6 + s]);
    QVERIFY(std::abs(row - 1) < 1e-6);
    QCOMPARE(outputOf<Checkpoint>(exact, "final_state").entries().size(), std::size_t{1});
  }

  void everyMechanismRuns() {
    const Analysis& analysis = allAnalyses().require("sequence.run");
    for (const auto& choice : analysis.declaration().findParameter("mechanism")->choices) {
      const RunResult result = runOf("sequence.run", {},
                                     {{"mechanism", choice.value},
                                      {"tokens", "40"},
                                      {"heads", "2"},
                                      {"key_size", "8"},
                                      {"value_size", "8"}});
      QVERIFY2(!result.error, result.error ? result.error->what() : choice.value.c_str());
      QVERIFY2(result.outputs.metrics.at("error_vs_reference") < 1e-4, choice.value.c_str());
      QVERIFY2(result.outputs.find("figure_attention"), choice.value.c_str());
    }
  }

  // What SEA reads under its mask stands beside the attention it implies, with exact zeros.
  void aMaskIsALayerOfItsOwn() {
    const RunResult result =
        runOf("sequence.run", {},
              {{"mechanism", "sea"}, {"tokens", "40"}, {"key_size", "8"}, {"options", "k=2"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const auto& stack = outputOf<AttentionStack>(result, "attention");
    QCOMPARE(stack.layers, (std::vector<std::string>{"sea", "sea mask"}));
    QVERIFY(isConsistent(stack));
    const auto zeros = [&](std::size_t layer) {
      std::size_t count = 0;
      for (std::uint64_t t = 0; t < 40; ++t) {
        for (std::uint64_t s = 0; s <= t; ++s) count += stack.matrix(layer, 0)[t * 40 + s] == 0;
      }
      return count;
    };
    QCOMPARE(zeros(0), std::size_t{0});
    QVERIFY(zeros(1) > 300);
  }

  void sameSeedSameNumbers() {
    Context context;
    context.seed = 4;
    const Settings settings{{"tokens", "20"}, {"key_size", "4"}, {"value_size", "4"}};
    const auto one = runOf("sequence.run", {}, settings, context);
    const auto two = runOf("sequence.run", {}, settings, context);
    QCOMPARE(outputOf<Tensor>(one, "o").numbers(), outputOf<Tensor>(two, "o").numbers());
    context.seed = 5;
    const auto other = runOf("sequence.run", {}, settings, context);
    QVERIFY(outputOf<Tensor>(one, "o").numbers() != outputOf<Tensor>(other, "o").numbers());
  }

  void badFilesAreNamed() {
    const auto keyOf = [](Checkpoint file) {
      Inputs inputs;
      inputs.add("qkv", Data(std::move(file)));
      const RunResult result = runOf("sequence.run", inputs, {});
      return result.error ? result.error->key() : std::string("none");
    };
    QCOMPARE(keyOf(checkpointOf({{"q", Tensor::of({1, 1, 1, 1}, std::vector<double>{1})}})),
             std::string("sequence.missing"));
    auto numbers = sevenths(3, 0);
    numbers[1] = std::nan("");
    const Tensor fine = Tensor::of({1, 1, 1, 3}, sevenths(3, 0));
    QCOMPARE(
        keyOf(checkpointOf({{"q", Tensor::of({1, 1, 1, 3}, numbers)}, {"k", fine}, {"v", fine}})),
        std::string("sequence.not_finite"));
    const Tensor none = Tensor::of({1, 0, 1, 3}, std::vector<double>{});
    QCOMPARE(keyOf(checkpointOf({{"q", none}, {"k", none}, {"v", none}})), std::string("none"));
  }

  void tooMuchMemoryIsAnError() {
    const RunResult result = runOf(
        "sequence.run", {}, {{"tokens", "16777216"}, {"heads", "4096"}, {"key_size", "4096"}});
    QVERIFY(result.error.has_value());
    QVERIFY2(result.error->key() == "memory.budget" || result.error->key() == "sequence.too_large",
             result.error->what());
  }

  void comparesOnTheSameInputs() {
    const RunResult result =
        runOf("sequence.compare", {}, {{"mechanisms", "softmax, softmax"}, {"tokens", "30"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    QCOMPARE(outputOf<AttentionStack>(result, "attention").layers,
             (std::vector<std::string>{"softmax"}));
    const Table& measures = outputOf<Table>(result, "measures");
    QCOMPARE(measures.require("output_error_vs_softmax").numbers(), (std::vector<double>{0}));
    QVERIFY(std::abs(measures.require("output_cosine_to_softmax").numbers()[0] - 1) < 1e-12);
    QVERIFY(measures.require("mean_lifetime").numbers()[0] > 1);
    QCOMPARE(outputOf<Series>(result, "memory").curves.front().y.size(), std::size_t{30});
    QVERIFY(result.outputs.find("figure_attention") && result.outputs.find("figure_memory"));
    const RunResult none = runOf("sequence.compare", {}, {{"mechanisms", " , "}});
    QCOMPARE(none.error->key(), std::string("sequence.no_mechanism"));
  }

  void comparisonsHoldTogether() {
    const RunResult result =
        runOf("sequence.compare", {},
              {{"mechanisms", "softmax, gated-deltanet, retention"}, {"tokens", "24"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const auto& comparison = outputOf<Comparison>(result, "comparison");
    QVERIFY(isConsistent(comparison));
    QCOMPARE(comparison.mechanisms(),
             (std::vector<std::string>{"softmax", "gated-deltanet", "retention"}));
    const auto plot = [&](const char* title) -> const Comparison::Plot& {
      for (const auto& one : comparison.plots) {
        if (one.series.title == title) return one;
      }
      throw std::runtime_error(title);
    };
    // The whole output's error from those of its tokens, weighted by softmax attention's size: all
    // of them are below the largest and above the smallest.
    const auto& errors = plot("Output error").series.curves[1].y;
    const double whole = comparison.measures.require("output_error_vs_softmax").number(1);
    QVERIFY(*std::ranges::min_element(errors) <= whole);
    QVERIFY(*std::ranges::max_element(errors) >= whole);
    for (const double error : plot("Output error").series.curves[0].y) QCOMPARE(error, 0.0);
    // A mean lifetime is the sum of the shares that live longer than each lag.
    for (std::size_t m = 0; m < 3; ++m) {
      const auto& alive = plot("Survival").series.curves[m].y;
      const double lifetime = comparison.measures.require("mean_lifetime").number(m);
      QVERIFY(std::abs(std::accumulate(alive.begin(), alive.end(), 0.0) - lifetime) < 1e-9);
    }
    // Softmax has no transition; write strengths are the delta rule's alone.
    QVERIFY(std::ranges::equal(plot("Eigenvalues").owners, std::vector<std::uint64_t>{1, 2}));
    QVERIFY(std::ranges::equal(plot("Write strength").owners, std::vector<std::uint64_t>{1}));
    // Retention keeps the same share at each token, along all directions.
    const double kept = plot("Decay").series.curves[1].y[0];
    QVERIFY(kept > 0.5 && kept < 1);
    for (const double retained : plot("Eigenvalues").series.curves[1].x) {
      QVERIFY(std::abs(retained - kept) < 1e-12);
    }
  }

  void outputsOfTheSameTokensShareWhatIsChosen() {
    const Settings settings{{"mechanisms", "gla"}, {"tokens", "8"}};
    const RunResult one = runOf("sequence.compare", {}, settings);
    const std::string origin = one.outputs.find("comparison")->origin();
    QVERIFY(!origin.empty());
    for (const char* id : {"attention", "state_norm", "eigenvalues"}) {
      QCOMPARE(one.outputs.find(id)->origin(), origin);
    }
    QVERIFY(one.outputs.find("measures")->origin().empty());  // its rows are mechanisms
    Context other_seed;
    other_seed.seed = 7;
    const RunResult two = runOf("sequence.compare", {}, settings, other_seed);
    QVERIFY(two.outputs.find("comparison")->origin() != origin);
  }

  void oneTokenCanBeCompared() {
    const RunResult result =
        runOf("sequence.compare", {}, {{"mechanisms", "softmax, gla, mamba"}, {"tokens", "1"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    QVERIFY(isConsistent(outputOf<Comparison>(result, "comparison")));
  }

  void costGrowsWithLength() {
    const RunResult result = runOf("sequence.cost", {},
                                   {{"mechanisms", "softmax"},
                                    {"shortest", "16"},
                                    {"tokens", "50"},
                                    {"heads", "1"},
                                    {"repeats", "1"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const Table& times = outputOf<Table>(result, "times");
    QCOMPARE(times.require("tokens").numbers(), (std::vector<double>{16, 32, 50}));
    for (const double seconds : times.require("time").numbers()) QVERIFY(seconds > 0);
    for (const double bytes : times.require("working_memory").numbers()) QVERIFY(bytes > 0);
  }

  void costCanBeCancelled() {
    std::stop_source source;
    source.request_stop();
    Context context;
    context.stop = source.get_token();
    const RunResult result = runOf("sequence.cost", {}, {}, context);
    QCOMPARE(result.record.outcome, std::string("cancelled"));
  }

  void optionsAreRead() {
    const RunResult result =
        runOf("sequence.run", {}, {{"options", "scale=0.25"}, {"tokens", "8"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const RunResult wrong = runOf("sequence.run", {}, {{"options", "scale"}});
    QCOMPARE(wrong.error->key(), std::string("sequence.option.form"));
    const RunResult unknown = runOf("sequence.run", {}, {{"options", "window=3"}});
    QCOMPARE(unknown.error->key(), std::string("sequence.option.unknown"));
  }
};

QTEST_GUILESS_MAIN(SequenceAnalysesTest)
#include "sequence_test.moc"
