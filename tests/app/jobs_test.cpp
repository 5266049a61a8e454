// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>
#include <atomic>
#include <chrono>
#include <new>
#include <thread>

#include "app/jobs/job_list_model.h"
#include "app/jobs/job_queue.h"

namespace lineament::app {
namespace {

constexpr ErrorText kBroken{"test.broken", "Read {file}", "nothing is in it", "byte 0",
                            "Refill it"};

void pause() {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Runs until it is asked to stop.
void workUntilStopped(const Context& context) {
  for (;;) {
    context.checkpoint(0.5, "Waiting");
    pause();
  }
}

}  // namespace

class JobsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void deliversTheValueOnThisThread() {
    JobQueue queue;
    QObject receiver;
    int value = 0;
    std::thread::id worked_on, delivered_on;
    QSignalSpy idle(&queue, &JobQueue::becameIdle);
    Job* job = queue.start(
        {.title = "double"},
        [&](const Context&) {
          worked_on = std::this_thread::get_id();
          return 21 * 2;
        },
        &receiver,
        [&](const Outcome<int>& outcome) {
          delivered_on = std::this_thread::get_id();
          if (const int* found = valueOf(outcome)) value = *found;
        });
    Job::State state = Job::State::waiting;
    connect(job, &Job::finished, &receiver, [&] { state = job->state(); });
    QVERIFY(idle.wait());
    QCOMPARE(value, 42);
    QVERIFY(worked_on != std::this_thread::get_id());
    QVERIFY(delivered_on == std::this_thread::get_id());
    QCOMPARE(state, Job::State::done);
  }

  void anErrorArrivesAsAValueWithItsParts() {
    JobQueue queue;
    std::optional<Error> error;
    queue.start(
        {.title = "fail"},
        [](const Context&) -> int {
          throw Error(kBroken, {{"file", "piles.csv"}});
        },
        this, [&](const Outcome<int>& outcome) { error = *errorOf(outcome); });
    QTRY_VERIFY(error);
    QCOMPARE(error->key(), std::string("test.broken"));
    QCOMPARE(error->asked(), std::string("Read piles.csv"));
    QCOMPARE(error->where(), std::string("byte 0"));
  }

  void foreignExceptionsBecomeErrorsToo() {
    JobQueue queue;
    std::vector<std::string> keys;
    const auto keep = [&](Outcome<Nothing> outcome) { keys.push_back(errorOf(outcome)->key()); };
    queue.start(
        {.lane = Lane::run}, [](const Context&) { throw std::bad_alloc(); }, this, keep);
    queue.start(
        {.lane = Lane::run}, [](const Context&) { throw std::runtime_error("odd"); }, this, keep);
    queue.start(
        {.lane = Lane::run}, [](const Context&) { throw 7; }, this, keep);
    QTRY_COMPARE(keys.size(), 3U);
    QCOMPARE(keys[0], std::string("job.memory"));
    QCOMPARE(keys[1], std::string("job.unforeseen"));
    QCOMPARE(keys[2], std::string("job.unforeseen"));
  }

  void cancelEndsARunningJob() {
    JobQueue queue;
    bool cancelled = false;
    Job* job = queue.start(
        {.title = "long"}, workUntilStopped, this,
        [&](Outcome<Nothing> outcome) { cancelled = std::holds_alternative<Cancelled>(outcome); });
    QTRY_COMPARE(job->doing(), QString("Waiting"));
    job->cancel();
    QVERIFY(job->cancelling());
    QTRY_VERIFY_WITH_TIMEOUT(cancelled, 1000);
    QVERIFY(queue.idle());
  }

