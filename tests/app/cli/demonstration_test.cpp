// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/demonstration.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "core/analyses/all.h"
#include "core/base/error.h"
#include "tests/app/cli/program.h"

namespace lineament::app::cli {

using nlohmann::json;

class DemonstrationTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  QString write(const QString& name, const QByteArray& content) const {
    QFile file(folder_.filePath(name));
    if (!file.open(QIODevice::WriteOnly)) return {};
    file.write(content);
    return file.fileName();
  }

  static QByteArray small(double at_least) {
    return QByteArray(R"({"title": "Small", "claim": "c", "analysis": "sequence.distil",
      "seed": 3, "parameters": {"tokens": 12, "heads": 1, "key_size": 3, "columns": 4, "steps": 3},
      "expected": {"divergence_after": {"at_least": )") +
           QByteArray::number(at_least) + "}}}";
  }

  QString keyOf(const QByteArray& content) const {
    try {
      readDemonstration(write("broken.json", content).toStdString());
    } catch (const Error& error) {
      return QString::fromStdString(error.key());
    }
    return "none";
  }

 private Q_SLOTS:
  // The committed ones: whole, of an analysis there is, with parameters and metrics it knows.
  void thoseOfTheProjectAreSound() {
    const QDir folder(LINEAMENT_DEMONSTRATIONS);
    const QStringList names = folder.entryList({"*.json"});
    QVERIFY(names.size() >= 3);
    for (const QString& name : names) {
      const Demonstration found = readDemonstration(folder.filePath(name).toStdString());
      const Declaration& declaration = allAnalyses().require(found.analysis).declaration();
      Parameters::fromJson(declaration, found.parameters);
      QVERIFY(!found.expected.empty());
      QVERIFY(found.claim.size() > 100);
    }
  }

  void boundsDecide() {
    Demonstration demonstration;
    demonstration.expected = {{"a", {0.5, 1}}, {"b", {-1, 0.5}}, {"c", {0, 1}}};
    const auto all = compared(demonstration, {{"a", 0.5}, {"b", 0.51}});
    QCOMPARE(all.size(), std::size_t{3});
    QVERIFY(all[0].met);
    QVERIFY(!all[1].met);
    QVERIFY(!all[2].met);  // never made
  }

  void runsAndWritesFiles() {
    const QString file = write("small.json", small(0));
    const QString out = folder_.filePath("out");
    const Ended ended = ran({"demonstrate", file, "--out", out, "--json"});
    QCOMPARE(ended.status, 0);
    const json list = ended.json();
    QCOMPARE(list.size(), std::size_t{1});
    QVERIFY(list[0].at("expected")[0].at("met").get<bool>());
    QVERIFY(QFile::exists(out + "/small/run.json"));
    QVERIFY(QFile::exists(out + "/small/figure_divergence.svg"));
  }

  void aMissIsAFailure() {
    const QString file = write("missed.json", small(1e6));
    const Ended ended = ran({"demonstrate", file, "--out", folder_.filePath("missed")});
    QCOMPARE(ended.status, 1);
    QVERIFY(ended.out.contains("MISSED"));
    QVERIFY(ended.error.contains("not everything came out as expected"));
    QVERIFY(QFile::exists(folder_.filePath("missed/missed/run.json")));
  }

  // A mistake in the second file is told before the first is run.
  void parametersAreReadBeforeTheFirstRun() {
    QByteArray wrong = small(0);
    const QString first = write("first.json", small(0));
    const QString second = write("second.json", wrong.replace("\"steps\": 3", "\"steps\": \"x\""));
    const QString out = folder_.filePath("early");
    const Ended ended = ran({"demonstrate", first, second, "--out", out});
    QCOMPARE(ended.status, 2);
    QVERIFY(ended.error.contains("steps"));
    QVERIFY(!QFile::exists(out + "/first"));
  }

  void brokenFilesAreNamed() {
    QCOMPARE(keyOf("no json"), QString("demonstration.malformed"));
    QCOMPARE(keyOf("[]"), QString("demonstration.malformed"));
    QCOMPARE(keyOf(R"({"title": "t", "claim": "c", "analysis": "sequence.distil", "seed": 1})"),
             QString("demonstration.malformed"));
    QByteArray other = small(0);
    QCOMPARE(keyOf(other.replace("at_least", "about")), QString("demonstration.malformed"));
    other = small(0);
    QCOMPARE(keyOf(other.replace("\"seed\": 3", "\"seed\": -3")),
             QString("demonstration.malformed"));
    QCOMPARE(keyOf(small(0)), QString("none"));
  }
};

}  // namespace lineament::app::cli

QTEST_GUILESS_MAIN(lineament::app::cli::DemonstrationTest)
#include "demonstration_test.moc"
