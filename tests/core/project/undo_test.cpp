// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <deque>
#include <functional>

#include "core/base/random.h"
#include "core/project/database.h"
#include "core/project/project.h"
#include "tests/core/project/fixture.h"

using namespace lineament;
using namespace lineament::project;
using namespace lineament::project::test;

namespace {

FigureSpec figureTitled(const std::string& title) {
  FigureSpec spec;
  spec.view = "table";
  spec.title = title;
  return spec;
}

// One change of any sort, on whatever the project holds.
class RandomChanges {
 public:
  RandomChanges(const Scratch& scratch, std::uint64_t seed) : scratch_(scratch), random_(seed) {}

  void make(Project& project) {
    const auto steps = std::to_array<void (RandomChanges::*)(Project&)>(
        {&RandomChanges::add, &RandomChanges::rename, &RandomChanges::arrange,
         &RandomChanges::remove, &RandomChanges::group});
    (this->*steps[random_.below(steps.size())])(project);
  }
  std::uint64_t below(std::uint64_t count) { return random_.below(count); }

 private:
  template <class T>
  Id any(const std::vector<T>& items) {
    return items.empty() ? 0 : items[random_.below(items.size())].id;
  }
  std::string word() { return "w" + std::to_string(random_.below(1000)); }

  void add(Project& project) {
    switch (random_.below(5)) {
      case 0:
        project.addSource({scratch_.write(word() + ".csv", word()), Kind::table, "csv"});
        break;
      case 1:
        project.addRun(runMaking(word(), {random_.normal(), 2}));
        break;
      case 2:
        if (const Id id = any(project.results())) project.addFigure(id, figureTitled(word()));
        break;
      case 3:
        project.addReportItem({0, ReportItem::Type::note, word(), 0}, random_.below(4));
        break;
      default:
        if (const Id id = any(project.runs())) {
          project.addReportItem({0, ReportItem::Type::run, {}, id});
        }
    }
  }
  void rename(Project& project) {
    if (const Id id = any(project.runs())) project.renameRun(id, word());
    if (const Id id = any(project.sources())) project.renameSource(id, word());
    if (const Id id = any(project.figures())) {
      const ChangeOptions dragging{"drag " + std::to_string(++drags_)};
      project.updateFigure(id, figureTitled(word()), dragging);
      project.updateFigure(id, figureTitled(word()), dragging);
    }
    project.setSetting(word().substr(0, 2),
                       random_.below(2) == 0 ? nlohmann::json() : nlohmann::json(word()));
  }
  void arrange(Project& project) {
    std::vector<Id> ids;
    for (const auto& item : project.report()) ids.push_back(item.id);
    std::reverse(ids.begin(), ids.end());
    project.orderReport(ids);
    if (const Id id = any(project.runs())) project.setRunHidden(id, random_.below(2) == 0);
  }
  void remove(Project& project) {
    if (const Id id = any(project.report())) project.removeReportItem(id);
    if (random_.below(2) == 0) return;
    if (const Id id = any(project.runs())) project.removeRun(id);
    if (const Id id = any(project.sources())) project.removeSource(id);
  }
  void group(Project& project) {
    const Project::Group group(project, "Several things");
    add(project);
    rename(project);
    add(project);
  }

  const Scratch& scratch_;
  Random random_;
  int drags_ = 0;
};

std::size_t stepsDone(const Project& project) {
  const auto history = project.history();
  return static_cast<std::size_t>(std::count_if(
      history.begin(), history.end(), [](const HistoryEntry& step) { return !step.undone; }));
}

}  // namespace

class UndoTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nothingToUndoAtFirst() {
    const Scratch scratch;
    const auto project = scratch.make();
    QVERIFY(!project->canUndo() && !project->canRedo());
    QVERIFY(!project->undo() && !project->redo());
    QVERIFY(project->undoTitle().empty() && project->history().empty());
  }

  void undoneRunIsOutOfSightAndComesBackWithItsData() {
    const Scratch scratch;
    {
      const auto project = scratch.make();
      project->addRun(runMaking("Fit", {1, 2, 3}));
      QCOMPARE(project->undoTitle(), std::string("Fit"));
      QVERIFY(project->undo());
      QVERIFY(project->runs().empty() && project->results().empty());
      QVERIFY(project->figures().empty());
      QCOMPARE(project->redoTitle(), std::string("Fit"));
    }
    const auto project = scratch.open();
    QVERIFY(project->redo());
    const Result result = project->results().at(0);
    QCOMPARE(numbersOf(project->loadResult(result.id)), (std::vector<double>{1, 2, 3}));
    QCOMPARE(project->runs().at(0).record.seed, std::uint64_t(0xffff'ffff'ffff'fffe));
    QCOMPARE(project->figures().at(0).data, result.id);
    QVERIFY(!project->canRedo());
  }

  void aNewChangeForgetsWhatWasUndone() {
    const Scratch scratch;
    {
      const auto project = scratch.make();
      project->addRun(runMaking("Forgotten", std::vector<double>(100000, 1)));
      project->undo();
      project->setSetting("a", 1);
      QVERIFY(!project->canRedo());
      QCOMPARE(project->history().size(), std::size_t(1));
    }
    scratch.open()->close();
    const Database file(scratch.projectPath(), Database::Mode::look);
    QCOMPARE(file.integer("SELECT count(*) FROM chunks"), std::int64_t(0));
    QCOMPARE(file.integer("SELECT count(*) FROM payloads"), std::int64_t(0));
  }

  void sliderChangesMelt() {
    const Scratch scratch;
    const auto project = scratch.make();
    const Id figure = project->addRun(runMaking("Fit", {1})).figures.at(0);
    const nlohmann::json before = project->dump();
    const ChangeOptions slider{"width of the figure", std::chrono::hours(1)};
    for (int width = 0; width < 20; ++width) {
      project->updateFigure(figure, figureTitled(std::to_string(width)), slider);
    }
    QCOMPARE(project->history().size(), std::size_t(2));
    project->updateFigure(figure, figureTitled("another"), {"height", std::chrono::hours(1)});
    QCOMPARE(project->history().size(), std::size_t(3));
    project->undo();
    QCOMPARE(project->figure(figure).spec.title, std::string("19"));
    project->undo();
    QCOMPARE(project->dump(), before);
    project->redo();
    QCOMPARE(project->figure(figure).spec.title, std::string("19"));
    // After an undo, or too late, the same key begins a step of its own.
    project->undo();
    project->updateFigure(figure, figureTitled("x"), slider);
    QCOMPARE(project->history().size(), std::size_t(2));
    project->updateFigure(figure, figureTitled("y"), {slider.merge_key, std::chrono::hours(-1)});
    QCOMPARE(project->history().size(), std::size_t(3));
    project->undo();
    QCOMPARE(project->figure(figure).spec.title, std::string("x"));
  }

  void differentItemsOfOneKeyDoNotMelt() {
    const Scratch scratch;
    const auto project = scratch.make();
    const ChangeOptions same{"key", std::chrono::hours(1)};
    project->setSetting("a", 1, same);
    project->setSetting("b", 2, same);
    QVERIFY(project->undo());
    QCOMPARE(project->setting("a"), nlohmann::json(1));
    QVERIFY(project->setting("b").is_null());
  }

  void aGroupIsOneStep() {
    const Scratch scratch;
    const auto project = scratch.make();
    project->setSetting("before", 1);
    {
      const Project::Group group(*project, "Add three");
      project->setSetting("a", 1);
      {
        const Project::Group inner(*project, "Not seen");
        project->setSetting("b", 2);
      }
      project->addRun(runMaking("Run", {1}));
    }
    project->setSetting("after", 1);
    QCOMPARE(project->history().size(), std::size_t(3));
    QVERIFY(project->undo());
    QCOMPARE(project->undoTitle(), std::string("Add three"));
    const nlohmann::json after = project->dump();
    QVERIFY(project->undo());
    QCOMPARE(project->undoTitle(), std::string("Change the setting before"));
    QVERIFY(project->setting("a").is_null() && project->runs().empty());
    QCOMPARE(project->redoTitle(), std::string("Add three"));
    QVERIFY(project->redo());
    QCOMPARE(project->dump(), after);
  }

  void versionsSurviveWhatComesAfter() {
    const Scratch scratch;
    const auto project = scratch.make();
    project->addRun(runMaking("Submitted", {4, 5}));
    project->setSetting("a", "old");
    const Id version = project->saveVersion("As submitted");
    const nlohmann::json saved = project->dump();
    project->undo();
    project->undo();
    project->setSetting("a", "new");  // forgets both steps
    project->close();

    const auto again = scratch.open();
    QCOMPARE(again->versions().at(0).name, std::string("As submitted"));
    const nlohmann::json before = again->dump();
    again->restoreVersion(version);
    QCOMPARE(again->dump(), saved);
    QCOMPARE(numbersOf(again->loadResult(again->results().at(0).id)), (std::vector<double>{4, 5}));
    again->undo();
    QCOMPARE(again->dump(), before);
    again->removeVersion(version);
    QVERIFY(again->versions().empty());
    QCOMPARE(keyOf([&] { again->restoreVersion(version); }), std::string("project.no_version"));
    QCOMPARE(keyOf([&] { again->removeVersion(version); }), std::string("project.no_version"));
  }

  void clearedHistoryGivesTheSpaceBack() {
    const Scratch scratch;
    {
      const auto project = scratch.make();
      project->addRun(runMaking("Kept", {1, 2}));
      const Id removed = project->addRun(runMaking("Removed", std::vector<double>(500000, 1))).run;
      project->removeRun(removed);
      project->clearHistory();
      QVERIFY(!project->canUndo() && project->history().empty());
      QCOMPARE(numbersOf(project->loadResult(project->results().at(0).id)),
               (std::vector<double>{1, 2}));
    }
    const auto before = std::filesystem::file_size(scratch.projectPath());
    scratch.open()->close();
    QVERIFY(before > 4'000'000);
    QVERIFY(std::filesystem::file_size(scratch.projectPath()) < 500'000);
  }

  void randomWalksGoBackAndForth_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 4; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  // After every undo and redo the whole document is what it was at that place of the history.
  void randomWalksGoBackAndForth() {
    QFETCH(const int, seed);
    const Scratch scratch;
    auto project = scratch.make();
    RandomChanges changes(scratch, static_cast<std::uint64_t>(seed));
    std::vector<nlohmann::json> past{project->dump()};
    std::vector<std::size_t> steps{0};
    std::size_t place = 0;
    for (int i = 0; i < 60; ++i) {
      const auto what = changes.below(10);
      if (what < 5) {
        changes.make(*project);
        const std::size_t count = stepsDone(*project);
        if (count == steps[place]) continue;  // it happened to change nothing
        past.resize(place + 1);
        steps.resize(place + 1);
        past.push_back(project->dump());
        steps.push_back(count);
        ++place;
      } else if (what < 8 && place > 0) {
        for (std::size_t n = steps[place] - steps[place - 1]; n-- > 0;) QVERIFY(project->undo());
        QVERIFY(project->dump() == past[--place]);
      } else if (what == 8 && place + 1 < past.size()) {
        for (std::size_t n = steps[place + 1] - steps[place]; n-- > 0;) QVERIFY(project->redo());
        QVERIFY(project->dump() == past[++place]);
      } else if (what == 9) {
        project.reset();
        project = scratch.open();
        QVERIFY(project->dump() == past[place]);
      }
      for (const Result& result : project->results()) {
        QCOMPARE(numbersOf(project->loadResult(result.id)).size(), std::size_t(2));
      }
    }
    while (project->undo()) {
    }
    QVERIFY(project->dump() == past[0]);
    while (project->redo()) {
    }
    QVERIFY(project->dump() == past.back());
  }
};

QTEST_APPLESS_MAIN(UndoTest)
#include "undo_test.moc"
