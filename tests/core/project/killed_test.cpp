// SPDX-License-Identifier: GPL-3.0-or-later
// The program may end at any moment: what a call has acknowledged is in the file.
#include <QProcess>
#include <QtTest>

#include "core/base/random.h"
#include "core/project/database.h"
#include "tests/core/project/fixture.h"

using namespace lineament;
using namespace lineament::project;
using namespace lineament::project::test;

namespace {

// What the writer was told.
struct Acknowledged {
  int setting = -1;
  int run = -1;

  void read(const QByteArray& output) {
    for (const QByteArray& line : output.left(output.lastIndexOf('\n') + 1).split('\n')) {
      const QList<QByteArray> words = line.split(' ');
      if (words[0] == "setting") setting = words[1].toInt();
      if (words[0] == "run") run = words[1].toInt();
    }
  }
};

// Lets it write for a while, which is counted in lines so that a slow machine does as much, and
// kills it somewhere in the next one.
QByteArray writeAndKill(const Scratch& scratch, int from, Random& random) {
  QProcess writer;
  writer.start(LINEAMENT_KILLED_WRITER,
               {QString::fromStdString(scratch.projectPath().string()), QString::number(from)});
  const auto lines = static_cast<qsizetype>(random.below(24));
  QByteArray output;
  while (output.count('\n') < lines && writer.waitForReadyRead()) output += writer.readAll();
  QTest::qSleep(static_cast<int>(random.below(4)));
  writer.kill();
  writer.waitForFinished();
  output += writer.readAll();
  if (writer.exitStatus() != QProcess::CrashExit) {
    qWarning("%s", writer.readAllStandardError().constData());
  }
  return output;
}

}  // namespace

class KilledTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingAcknowledgedIsThere() {
    const Scratch scratch;
    scratch.make()->close();
    Random random(20);
    Acknowledged known;
    for (int kill = 0; kill < 20; ++kill) {
      const int from = std::max(known.setting, known.run) + 1;
      known.read(writeAndKill(scratch, from, random));
      const auto project = scratch.open();
      const nlohmann::json setting = project->setting("count");
      const int count = setting.is_null() ? -1 : setting.get<int>();
      // One more may have reached the disk than could be said.
      QVERIFY(count == known.setting || count == std::max(known.setting + 1, from));

      std::vector<Run> runs = project->runs();
      const int last = runs.empty() ? -1 : std::stoi(runs.back().title.substr(4));
      const bool between_undo_and_redo = project->canRedo();
      if (between_undo_and_redo) QVERIFY(project->redo());
      runs = project->runs();
      const int redone = runs.empty() ? -1 : std::stoi(runs.back().title.substr(4));
      QVERIFY(last <= redone);
      QVERIFY(redone == known.run || redone == std::max(known.run + 1, from));
      for (const Result& result : project->results()) {
        const auto values = numbersOf(project->loadResult(result.id));
        const auto number =
            static_cast<std::size_t>(std::stoi(project->run(result.run).title.substr(4)));
        QCOMPARE(values.size(), 60'000 * (number % 3));
        if (!values.empty()) QCOMPARE(values.back(), double(number));
      }
      known = {count, redone};
    }
    QVERIFY(known.run > 10);
    // What the killed ones had begun to store was collected.
    const Database file(scratch.projectPath(), Database::Mode::look);
    QCOMPARE(file.integer("SELECT count(*) FROM payloads"),
             file.integer("SELECT count(*) FROM results"));
    QCOMPARE(file.integer("SELECT count(*) FROM chunks WHERE payload NOT IN "
                          "(SELECT id FROM payloads)"),
             std::int64_t(0));
  }
};

QTEST_APPLESS_MAIN(KilledTest)
#include "killed_test.moc"
