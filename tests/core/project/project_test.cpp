// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"

#include <sys/resource.h>

#include <QtTest>
#include <atomic>
#include <csignal>
#include <thread>

#include "core/project/database.h"
#include "tests/core/project/fixture.h"

using namespace lineament;
using namespace lineament::project;
using namespace lineament::project::test;

class ProjectTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aNewProjectIsOneFileOfOurs() {
    const Scratch scratch;
    scratch.make()->close();
    QCOMPARE(scratch.files(), std::vector<std::string>{"piles.lineament"});
    const std::string bytes = contentOf(scratch.projectPath());
    QCOMPARE(bytes.substr(0, 15), std::string("SQLite format 3"));
    QCOMPARE(bytes.substr(68, 4), std::string("LNPM"));
    QCOMPARE(bytes.substr(60, 4), std::string("\0\0\0\1", 4));
    QVERIFY(isProjectFile(scratch.projectPath()));
    QVERIFY(!isProjectFile(scratch / "none"));
    QVERIFY(!isProjectFile(scratch.write("text.lineament", "some text")));
  }

  void neverOverwritesAnotherFile() {
    const Scratch scratch;
    scratch.write("piles.lineament", "precious");
    QCOMPARE(keyOf([&] { scratch.make(); }), std::string("project.exists"));
    QCOMPARE(contentOf(scratch.projectPath()), std::string("precious"));
    QCOMPARE(keyOf([&] { Project::create(scratch / "no/such/folder/a.lineament"); }),
             std::string("project.cannot_create"));
  }

  void usesALogWhileOpenAndOneFileAfter() {
    const Scratch scratch;
    const auto project = scratch.make();
    project->setSetting("units", "mm/s");
    QVERIFY(std::filesystem::exists(scratch / "piles.lineament-wal"));
    QVERIFY(std::filesystem::exists(scratch / ".piles.lineament.lock"));
    project->close();
    QCOMPARE(scratch.files(), std::vector<std::string>{"piles.lineament"});
    QCOMPARE(keyOf([&] { project->setting("units"); }), std::string("project.closed"));
    project->close();
    QCOMPARE(scratch.open()->setting("units"), nlohmann::json("mm/s"));
  }

  void settingsAndWindowStateAreKept() {
    const Scratch scratch;
    const nlohmann::json nested = {{"list", {1, 2.5, nullptr}}, {"text", "\xc3\xa4 \"quoted\""}};
    {
      const auto project = scratch.make();
      project->setSetting("a", nested);
      project->setWindowState("splitter", {200, 300});
      QVERIFY(project->setting("unknown").is_null());
      QVERIFY(project->windowState("unknown").is_null());
    }
    const auto project = scratch.open();
    QCOMPARE(project->setting("a"), nested);
    QCOMPARE(project->windowState("splitter"), nlohmann::json({200, 300}));
    project->setSetting("a", nullptr);
    project->setSetting("never there", nullptr);
    QVERIFY(project->setting("a").is_null());
    QCOMPARE(project->history().size(), std::size_t(2));
    project->setWindowState("splitter", nullptr);
    QVERIFY(project->windowState("splitter").is_null());
  }

  void unknownItemsAreUsageErrors() {
    const Scratch scratch;
    const auto project = scratch.make();
    const std::string key = "project.no_item";
    QCOMPARE(keyOf([&] { project->source(7); }), key);
    QCOMPARE(keyOf([&] { project->run(7); }), key);
    QCOMPARE(keyOf([&] { project->loadResult(7); }), key);
    QCOMPARE(keyOf([&] { project->renameRun(7, "x"); }), key);
    QCOMPARE(keyOf([&] { project->removeFigure(7); }), key);
    QCOMPARE(keyOf([&] { project->addFigure(7, {}); }), key);
    QCOMPARE(keyOf([&] { project->resultsOf(7); }), key);
    QVERIFY(project->history().empty());
  }

  void observersHearOnceWithTheMutexFree() {
    const Scratch scratch;
    const auto project = scratch.make();
    std::vector<ChangeSet> heard;
    const int number = project->onChanged([&](const ChangeSet& changes) {
      heard.push_back(changes);
      project->runs();  // would wait for ever under the mutex
    });
    const Id run = project->addRun(runMaking("First", {1})).run;
    QCOMPARE(heard.size(), std::size_t(1));
    QCOMPARE(heard[0].title, std::string("First"));
    QCOMPARE(heard[0].items.size(), std::size_t(3));
    QVERIFY(heard[0].touches(ItemType::result) && heard[0].touches(ItemType::figure));
    QVERIFY(!heard[0].touches(ItemType::source));
    QCOMPARE(heard[0].items[0].id, run);
    QVERIFY(heard[0].items[0].what == ChangeSet::What::added);
    project->undo();
    QVERIFY(heard.at(1).items[0].what == ChangeSet::What::removed);
    project->renameRun(project->addRun(runMaking("Second", {1})).run, "Renamed");
    QVERIFY(heard.at(3).items[0].what == ChangeSet::What::changed);
    project->removeObserver(number);
    project->setSetting("a", 1);
    QCOMPARE(heard.size(), std::size_t(4));
  }

  void jobsStoreWhileTheWindowReads() {
    const Scratch scratch;
    const auto project = scratch.make();
    std::atomic<bool> done = false;
    std::vector<std::thread> jobs;
    for (int job = 0; job < 3; ++job) {
      jobs.emplace_back([&, job] {
        for (int i = 0; i < 5; ++i) {
          project->addRun(runMaking("Job", std::vector<double>(1000, 10 * job + i)));
        }
      });
    }
    std::thread window([&] {
      while (!done) {
        for (const Result& result : project->results()) project->loadResult(result.id);
      }
    });
    for (std::thread& job : jobs) job.join();
    done = true;
    window.join();
    QCOMPARE(project->runs().size(), std::size_t(15));
    std::set<double> values;
    for (const Result& result : project->results()) {
      values.insert(numbersOf(project->loadResult(result.id)).at(999));
    }
    QCOMPARE(values.size(), std::size_t(15));
  }

  void aCopyIsWholeAndCompact() {
    const Scratch scratch;
    const auto project = scratch.make();
    project->addRun(runMaking("Kept", {1, 2, 3}));
    project->renameRun(project->runs()[0].id, "Renamed");
    scratch.write("copy.lineament", "an old file");
    project->saveCopy(scratch / "copy.lineament");
    project->setSetting("after", 1);
    const auto copy = Project::open(scratch / "copy.lineament");
    QCOMPARE(copy->runs().at(0).title, std::string("Renamed"));
    QCOMPARE(numbersOf(copy->loadResult(copy->results().at(0).id)), (std::vector<double>{1, 2, 3}));
    QVERIFY(copy->setting("after").is_null());
    QVERIFY(copy->undo());
    QCOMPARE(copy->runs().at(0).title, std::string("Kept"));
    copy->close();
    project->close();
    QCOMPARE(scratch.files(), (std::vector<std::string>{"copy.lineament", "piles.lineament"}));
  }

  void aCopyThatFailsLeavesTheOldFile() {
    const Scratch scratch;
    const auto project = scratch.make();
    project->addRun(runMaking("Kept", std::vector<double>(200000, 1.5)));
    QCOMPARE(keyOf([&] { project->saveCopy(scratch.projectPath()); }), std::string("project.copy"));
    QCOMPARE(keyOf([&] { project->saveCopy(scratch / "none/copy.lineament"); }),
             std::string("file.write"));
    scratch.write("copy.lineament", "an old file");
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QCOMPARE(keyOf([&] { project->saveCopy(scratch / "copy.lineament", context); }),
             std::string("(cancelled)"));
    QCOMPARE(contentOf(scratch / "copy.lineament"), std::string("an old file"));
    project->close();
    QCOMPARE(scratch.files(), (std::vector<std::string>{"copy.lineament", "piles.lineament"}));
  }

  void aFullDiskLosesNothing() {
    const Scratch scratch;
    scratch.make()->addRun(runMaking("Kept", {1, 2, 3}));
    OpenOptions small;
    small.size_limit = std::filesystem::file_size(scratch.projectPath()) + (64 << 10);
    {
      const auto project = scratch.open(small);
      const nlohmann::json before = project->dump();
      const std::vector<double> large(100000, 0.25);
      QCOMPARE(keyOf([&] { project->addRun(runMaking("Too large", large)); }),
               std::string("project.full"));
      QCOMPARE(project->dump(), before);
      QCOMPARE(keyOf([&] { project->setSetting("a", std::string(1 << 20, 'x')); }),
               std::string("project.full"));
      QCOMPARE(project->dump(), before);
      project->setSetting("small", "still fits");
    }
    const auto project = scratch.open();
    QCOMPARE(project->runs().size(), std::size_t(1));
    QCOMPARE(project->setting("small"), nlohmann::json("still fits"));
    QCOMPARE(numbersOf(project->loadResult(project->results().at(0).id)),
             (std::vector<double>{1, 2, 3}));
  }

  // A limit on the size of files stands for a disk that is full when the project is closed.
  void aFullDiskLeavesTheLogAndSaysSo() {
    const Scratch scratch;
    scratch.make();
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const auto project = scratch.open();
    project->setSetting("large", std::string(200'000, 'x'));
    rlimit small = before;
    small.rlim_cur = std::filesystem::file_size(scratch.projectPath());
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const std::string key = keyOf([&] { project->close(); });
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    QCOMPARE(key, std::string("project.log_left"));
    QVERIFY(std::filesystem::exists(scratch / "piles.lineament-wal"));
    const auto again = scratch.open();
    QCOMPARE(again->setting("large").get<std::string>().size(), std::size_t(200'000));
    again->close();
    QCOMPARE(scratch.files(), std::vector<std::string>{"piles.lineament"});
  }

  void fallsBackWhereMemoryCannotBeShared() {
    const Scratch scratch;
    scratch.make()->close();
    Database plain(scratch.projectPath(), Database::Mode::change);
    QVERIFY(plain.useWriteAheadLog());
    plain.useOneFile();
    // This layer of SQLite locks by files and has no shared memory.
    Database without(scratch.projectPath(), Database::Mode::change, "unix-dotfile");
    QVERIFY(!without.useWriteAheadLog());
    QCOMPARE(without.integer("PRAGMA synchronous"), std::int64_t(2));
    without.execute("UPDATE sequence SET last = 5");
    QCOMPARE(without.integer("SELECT last FROM sequence"), std::int64_t(5));
  }
};

QTEST_APPLESS_MAIN(ProjectTest)
#include "project_test.moc"
