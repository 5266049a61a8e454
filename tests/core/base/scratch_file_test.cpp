// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/scratch_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <vector>

#include "core/base/error.h"

using namespace lineament;

class ScratchFileTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void givesBackWhatWasWritten() {
    const QTemporaryDir folder;
    qputenv("XDG_CACHE_HOME", folder.path().toUtf8());
    ScratchFile file;
    QVERIFY(file.freeBytes() > 0);
    std::vector<std::byte> first(100000, std::byte{7}), second(50, std::byte{9});
    file.write(200000, first);
    file.write(50, second);
    std::vector<std::byte> found(first.size());
    file.read(200000, found);
    QCOMPARE(found, first);
    found.resize(50);
    file.read(50, found);
    QCOMPARE(found, second);
    QVERIFY_EXCEPTION_THROWN(file.read(299999, found), Error);
  }

  void leavesNothingBehind() {
    const QTemporaryDir folder;
    qputenv("XDG_CACHE_HOME", folder.path().toUtf8());
    const ScratchFile file;
    const std::filesystem::path cache = (folder.path() + "/lineament").toStdString();
    QVERIFY(std::filesystem::exists(cache));
    QVERIFY(std::filesystem::is_empty(cache));
  }

  void saysWhereThereIsNoFolder() {
    qputenv("XDG_CACHE_HOME", "/dev/null");
    QVERIFY_EXCEPTION_THROWN(ScratchFile(), Error);
  }
};

QTEST_APPLESS_MAIN(ScratchFileTest)
#include "scratch_file_test.moc"
