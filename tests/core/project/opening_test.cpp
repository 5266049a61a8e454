// SPDX-License-Identifier: GPL-3.0-or-later
// Opening: locks, read-only places, files that are damaged, foreign, older or newer.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>

#include "core/base/random.h"
#include "core/project/database.h"
#include "core/project/lock_file.h"
#include "core/project/schema.h"
#include "tests/core/project/fixture.h"

using namespace lineament;
using namespace lineament::project;
using namespace lineament::project::test;

namespace {

// Runs SQL the way another program would, without any of our guards.
void meddle(const std::filesystem::path& path, const char* sql) {
  sqlite3* handle = nullptr;
  sqlite3_open(path.c_str(), &handle);
  char* problem = nullptr;
  if (sqlite3_exec(handle, sql, nullptr, nullptr, &problem) != SQLITE_OK) {
    qFatal("%s: %s", sql, problem);
  }
  sqlite3_close(handle);
}

void overwrite(const std::filesystem::path& path, std::size_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file << bytes;
}

std::string openingKey(const std::filesystem::path& path, const OpenOptions& options = {}) {
  return keyOf([&] { Project::open(path, options); });
}

// Everything that can be asked of a project; Errors are fine, ending the process is not.
void useAll(const std::filesystem::path& path) {
  try {
    const auto project = Project::open(path);
    project->dump();
    project->runs();
    project->sources();
    project->figures();
    project->report();
    for (const Result& result : project->results()) project->loadResult(result.id);
    while (project->undo()) {
    }
    while (project->redo()) {
    }
    for (const Version& version : project->versions()) project->restoreVersion(version.id);
  } catch (const Error&) {
  }
}

// JSON written with single quotes.
QByteArray quoted(const char* text) {
  return QByteArray(text).replace('\'', '"');
}

// A project with some of everything, closed.
void fill(const Scratch& scratch) {
  const auto project = scratch.make();
  project->addSource({scratch.write("a.csv", "x\n1\n"), Kind::table, "csv"});
  project->addRun(runMaking("Run", std::vector<double>(5000, 1.25)));
  project->addReportItem({0, ReportItem::Type::heading, "Title", 0});
  project->setSetting("a", 1);
  project->saveVersion("First");
  project->renameRun(project->runs().at(0).id, "Renamed");
}

// As nobody, for whom files of another owner may be closed. Root may write everything.
class AsNobody {
 public:
  AsNobody() { root_ = ::geteuid() == 0 && ::seteuid(65534) == 0; }
  ~AsNobody() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool root_ = false;
};

}  // namespace

class OpeningTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theSecondOpenerHearsWhoHasIt() {
    const Scratch scratch;
    const auto project = scratch.make();
    try {
      scratch.open();
      QFAIL("it was opened twice");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("project.in_use"));
      QVERIFY(error.found().find(std::to_string(::getpid())) != std::string::npos);
      std::array<char, 256> host{};
      ::gethostname(host.data(), host.size());
      QVERIFY(error.found().find(host.data()) != std::string::npos);
    }
    OpenOptions look;
    look.read_only = true;
    project->setSetting("a", 1);
    QCOMPARE(scratch.open(look)->setting("a"), nlohmann::json(1));
    project->close();
    scratch.open();
  }

  void locksOfEndedProcessesAreTakenOver() {
    const Scratch scratch;
    scratch.make()->close();
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    scratch.write(".piles.lineament.lock", "999999\n" + std::string(host.data()) + "\n");
    scratch.open()->setSetting("a", 1);
    scratch.write(".piles.lineament.lock", "");
    scratch.open()->close();
    QVERIFY(!std::filesystem::exists(scratch / ".piles.lineament.lock"));
    // Of another computer nothing can be known.
    scratch.write(".piles.lineament.lock", "17\nanother-computer\n");
    QCOMPARE(openingKey(scratch.projectPath()), std::string("project.in_use"));
    std::filesystem::remove(scratch / ".piles.lineament.lock");
    scratch.open();
  }

  void aReadOnlyProjectCanBeLookedAt() {
    const Scratch scratch;
    fill(scratch);
    OpenOptions look;
    look.read_only = true;
    const auto project = scratch.open(look);
    QVERIFY(project->readOnly());
    QCOMPARE(project->loadResult(project->results().at(0).id).require<Table>().rows(),
             std::size_t(5000));
    const std::string key = "project.read_only";
    QCOMPARE(keyOf([&] { project->setSetting("a", 2); }), key);
    QCOMPARE(keyOf([&] { project->addRun(runMaking("x", {1})); }), key);
    QCOMPARE(keyOf([&] { project->undo(); }), key);
    QCOMPARE(keyOf([&] { project->saveVersion("x"); }), key);
    QCOMPARE(keyOf([&] { project->setWindowState("x", 1); }), key);
    QVERIFY(!std::filesystem::exists(scratch / ".piles.lineament.lock"));
    project->saveCopy(scratch / "copy.lineament");
    QVERIFY(!Project::open(scratch / "copy.lineament")->readOnly());
  }

  void filesAndFoldersThatCannotBeWrittenOpenToLook() {
    const Scratch scratch;
    fill(scratch);
    const auto folder = scratch.projectPath().parent_path();
    ::chmod(folder.c_str(), 0755);
    ::chmod(scratch.projectPath().c_str(), 0444);
    {
      const AsNobody nobody;
      const auto project = scratch.open();
      QVERIFY(project->readOnly());
      QCOMPARE(project->runs().size(), std::size_t(1));
      QCOMPARE(keyOf([&] { project->setSetting("a", 2); }), std::string("project.read_only"));
    }
    ::chmod(scratch.projectPath().c_str(), 0000);
    {
      const AsNobody nobody;
      QCOMPARE(openingKey(scratch.projectPath()), std::string("file.unreadable"));
      QCOMPARE(keyOf([&] { Project::create(folder / "new.lineament"); }),
               std::string("project.cannot_create"));
    }
    ::chmod(scratch.projectPath().c_str(), 0644);
  }

  void whatIsNoProjectIsRefused() {
    const Scratch scratch;
    const std::string key = "project.not_a_project";
    QCOMPARE(openingKey(scratch / "missing.lineament"), std::string("file.missing"));
    QCOMPARE(openingKey(scratch.projectPath().parent_path()), std::string("file.folder"));
    QCOMPARE(openingKey(scratch.write("empty.lineament", "")), key);
    QCOMPARE(openingKey(scratch.write("text.lineament", std::string(5000, 'x'))), key);
    meddle(scratch / "other.db", "CREATE TABLE t (a); PRAGMA application_id=7");
    QCOMPARE(openingKey(scratch / "other.db"), key);
    // Ours by its head alone.
    fill(scratch);
    const std::string head = contentOf(scratch.projectPath()).substr(0, 100);
    QVERIFY(openingKey(scratch.write("head.lineament", head)) != "(no error)");
    QVERIFY(openingKey(scratch.write("head2.lineament", head + std::string(8000, '\xff'))) !=
            "(no error)");
  }

  void newerFilesAreRefusedAndLeftAlone() {
    const Scratch scratch;
    fill(scratch);
    meddle(scratch.projectPath(), "PRAGMA user_version=2");
    const std::string before = contentOf(scratch.projectPath());
    QCOMPARE(openingKey(scratch.projectPath()), std::string("project.newer"));
    QCOMPARE(contentOf(scratch.projectPath()), before);
    meddle(scratch.projectPath(), "PRAGMA user_version=-3");
    QCOMPARE(openingKey(scratch.projectPath()), std::string("project.newer"));
  }

  void foreignSchemasAreRefused_data() {
    QTest::addColumn<QByteArray>("sql");
    QTest::newRow("trigger") << QByteArray(
        "CREATE TRIGGER t AFTER UPDATE ON settings BEGIN DELETE FROM runs; END");
    QTest::newRow("view") << QByteArray("CREATE VIEW v AS SELECT 1");
    QTest::newRow("view in place of a table")
        << QByteArray("DROP TABLE settings; CREATE VIEW settings AS SELECT 1 AS id");
    QTest::newRow("table") << QByteArray("CREATE TABLE extra (a)");
    QTest::newRow("virtual table") << QByteArray("CREATE VIRTUAL TABLE f USING fts5(a)");
    QTest::newRow("missing table") << QByteArray("DROP TABLE versions");
    QTest::newRow("index on an expression") << QByteArray("CREATE INDEX i ON runs (abs(hidden))");
    QTest::newRow("generated column")
        << QByteArray("ALTER TABLE runs ADD COLUMN g INTEGER AS (abs(id))");
    QTest::newRow("check") << QByteArray(
        "DROP TABLE window_state; CREATE TABLE window_state (key TEXT PRIMARY KEY, "
        "value TEXT CHECK (abs(random()) > 0))");
  }
  void foreignSchemasAreRefused() {
    QFETCH(const QByteArray, sql);
    const Scratch scratch;
    fill(scratch);
    meddle(scratch.projectPath(), sql.constData());
    QCOMPARE(openingKey(scratch.projectPath()), std::string("project.foreign_schema"));
    OpenOptions look;
    look.read_only = true;
    QCOMPARE(openingKey(scratch.projectPath(), look), std::string("project.foreign_schema"));
  }

  void hostileHistoriesAreRefused_data() {
    QTest::addColumn<QByteArray>("forward");
    QTest::newRow("no JSON") << QByteArray("delete everything");
    QTest::newRow("deep") << QByteArray(1'000'000, '[');
    QTest::newRow("other table") << quoted("[{'table':'sqlite_schema','id':1,'row':null}]");
    QTest::newRow("SQL as a table")
        << quoted("[{'table':'runs; DROP TABLE runs','id':1,'row':null}]");
    QTest::newRow("SQL as a column")
        << quoted("[{'table':'runs','id':1,'row':{'id':1,'title) VALUES (1);--':'x'}}]");
    QTest::newRow("other id") << quoted("[{'table':'runs','id':1,'row':{'id':2}}]");
    QTest::newRow("text as an id") << quoted("[{'table':'runs','id':'1','row':null}]");
    QTest::newRow("object as a value")
        << quoted("[{'table':'runs','id':1,'row':{'id':1,'title':{}}}]");
    QTest::newRow("array as a row") << quoted("[{'table':'runs','id':1,'row':[1]}]");
    QTest::newRow("number") << QByteArray("[7]");
    QTest::newRow("members missing") << QByteArray("[{}]");
  }
  void hostileHistoriesAreRefused() {
    QFETCH(const QByteArray, forward);
    const Scratch scratch;
    fill(scratch);
    const QByteArray sql = "UPDATE changes SET inverse = '" +
                           QByteArray(forward).replace("'", "''") +
                           "' WHERE id = (SELECT max(id) FROM changes)";
    meddle(scratch.projectPath(), sql.constData());
    const auto project = scratch.open();
    const nlohmann::json before = project->dump();
    QCOMPARE(keyOf([&] { project->undo(); }), std::string("project.damaged"));
    QVERIFY(project->dump() == before);
  }

  void hostileContentsAreErrors_data() {
    QTest::addColumn<QByteArray>("sql");
    QTest::newRow("kind") << QByteArray("UPDATE results SET kind = 'virus'");
    QTest::newRow("record") << QByteArray("UPDATE runs SET record = '{}'");
    QTest::newRow("record is a list") << QByteArray("UPDATE runs SET record = '[1]'");
    QTest::newRow("inputs") << QByteArray("UPDATE runs SET inputs = '[{\"id\":\"x\"}]'");
    QTest::newRow("no chunk") << QByteArray("DELETE FROM chunks");
    QTest::newRow("no payload") << QByteArray("DELETE FROM payloads");
    QTest::newRow("size") << QByteArray("UPDATE payloads SET bytes = 9223372036854775807");
    QTest::newRow("negative size") << QByteArray("UPDATE payloads SET bytes = -1");
    QTest::newRow("altered chunk") << QByteArray("UPDATE chunks SET bytes = zeroblob(80)");
    QTest::newRow("spec") << QByteArray("UPDATE figures SET spec = '{\"title\": 7}'");
    QTest::newRow("report") << QByteArray("UPDATE report_items SET type = 'script'");
    QTest::newRow("source") << QByteArray("UPDATE sources SET kind = ''");
    QTest::newRow("sequence") << QByteArray("DELETE FROM sequence");
    QTest::newRow("sequence at its end")
        << QByteArray("UPDATE sequence SET last = 9223372036854775807");
    QTest::newRow("version") << QByteArray("UPDATE versions SET content = '{\"runs\": [3]}'");
  }
  void hostileContentsAreErrors() {
    QFETCH(const QByteArray, sql);
    const Scratch scratch;
    fill(scratch);
    meddle(scratch.projectPath(), sql.constData());
    const std::string key = keyOf([&] {
      const auto project = scratch.open();
      project->runs();
      project->sources();
      for (const Result& result : project->results()) project->loadResult(result.id);
      project->figures();
      project->report();
      project->restoreVersion(project->versions().at(0).id);
      project->saveVersion("Another");
    });
    QVERIFY2(key != "(no error)", key.c_str());
    useAll(scratch.projectPath());
  }

  void truncatedFilesAreErrors() {
    const Scratch scratch;
    fill(scratch);
    const std::string whole = contentOf(scratch.projectPath());
    for (const double share : {0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99}) {
      const auto size = static_cast<std::size_t>(share * static_cast<double>(whole.size()));
      const auto path = scratch.write("cut.lineament", whole.substr(0, size));
      QVERIFY2(openingKey(path) != "(no error)", std::to_string(share).c_str());
    }
  }

  void flippedPagesNeverEndTheProcess() {
    const Scratch scratch;
    fill(scratch);
    const std::string whole = contentOf(scratch.projectPath());
    Random random(4);
    for (int i = 0; i < 60; ++i) {
      std::string bytes = whole;
      const std::size_t page = random.below(whole.size() / 4096) * 4096;
      switch (random.below(3)) {
        case 0:  // a page of noise
          for (std::size_t b = 0; b < 4096; ++b) {
            bytes[page + b] = static_cast<char>(random.bits());
          }
          break;
        case 1: {  // another page in its place
          const std::size_t other = random.below(whole.size() / 4096) * 4096;
          bytes.replace(page, 4096, whole, other, 4096);
          break;
        }
        default:  // a few bits, mostly where the structure is
          for (int b = 0; b < 4; ++b) {
            bytes[page + random.below(200)] ^= static_cast<char>(1 << random.below(8));
          }
      }
      useAll(scratch.write("flipped.lineament", bytes));
    }
  }

  void alteredNumbersAreNoticed() {
    const Scratch scratch;
    fill(scratch);
    const std::string whole = contentOf(scratch.projectPath());
    const double value = 1.25;
    const std::string pattern(reinterpret_cast<const char*>(&value), sizeof value);
    const std::size_t at = whole.find(pattern + pattern);
    QVERIFY(at != std::string::npos);
    overwrite(scratch.projectPath(), at + 6, "\x01");
    const auto project = scratch.open();
    QCOMPARE(keyOf([&] { project->loadResult(project->results().at(0).id); }),
             std::string("project.damaged"));
  }
};

QTEST_APPLESS_MAIN(OpeningTest)
#include "opening_test.moc"
