// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest>

#include "core/base/fingerprint.h"
#include "tests/core/project/fixture.h"

using namespace lineament;
using namespace lineament::project;
using namespace lineament::project::test;

namespace {

Id addCsv(Project& project, const std::filesystem::path& path, bool embed = false) {
  return project.addSource({path, Kind::table, "csv", {{"separator", ";"}}, {}, embed});
}

// Seconds differ even on file systems that keep nothing finer.
void setTime(const std::filesystem::path& path, int seconds) {
  const timespec times[2] = {{seconds, 0}, {seconds, 0}};
  QCOMPARE(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

}  // namespace

class SourcesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void keepsPathsAndFingerprint() {
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "data");
    const auto file = scratch.write("data/a.csv", "abc");
    const auto project = scratch.make();
    const Id id = addCsv(*project, file);
    const Source source = project->source(id);
    QCOMPARE(source.name, std::string("a.csv"));
    QCOMPARE(source.relative_path, std::filesystem::path("data/a.csv"));
    QCOMPARE(source.absolute_path, file);
    // SHA-256 of "abc", FIPS 180-2 appendix B.1.
    QCOMPARE(source.sha256, std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
                                        "f20015ad"));
    QCOMPARE(source.size, std::uint64_t(3));
    QCOMPARE(source.reader, std::string("csv"));
    QCOMPARE(source.reader_options.at("separator"), nlohmann::json(";"));
    QVERIFY(!source.embedded && !source.added.empty());
    project->renameSource(id, "Piles");
    project->setReaderOptions(id, {{"separator", ","}});
    QCOMPARE(project->sources().at(0).name, std::string("Piles"));
    QCOMPARE(project->sources().at(0).reader_options.at("separator"), nlohmann::json(","));
  }

  void missingAndSpecialFilesAreErrors() {
    const Scratch scratch;
    const auto project = scratch.make();
    QCOMPARE(keyOf([&] { addCsv(*project, scratch / "none.csv"); }), std::string("file.missing"));
    QCOMPARE(keyOf([&] { addCsv(*project, "/dev/null"); }), std::string("file.special"));
    QVERIFY(project->sources().empty() && project->history().empty());
  }

  void tellsWhatBecameOfTheFile() {
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "data");
    const auto file = scratch.write("data/a.csv", "abc");
    const auto project = scratch.make();
    const Id id = addCsv(*project, file);
    QVERIFY(project->checkSource(id).state == SourceState::unchanged);
    QCOMPARE(project->checkSource(id).path, file);

    setTime(file, 1000);  // touched, not changed
    QVERIFY(project->checkSource(id).state == SourceState::unchanged);
    scratch.write("data/a.csv", "abd");
    QVERIFY(project->checkSource(id).state == SourceState::changed);
    project->acceptChange(id);
    QVERIFY(project->checkSource(id, true).state == SourceState::unchanged);
    project->undo();
    QVERIFY(project->checkSource(id).state == SourceState::changed);
    project->redo();

    // The same size and time hide a change from all but a thorough look.
    setTime(file, 2000);
    project->acceptChange(id);
    scratch.write("data/a.csv", "xyz");
    setTime(file, 2000);
    QVERIFY(project->checkSource(id).state == SourceState::unchanged);
    QVERIFY(project->checkSource(id, true).state == SourceState::changed);
    scratch.write("data/a.csv", "abd");

    std::filesystem::rename(file, scratch / "a.csv");
    const SourceCheck moved = project->checkSource(id);
    QVERIFY(moved.state == SourceState::moved);
    QCOMPARE(moved.path, scratch / "a.csv");
    QVERIFY(project->relink(id, moved.path).state == SourceState::unchanged);
    QCOMPARE(project->sourceFile(id), scratch / "a.csv");
    const auto other = scratch.write("b.csv", "other");
    QVERIFY(project->relink(id, other).state == SourceState::changed);
    std::filesystem::remove(other);
    QVERIFY(project->checkSource(id).state == SourceState::missing);
    const std::string key = "project.source_missing";
    QCOMPARE(keyOf([&] { project->sourceFile(id); }), key);
    QCOMPARE(keyOf([&] { project->acceptChange(id); }), key);
    QCOMPARE(keyOf([&] { project->relink(id, other); }), std::string("file.missing"));
  }

  void aFolderThatMovedAsAWholeIsWhole() {
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "one");
    scratch.write("one/a.csv", "abc");
    Id id = 0;
    {
      const auto project = Project::create(scratch / "one/p.lineament");
      id = addCsv(*project, scratch / "one/a.csv");
    }
    std::filesystem::rename(scratch / "one", scratch / "two");
    const auto project = Project::open(scratch / "two/p.lineament");
    QVERIFY(project->checkSource(id, true).state == SourceState::unchanged);
    QCOMPARE(project->sourceFile(id), scratch / "two/a.csv");
  }

  void embeddedSourcesNeedNoFile() {
    const Scratch scratch;
    std::string content(9'500'000, '\0');  // more than two chunks
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * i >> 7);
    const auto large = scratch.write("large.csv", content);
    const auto small = scratch.write("small.csv", "abc");
    const auto empty = scratch.write("empty.csv", "");
    Id ids[3] = {};
    {
      const auto project = scratch.make();
      ids[0] = addCsv(*project, large, true);
      ids[1] = addCsv(*project, small);
      project->embedSource(ids[1]);
      ids[2] = addCsv(*project, empty, true);
      QVERIFY(project->source(ids[1]).embedded);
      project->embedSource(ids[1]);  // once more does nothing
      QCOMPARE(project->history().size(), std::size_t(4));
    }
    for (const auto& path : {large, small, empty}) std::filesystem::remove(path);
    std::filesystem::path extracted;
    {
      const auto project = scratch.open();
      extracted = project->sourceFile(ids[0]);
      QCOMPARE(extracted.filename(), std::filesystem::path("large.csv"));
      QVERIFY(contentOf(extracted) == content);
      QCOMPARE(project->sourceFile(ids[0]), extracted);
      QCOMPARE(contentOf(project->sourceFile(ids[1])), std::string("abc"));
      QCOMPARE(contentOf(project->sourceFile(ids[2])), std::string());
      QVERIFY(project->checkSource(ids[0], true).state == SourceState::unchanged);
    }
    QVERIFY(!std::filesystem::exists(extracted));
  }

  void stoppingWhileEmbeddingLeavesNothing() {
    const Scratch scratch;
    const auto file = scratch.write("large.csv", std::string(9'000'000, 'x'));
    const auto project = scratch.make();
    std::stop_source stop;
    Context context;
    context.stop = stop.get_token();
    context.progress = [&](double fraction, std::string_view) {
      if (fraction > 0.6) stop.request_stop();
    };
    QCOMPARE(keyOf([&] {
               project->addSource({file, Kind::table, "csv", {}, {}, true}, context);
             }),
             std::string("(cancelled)"));
    QVERIFY(project->sources().empty() && project->history().empty());
    project->close();
    QVERIFY(std::filesystem::file_size(scratch.projectPath()) < 1'000'000);
  }

  void whatRunsWorkedOnStays() {
    const Scratch scratch;
    const auto project = scratch.make();
    const Id id = addCsv(*project, scratch.write("a.csv", "abc"));
    const auto first = project->addRun(runMaking("First", {1}, {{"data", id}}));
    const auto second = project->addRun(runMaking("Second", {1}, {{"data", first.results[0]}}));
    const std::string key = "project.used";
    QCOMPARE(keyOf([&] { project->removeSource(id); }), key);
    QCOMPARE(keyOf([&] { project->removeRun(first.run); }), key);
    project->addReportItem({0, ReportItem::Type::table, {}, id});
    project->removeRun(second.run);
    project->removeRun(first.run);
    project->removeSource(id);
    QVERIFY(project->dump().at("report_items").empty() && project->dump().at("results").empty());
    for (int i = 0; i < 3; ++i) QVERIFY(project->undo());
    QCOMPARE(project->runs().size(), std::size_t(2));
    QCOMPARE(project->report().size(), std::size_t(1));
  }
};

QTEST_APPLESS_MAIN(SourcesTest)
#include "sources_test.moc"
