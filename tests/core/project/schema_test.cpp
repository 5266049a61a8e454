// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/schema.h"

#include <QtTest>
#include <array>

#include "tests/core/project/fixture.h"

using namespace lineament::project;
using namespace lineament::project::test;

namespace {

// The next version as it might be: a column more, filled from another, and a table more.
std::array<Migration, 2> nextVersion() {
  return {migrations()[0],
          {2,
           "ALTER TABLE runs ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;"
           "UPDATE runs SET stars = length(title);"
           "CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"}};
}

}  // namespace

class SchemaTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void olderFilesAreBroughtUpToDate() {
    const Scratch scratch;
    scratch.make()->addRun(runMaking("Four", {1}));
    Database database(scratch.projectPath(), Database::Mode::change);
    const auto steps = nextVersion();
    checkSchema(database, steps);  // an older file is sound as it is
    migrate(database, steps);
    QCOMPARE(schemaVersion(database), 2);
    QCOMPARE(database.integer("SELECT stars FROM runs"), std::int64_t(4));
    QCOMPARE(database.integer("SELECT count(*) FROM labels"), std::int64_t(0));
    checkSchema(database, steps);
    migrate(database, steps);  // once more does nothing
    // The program of before refuses it.
    QCOMPARE(keyOf([&] { migrate(database); }), std::string("project.newer"));
    QCOMPARE(keyOf([&] { checkSchema(database); }), std::string("project.newer"));
  }

  void newFilesHaveTheSchemaOfMigratedOnes() {
    const Scratch scratch;
    const auto steps = nextVersion();
    Database fresh(scratch / "fresh", Database::Mode::create);
    migrate(fresh, steps);
    checkSchema(fresh, steps);
    QCOMPARE(schemaVersion(fresh), 2);
  }

  void aMigrationThatFailsLeavesTheOldFile() {
    const Scratch scratch;
    scratch.make()->addRun(runMaking("Four", {1}));
    auto steps = nextVersion();
    steps[1].sql = "CREATE TABLE labels (id INTEGER); INSERT INTO nowhere VALUES (1)";
    Database database(scratch.projectPath(), Database::Mode::change);
    QCOMPARE(keyOf([&] { migrate(database, steps); }), std::string("project.database"));
    QCOMPARE(schemaVersion(database), 1);
    checkSchema(database);
  }

  // Rows are written by these names: they must be those of the file.
  void documentTablesAreAsInTheFile() {
    const Scratch scratch;
    scratch.make()->close();
    const Database database(scratch.projectPath(), Database::Mode::look);
    for (const DocumentTable& table : documentTables()) {
      const Statement all = database.prepare("SELECT * FROM " + std::string(table.name));
      std::vector<std::string> names;
      for (int i = 0; i < all.columns(); ++i) names.push_back(all.columnName(i));
      QCOMPARE(names, std::vector<std::string>(table.columns.begin(), table.columns.end()));
    }
    QVERIFY(!findDocumentTable("changes"));
  }
};

QTEST_APPLESS_MAIN(SchemaTest)
#include "schema_test.moc"
