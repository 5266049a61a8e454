// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/sequence_training.h"

#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/sequence/registry.h"

using namespace lineament;
using namespace lineament::nets;

namespace {

SequenceModelSettings modelFor(const SequenceTask& task, const char* mechanism) {
  SequenceModelSettings settings;
  settings.mechanism = &sequence::requireMechanism(mechanism);
  settings.options = sequence::Options(settings.mechanism->description().options);
  settings.layers = 1;
  settings.width = 16;
  settings.heads = 1;
  settings.key_size = settings.value_size = 16;
  settings.vocabulary = task.vocabulary();
  settings.features = task.features();
  settings.outputs = task.outputs();
  settings.longest = 32;
  return settings;
}

SequenceTrainingSettings shortTraining() {
  SequenceTrainingSettings settings;
  settings.steps = 120;
  settings.batch = 16;
  settings.length = 12;
  settings.learning_rate = 1e-2;
  settings.evaluations = 4;
  settings.test_sequences = 64;
  settings.lengths = {24};
  return settings;
}

SequenceTrainingResult trained(const SequenceTask& task, const char* mechanism,
                               const SequenceTrainingSettings& settings,
                               std::vector<float>* weights = nullptr, const Context& context = {}) {
  SequenceModel<float> model(modelFor(task, mechanism), 5);
  const auto result = trainSequenceModel(model, task, task, settings, context);
  if (weights) model.parameters().copyTo(*weights);
  return result;
}

}  // namespace

class SequenceTrainingTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // What every mechanism can do: say again what a marker asks for.
  void lossFallsAndScoreRises() {
    TaskSettings tasks;
    tasks.copied = 1;
    tasks.vocabulary = 4;
    const auto task = makeTask("selective_copying", tasks, false);
    const auto result = trained(*task, "gla", shortTraining());
    QCOMPARE(result.steps, (std::vector<double>{30, 60, 90, 120}));
    QVERIFY(result.losses.back() < 0.3 * result.losses.front());
    QVERIFY(result.scores.back() > 0.9);
    QCOMPARE(result.by_length.size(), std::size_t{2});
    QCOMPARE(result.by_length[1].length, std::int64_t{24});
    QVERIFY(result.by_length[0].score > 0.9);
    QVERIFY(result.tokens_per_second > 0);
  }

  void realTargetsAreLearned() {
    TaskSettings tasks;
    tasks.dimensions = 1;
    const auto task = makeTask("regression", tasks, false);
    SequenceTrainingSettings settings = shortTraining();
    settings.steps = 300;
    const auto result = trained(*task, "deltanet", settings);
    QVERIFY2(result.by_length[0].score > 0.5,
             qPrintable(QString::number(result.by_length[0].score)));
    QVERIFY(result.losses.back() < 0.6 * result.losses.front());
  }

  void sameBytesAtAnyThreadCount() {
    const auto task = makeTask("parity", {}, false);
    SequenceTrainingSettings settings = shortTraining();
    settings.steps = 10;
    std::vector<float> one, several, again;
    {
      const ThreadLimit limit(1);
      trained(*task, "deltanet", settings, &one);
    }
    trained(*task, "deltanet", settings, &several);
    QCOMPARE(one, several);
    Context context;
    context.seed = 1;
    trained(*task, "deltanet", settings, &again, context);
    QVERIFY(one != again);
  }

  void divergenceNamesTheStep() {
    const auto task = makeTask("parity", {}, false);
    SequenceTrainingSettings settings = shortTraining();
    settings.learning_rate = 1e30;
    try {
      trained(*task, "linear", settings);
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("sequence.train.diverged"));
      QVERIFY(!error.where().empty());
    }
  }

  void hugeSizesAreRefused() {
    const auto task = makeTask("parity", {}, false);
    const auto keyOf = [&](const SequenceTrainingSettings& settings) {
      try {
        trained(*task, "linear", settings);
      } catch (const Error& error) {
        return error.key();
      }
      return std::string("none");
    };
    SequenceTrainingSettings settings = shortTraining();
    settings.batch = std::int64_t{1} << 40;
    QCOMPARE(keyOf(settings), std::string("memory.budget"));
    settings = shortTraining();
    settings.lengths = {std::int64_t{1} << 40};
    QCOMPARE(keyOf(settings), std::string("memory.budget"));

    SequenceModelSettings wide = modelFor(*task, "linear");
    wide.width = std::int64_t{1} << 20;
    wide.layers = 64;
    try {
      SequenceModel<float> model(wide, 5);
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("memory.budget"));
    }
    QCOMPARE(memoryReserved(), std::size_t{0});
  }

  void stopsWhenAsked() {
    const auto task = makeTask("parity", {}, false);
    SequenceTrainingSettings settings = shortTraining();
    settings.steps = 1'000'000;
    std::stop_source stop;
    Context context;
    context.stop = stop.get_token();
    int seen = 0;
    context.progress = [&](double, std::string_view) {
      if (++seen == 5) stop.request_stop();
    };
    QVERIFY_THROWS_EXCEPTION(Cancelled, trained(*task, "linear", settings, nullptr, context));
  }
};

QTEST_APPLESS_MAIN(SequenceTrainingTest)
#include "sequence_training_test.moc"