  void cancelEndsAWaitingJobWithoutStartingIt() {
    JobQueue queue;
    std::atomic<bool> second_ran = false;
    bool second_cancelled = false;
    const auto ignore = [](Outcome<Nothing>) {};
    queue.start({.title = "first", .lane = Lane::run}, workUntilStopped, this, ignore);
    Job* second = queue.start(
        {.title = "second", .lane = Lane::run}, [&](const Context&) { second_ran = true; }, this,
        [&](Outcome<Nothing> outcome) {
          second_cancelled = std::holds_alternative<Cancelled>(outcome);
        });
    QCOMPARE(second->state(), Job::State::waiting);
    second->cancel();
    QTRY_VERIFY(second_cancelled);
    QVERIFY(!second_ran);
    QCOMPARE(queue.jobs().size(), 1);
  }

  void runsGoOneAtATimeWhileReadingGoesBeside() {
    JobQueue queue;
    std::atomic<int> runs = 0, most_runs = 0;
    int ended = 0;
    bool read = false;
    const auto run = [&](const Context&) {
      const int now = ++runs;
      if (now > most_runs) most_runs = now;
      for (int i = 0; i < 20; ++i) pause();
      --runs;
    };
    for (int i = 0; i < 3; ++i) {
      queue.start({.lane = Lane::run}, run, this, [&](Outcome<Nothing>) { ++ended; });
    }
    queue.start({.lane = Lane::run}, workUntilStopped, this, [](Outcome<Nothing>) {});
    queue.start(
        {}, [](const Context&) {}, this, [&](Outcome<Nothing>) { read = true; });
    QTRY_COMPARE(ended, 3);
    QTRY_VERIFY(read);
    QCOMPARE(most_runs.load(), 1);
  }

  void manyWordsBecomeFewSignals() {
    JobQueue queue;
    int looks = 0;
    bool done = false;
    constexpr int kWords = 50'000;
    Job* job = queue.start(
        {.title = "chatty"},
        [](const Context& context) {
          for (int i = 0; i < kWords; ++i) context.checkpoint(double(i) / kWords, "Counting");
        },
        this, [&](Outcome<Nothing>) { done = true; });
    double last = 0;
    connect(job, &Job::progressed, this, [&] {
      ++looks;
      QVERIFY(job->fraction() >= last);
      last = job->fraction();
    });
    QTRY_VERIFY(done);
    QVERIFY2(looks >= 1 && looks < kWords / 100, qPrintable(QString::number(looks)));
  }

  void theLogKeepsWarnings() {
    JobQueue queue;
    std::vector<JobVoice::LogLine> log;
    Job* job = queue.start(
        {}, [](const Context& context) { context.warn("two rows were left out"); }, this,
        [](Outcome<Nothing>) {});
    bool finished = false;
    connect(job, &Job::finished, this, [&] {
      log = job->log();
      finished = true;
    });
    QTRY_VERIFY(finished);
    QCOMPARE(log.size(), 1U);
    QCOMPARE(log[0].severity, Context::Severity::warning);
    QCOMPARE(log[0].line, std::string("two rows were left out"));
  }

  void removingDataCancelsWhatDependsOnIt() {
    JobQueue queue;
    QStringList cancelled;
    const auto note = [&](const QString& id) {
      return [&cancelled, id](Outcome<Nothing> outcome) {
        if (std::holds_alternative<Cancelled>(outcome)) cancelled << id;
      };
    };
    queue.start({.depends_on = {"a", "b"}}, workUntilStopped, this, note("first"));
    queue.start({.depends_on = {"c"}}, workUntilStopped, this, note("second"));
    queue.cancelDependingOn("b");
    QTRY_COMPARE(cancelled, QStringList{"first"});
    QCOMPARE(queue.jobs().size(), 1);
  }

  void destroyingTheQueueEndsItsWork() {
    std::atomic<bool> ended = false;
    bool delivered = false;
    {
      JobQueue queue;
      queue.start(
          {.title = "long"},
          [&](const Context& context) {
            while (!context.stopRequested()) pause();
            ended = true;
          },
          this, [&](Outcome<Nothing>) { delivered = true; });
      queue.start({.lane = Lane::run}, workUntilStopped, this, [](Outcome<Nothing>) {});
      queue.start({.lane = Lane::run}, workUntilStopped, this, [](Outcome<Nothing>) {});
    }
    QVERIFY(ended);
    QCoreApplication::processEvents();
    QVERIFY(!delivered);
  }

