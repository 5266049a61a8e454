// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/zip_archive.h"

#include <QtTest>

#include "tests/core/io/attacks.h"
#include "tests/core/io/zip_bytes.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

SharedArray<std::byte> shared(const QByteArray& bytes) {
  const auto* start = reinterpret_cast<const std::byte*>(bytes.data());
  return std::vector<std::byte>(start, start + bytes.size());
}

QByteArray contentOf(const ZipArchive& archive, std::size_t member) {
  const auto content = archive.read(member);
  return QByteArray(reinterpret_cast<const char*>(content.data()), qsizetype(content.size()));
}

QString keyOf(const QByteArray& bytes) {
  return errorKey([&] {
    const ZipArchive archive(shared(bytes), "a.zip");
    for (std::size_t i = 0; i < archive.members().size(); ++i) archive.read(i);
  });
}

}  // namespace

class ZipArchiveTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void readsStoredAndDeflated() {
    const QByteArray long_text(5000, 'x');
    const QByteArray bytes = zipOf({{"a", "hello"}, {"f\\b", long_text, true}, {"empty", ""}});
    const SharedArray<std::byte> file = shared(bytes);
    const ZipArchive archive(file, "a.zip");
    QCOMPARE(archive.members().size(), std::size_t(3));
    QCOMPARE(contentOf(archive, 0), QByteArray("hello"));
    QCOMPARE(archive.read(0).data(), file.data() + 31);  // 30 bytes of header and a name of one
    QCOMPARE(contentOf(archive, *archive.find("f/b")), long_text);
    QCOMPARE(contentOf(archive, 2), QByteArray());
    QCOMPARE(archive.readStart(1, 7).size(), std::size_t(7));
  }

  void refusesAttacks() {
    const QString member = "zip.member";
    QCOMPARE(keyOf("PK\x03\x04"), QString("zip.directory"));
    QCOMPARE(keyOf(zipOf({{"../a", "x"}})), member);
    QCOMPARE(keyOf(zipOf({{"b/../a", "x"}})), member);
    QCOMPARE(keyOf(zipOf({{"/a", "x"}})), member);
    QCOMPARE(keyOf(zipOf({{"C:a", "x"}})), member);
    QCOMPARE(keyOf(zipOf({{"..\\a", "x"}})), member);
    QCOMPARE(keyOf(zipOf({{"a", "x"}, {"a", "y"}})), member);
    QCOMPARE(keyOf(zipOf({{"a", "x", false, 1}})), member);
    QCOMPARE(keyOf(zipOf({{"a", "x", false, 0, 0, -1, "b"}})), member);
    QCOMPARE(keyOf(zipOf({{"a", "x", false, 0, 4000}})), member);
    QCOMPARE(keyOf(zipOf({{"a", "x", false, 0, 0, 1000}})), member);
    QCOMPARE(keyOf(zipOf({{"a", "xy"}, {"a", "zz", false, 0, 0, 0}})), member);
  }

  void refusesOverlaps() {
    // The second entry points into the first one's content, where a local header lies.
    const QByteArray inner = zipOf({{"b", "deep"}});
    const QByteArray bytes = zipOf({{"a", inner}, {"b", "deep", false, 0, 0, 31}});
    QCOMPARE(keyOf(bytes), QString("zip.member"));
  }

  void refusesBombs() {
    // 3 GB said to come out of a few bytes.
    QCOMPARE(keyOf(zipOf({{"a", "x", true, 0, 3'000'000'000u}})), QString("zip.bomb"));
    QList<ZipEntry> many;
    for (int i = 0; i < 8; ++i) {
      many += {QByteArray::number(i), QByteArray(200'000, 'x'), true, 0, 180'000};
    }
    QCOMPARE(keyOf(zipOf(many)), QString("zip.content"));  // more comes out than was said
  }

  void noticesDamagedContent() {
    QByteArray stored = zipOf({{"a", "hello"}});
    stored[33] = 'X';
    QCOMPARE(keyOf(stored), QString("zip.content"));
    QByteArray packed = zipOf({{"a", QByteArray("hello, hello, hello, world"), true}});
    packed[35] = static_cast<char>(packed[35] ^ 0x10);
    QCOMPARE(keyOf(packed), QString("zip.content"));
  }

  void survivesCutsAndFlips() {
    const QByteArray good = zipOf({{"a", "hello"}, {"b", QByteArray(300, 'y'), true}});
    for (int at = 0; at < good.size(); ++at) {
      QVERIFY(!keyOf(good.left(at)).isEmpty());
      QByteArray bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0xff);
      keyOf(bad);
    }
  }

  void writesTheSameBytesEachTime() {
    const Scratch scratch;
    const QByteArray first = "one", second = "two";
    const auto bytes = [](const QByteArray& text) {
      return std::as_bytes(std::span(text.data(), std::size_t(text.size())));
    };
    const std::vector<ZipContent> members = {{"a", {bytes(first), bytes(second)}}, {"b", {}}};
    writeZip(members, scratch.path("a.zip"));
    writeZip(members, scratch.path("b.zip"));
    const QByteArray written = bytesOf(scratch.path("a.zip"));
    QCOMPARE(written, bytesOf(scratch.path("b.zip")));
    const ZipArchive archive(shared(written), "a.zip");
    QCOMPARE(contentOf(archive, 0), QByteArray("onetwo"));
    QVERIFY(!archive.members()[0].deflated);
    QCOMPARE(QDir(QString::fromStdString(scratch.path("").string()))
                 .entryList(QDir::Files | QDir::Hidden)
                 .size(),
             2);
  }
};

QTEST_APPLESS_MAIN(ZipArchiveTest)
#include "zip_archive_test.moc"
