// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever is dropped on the window: one message that stands in nobody's way, and the work goes on.
#include <QLabel>
#include <QStandardPaths>

#include "app/window/action_registry.h"
#include "core/analyses/all.h"
#include "core/io/npy.h"
#include "core/io/npz.h"
#include "core/io/safetensors.h"
#include "tests/app/window_fixture.h"
#include "tests/core/io/zip_bytes.h"

namespace lineament::app {

using namespace testing;

namespace {

QByteArray bytesOf(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  return file.readAll();
}

// A .npy file of version 1 with that header and those elements.
QByteArray npy(const QByteArray& header, const QByteArray& elements) {
  QByteArray padded = header;
  while ((10 + padded.size() + 1) % 64 != 0) padded += ' ';
  padded += '\n';
  QByteArray bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(padded.size() & 0xff);
  bytes += static_cast<char>(padded.size() >> 8);
  return bytes + padded + elements;
}

// Whole files of each binary format, to be cut.
struct Whole {
  QByteArray npz, safetensors, npy;

  explicit Whole(const QTemporaryDir& folder) {
    const Tensor tensor = Tensor::of({40, 5}, std::vector<double>(200, 0.25));
    const auto path = [&](const char* name) { return folder.filePath(name).toStdString(); };
    io::writeNpz({{"a", tensor}, {"b", tensor}}, path("whole.npz"));
    io::writeSafetensors({{"a", tensor}}, {}, path("whole.safetensors"));
    io::writeNpy(tensor, path("whole.npy"));
    npz = bytesOf(folder.filePath("whole.npz"));
    safetensors = bytesOf(folder.filePath("whole.safetensors"));
    npy = bytesOf(folder.filePath("whole.npy"));
  }
};

struct BadFile {
  QString name;
  QByteArray bytes;
};

QList<BadFile> badFiles(const QTemporaryDir& folder) {
  const Whole whole(folder);
  const QByteArray pickle =
      "\x80\x02"
      "cos\nsystem\n(X\x04\x00\x00\x00truetR.";
  return {{"empty.csv", {}},
          {"empty.npy", {}},
          {"cut.npy", whole.npy.chopped(11)},
          {"cut.npz", whole.npz.chopped(40)},
          {"head.npz", whole.npz.first(100)},
          {"cut.safetensors", whole.safetensors.chopped(8)},
          {"huge.safetensors", QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)},
          {"cut.pt", io::testing::zipOf({{"model/data.pkl", pickle}}).chopped(30)},
          {"hostile.pt", io::testing::zipOf({{"model/data.pkl", pickle}})},
          {"objects.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", pickle)},
          {"pointer.safetensors",
           "version https://git-lfs.github.com/spec/v1\n"
           "oid sha256:" +
               QByteArray(64, 'a') + "\nsize 400000000\n"},
          {"noise.bin", QByteArray(1003, '\x07')},
          {"open_quote.csv", "a,b\n1,\"2\n3,4\n5,6\n"}};
}

int shownMessages(MainWindow& window) {
  return window.messages().count();
}

}  // namespace

class WindowBadFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void eachGivesOneMessageAndTheWorkGoesOn() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    QStringList wrong;
    const auto check = [&](const QString& file) {
      window.messages().clear();
      drop(window, file);
      const bool said = QTest::qWaitFor(
          [&] { return shownMessages(window) == 1 && window.jobs().idle(); }, kPatienceMs);
      if (!said || QApplication::activeModalWidget()) {
        wrong << QString("%1: %2 messages").arg(file).arg(shownMessages(window));
      }
    };
    check(folder.filePath("not_there.csv"));
    const QTemporaryDir empty;
    check(empty.path());
    for (const BadFile& bad : badFiles(folder)) check(written(folder, bad.name, bad.bytes));
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join("; ")));
    QVERIFY(window.session().empty());
    QCOMPARE(window.tabs().count(), 0);
    flowStillWorks(window, folder);
  }

  // All of them at once.
  void aHeapOfThemIsNamedThreeAtATime() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    QMimeData mime;
    QList<QUrl> urls;
    for (const BadFile& bad : badFiles(folder)) {
      urls << QUrl::fromLocalFile(written(folder, bad.name, bad.bytes));
    }
    mime.setUrls(urls);
    drag(window, mime);
    QDropEvent event(QPointF(300, 300), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &event);
    QTRY_VERIFY_WITH_TIMEOUT(shownMessages(window) == 3 && window.jobs().idle(), kPatienceMs);
    QVERIFY(window.session().empty());
  }

  // Tables that can be read, and what the analysis cannot do with them.
  void uselessTablesFailInTheAnalysis_data() {
    QTest::addColumn<QByteArray>("table");
    QTest::newRow("header only") << QByteArray("a,b,y\n");
    QTest::newRow("one row") << QByteArray("a,b,y\n1,2,3\n");
    QTest::newRow("target all missing") << QByteArray("a,b,y\n1,2,\n3,4,\n5,7,\n6,6,\n");
    QTest::newRow("text target") << QByteArray(
        "a,b,y\n1,2,high\n3,4,low\n5,7,low\n6,6,high\n8,1,low\n");
  }

  void uselessTablesFailInTheAnalysis() {
    QFETCH(QByteArray, table);
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    drop(window, written(folder, "useless.csv", table));
    QTRY_VERIFY_WITH_TIMEOUT(
        (window.tabs().count() == 1 || shownMessages(window) == 1) && window.jobs().idle(),
        kPatienceMs);
    if (shownMessages(window) == 0) {  // it is a table, if a poor one
      window.actions().action("analyse.table.regress")->trigger();
      QComboBox* target = comboOf(window, "parameter.target");
      QTRY_VERIFY(target->count() > 0);
      target->setFocus();
      QTest::keyClicks(target, "y");
      clickRun(window);
      QTRY_VERIFY_WITH_TIMEOUT(shownMessages(window) == 1 && window.jobs().idle(), kPatienceMs);
    }
    QVERIFY(!QApplication::activeModalWidget());
    flowStillWorks(window, folder);
  }

 private:
  static void flowStillWorks(MainWindow& window, const QTemporaryDir& folder) {
    window.messages().clear();
    const int tabs = window.tabs().count();
    drop(window, written(folder, "piles.csv", pileTable(60)));
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), tabs + 1, kPatienceMs);
    window.actions().action("analyse.table.regress")->trigger();
    const auto sources = window.session().project().sources();
    window.form().choose("data", QString::number(sources.back().id));
    QComboBox* target = comboOf(window, "parameter.target");
    QTRY_VERIFY(target->findText("ppv") >= 0);
    target->setFocus();
    QTest::keyClicks(target, "ppv");
    clickRun(window);
    QTRY_VERIFY_WITH_TIMEOUT(pageOf(window, "series"), kPatienceMs);
    QCOMPARE(window.session().project().runs().back().record.outcome, std::string("done"));
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowBadFilesTest)
#include "window_bad_files_test.moc"