  void changesKeepTheirOrderAndAreNotCancelled() {
    JobQueue queue;
    std::vector<int> made;
    int told = 0;
    for (int i = 0; i < 5; ++i) {
      Job* job = queue.start(
          {.lane = Lane::change},
          [&, i](const Context&) {
            pause();
            made.push_back(i);  // one at a time, so nothing guards it
          },
          this, [&](const Outcome<Nothing>& outcome) { told += valueOf(outcome) != nullptr; });
      job->cancel();
      QVERIFY(!job->cancelling());
    }
    queue.cancelAll();
    QTRY_COMPARE(told, 5);
    QCOMPARE(made, (std::vector<int>{0, 1, 2, 3, 4}));
  }

  void destroyingTheQueueFinishesItsChanges() {
    std::vector<int> made;
    {
      JobQueue queue;
      for (int i = 0; i < 3; ++i) {
        queue.start(
            {.lane = Lane::change}, [&, i](const Context&) { made.push_back(i); }, this,
            [](const Outcome<Nothing>&) {});
      }
    }
    QCOMPARE(made, (std::vector<int>{0, 1, 2}));
  }

  void aReceiverThatIsGoneHearsNothing() {
    JobQueue queue;
    bool delivered = false;
    auto receiver = std::make_unique<QObject>();
    queue.start(
        {}, [](const Context&) { return 1; }, receiver.get(),
        [&](const Outcome<int>&) { delivered = true; });
    receiver.reset();
    QSignalSpy idle(&queue, &JobQueue::becameIdle);
    QVERIFY(idle.wait());
    QVERIFY(!delivered);
  }

  void whatTheReceiverThrowsIsReported() {
    JobQueue queue;
    std::string key;
    connect(&queue, &JobQueue::deliveryFailed, this,
            [&](const Error& error) { key = error.key(); });
    queue.start(
        {}, [](const Context&) { return 1; }, this,
        [](const Outcome<int>&) {
          throw Error(kBroken, {{"file", "x"}});
        });
    QTRY_COMPARE(key, std::string("test.broken"));
    QVERIFY(queue.idle());
  }

  void theListFollowsTheQueue() {
    JobQueue queue;
    JobListModel model(queue);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    Job* job = queue.start({.title = "shap"}, workUntilStopped, this, [](Outcome<Nothing>) {});
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0).data().toString(), QString("shap"));
    QTRY_COMPARE(model.index(0).data(JobListModel::fractionRole).toDouble(), 0.5);
    QVERIFY(!changed.isEmpty());
    QVERIFY(!model.index(0).data(JobListModel::secondsLeftRole).isValid());
    job->cancel();
    QTRY_COMPARE(model.rowCount(), 0);
  }

  void timeLeftIsSaidOnceSteady() {
    TimeLeft even;
    for (int i = 0; i <= 15; ++i) even.observe(0.1 * i, 0.01 * i);
    QVERIFY(!even.seconds());  // too early
    for (int i = 16; i <= 50; ++i) even.observe(0.1 * i, 0.01 * i);
    QVERIFY(even.seconds());
    QVERIFY(std::abs(*even.seconds() - 5.0) < 0.05);

    TimeLeft slowing;  // fraction = 1 - 1 / (1 + t): each half as fast as the last
    for (int i = 0; i <= 60; ++i) slowing.observe(0.1 * i, 1 - 1 / (1 + 0.1 * i));
    QVERIFY(!slowing.seconds());

    TimeLeft stuck;
    for (int i = 0; i <= 60; ++i) stuck.observe(0.1 * i, 0.4);
    QVERIFY(!stuck.seconds());
  }
};

}  // namespace lineament::app

QTEST_GUILESS_MAIN(lineament::app::JobsTest)
#include "jobs_test.moc"
