// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/text_reader.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "core/base/error.h"
#include "core/data/note.h"
#include "core/io/data_blob.h"

using namespace lineament;
using namespace lineament::io;

class TextReaderTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path write(const char* name, const QByteArray& content) const {
    QFile file(folder_.filePath(name));
    if (!file.open(QIODevice::WriteOnly)) return {};
    file.write(content);
    return file.fileName().toStdString();
  }

  std::string readerOf(const char* name, const QByteArray& content) const {
    return std::string(readerFor(write(name, content)).id());
  }

  std::string keyOf(const std::filesystem::path& path) const {
    try {
      makeTextReader()->read(path, {}, {});
    } catch (const Error& error) {
      return error.key();
    }
    return "none";
  }

  static QByteArray prose() {
    return "It was late, and nobody had come.\nThe lamp, though, was lit; she saw it from afar\n"
           "and went on.\n\nIn the morning the road was white.\n";
  }

 private Q_SLOTS:
  // Lines with a comma each are a table, unless a text is asked for.
  void whatIsWantedDecides() {
    const auto path = write("twice.txt", "bika rosu, bika rosu.\ntepo vame, tepo vame.\n");
    const Kind note[] = {Kind::note}, table[] = {Kind::table}, either[] = {Kind::note, Kind::table};
    QCOMPARE(readerFor(path).id(), std::string_view("csv"));
    QCOMPARE(readerFor(path, note).id(), std::string_view("text"));
    QCOMPARE(readerFor(path, table).id(), std::string_view("csv"));
    QCOMPARE(readerFor(path, either).id(), std::string_view("csv"));
    // Only what could read the file at all.
    const auto npy = write("x.npy", QByteArray("\x93NUMPY\x01\x00", 8) + QByteArray(120, ' '));
    QCOMPARE(readerFor(npy, note).id(), std::string_view("npy"));
  }

  void proseIsText() {
    const Data data = readFile(write("story.txt", prose()));
    const auto& note = data.require<Note>();
    QCOMPARE(note.title, std::string("story.txt"));
    QCOMPARE(note.markdown, prose().toStdString());
    QVERIFY(note.plain);
    QVERIFY(!readFile(write("story.md", "# A\n" + prose())).require<Note>().plain);
  }

  void tablesStayTables() {
    QCOMPARE(readerOf("t.txt", "a,b\n1,2\n3,4\n"), std::string("csv"));
    QCOMPARE(readerOf("t.csv", "a\n1\n2\n"), std::string("csv"));
    QCOMPARE(readerOf("t.txt", "1 2 3\n4 5 6\n7 8 9\n"), std::string("csv"));
    QVERIFY_THROWS_EXCEPTION(Error, readerOf("noise.bin", QByteArray(100, '\x07')));
    QCOMPARE(readerOf("program.cc", "int main() {\n  return 0;\n}\n"), std::string("text"));
  }

  void marksAndLettersOfSeveralBytes() {
    const Data data =
        readFile(write("mark.txt", "\xEF\xBB\xBF" + prose() + "gr\xC3\xBC\xC3\x9F dich"));
    QCOMPARE(data.require<Note>().markdown, prose().toStdString() + "gr\xC3\xBC\xC3\x9F dich");
    // A letter across the end of the head that readers are chosen by.
    QByteArray text = QByteArray("word of prose. ").repeated(65536 / 15);
    while (text.size() < 65535) text += "x";
    text += "\xC3\xBC and so on.\n";
    QCOMPARE(readerOf("long.txt", text), std::string("text"));
    QCOMPARE(keyOf(write("latin.txt", "gr\xFC\xDF dich\n")), std::string("text.encoding"));
  }

  void shownShortAndFenced() {
    const Note code{"", "a ``` b", true};
    QCOMPARE(shownMarkdown(code), std::string("````\na ``` b\n````"));
    QCOMPARE(shownMarkdown({"", "*a*", false}), std::string("*a*"));
    std::string umlauts;
    for (int i = 0; i < 60'000; ++i) umlauts += "\xC3\xBC";
    const std::string shown = shownMarkdown({"", "x" + umlauts, false});
    QVERIFY(shown.ends_with("\n\n*Shortened: 99999 of 120001 bytes.*"));
  }

  // Stored notes of before had no mark for plain text.
  void survivesAProject() {
    for (const bool plain : {false, true}) {
      const Data back = fromBlob(Kind::note, toBlob(Data(Note{"t", "text", plain})));
      QCOMPARE(back.require<Note>().plain, plain);
      QCOMPARE(back.require<Note>().markdown, std::string("text"));
    }
  }
};

QTEST_APPLESS_MAIN(TextReaderTest)
#include "text_reader_test.moc"
