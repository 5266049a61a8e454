// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/csv_reader.h"

#include <zlib.h>

#include "tests/core/io/csv_fixture.h"

using namespace lineament;
using namespace lineament::io;
using lineament::io::testing::errorOf;
using lineament::io::testing::Folder;
using lineament::io::testing::inWords;
using lineament::io::testing::Log;

namespace {

std::string gzipped(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(compressBound(text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string utf16(std::u16string_view text, bool big) {
  std::string bytes = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8);
    bytes += big ? high : low;
    bytes += big ? low : high;
  }
  return bytes;
}

}  // namespace

class CsvReaderTest : public QObject {
  Q_OBJECT

  Folder folder_;

  std::string read(const std::string& content, const CsvOptions& options = {}) {
    return inWords(readCsv(folder_.write(content), options));
  }

 private Q_SLOTS:
  void readsTables_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const char* content, const char* expected) {
      QTest::newRow(name) << QByteArray(content) << QByteArray(expected);
    };
    row("plain", "a,b\n1,2.5\n3,4\n", "a:integer=1,3;b:real=2.5,4");
    row("no last line end", "a,b\n1,2", "a:integer=1;b:integer=2");
    row("CRLF", "a,b\r\n1,x\r\n2,y\r\n", "a:integer=1,2;b:text=x,y");
    row("CR", "a,b\r1,x\r2,y\r", "a:integer=1,2;b:text=x,y");
    row("semicolon, decimal comma", "a;b;c\n1,5;2;3\n", "a:real=1.5;b:integer=2;c:integer=3");
    row("tab, decimal comma", "a\tb\n1,5\t2,5\n3,5\t4,25\n", "a:real=1.5,3.5;b:real=2.5,4.25");
    row("decimal comma among whole numbers", "a;b;y\n1,5;2;3\n2,5;3;4\n3;1;1,5\n4;4;4\n",
        "a:real=1.5,2.5,3,4;b:integer=2,3,1,4;y:real=3,4,1.5,4");
    row("one group of thousands is no decimal comma", "a;b\n950;1\n1,234;2\n12,345;3\n",
        "a:text=950,1,234,12,345;b:integer=1,2,3");
    row("bar", "a|b\n1|2\n", "a:integer=1;b:integer=2");
    row("sep line", "sep=|\na|b\n1|2,5\n", "a:integer=1;b:real=2.5");
    row("blanks", " a  b\n 1  2\n10 20 \n", "a:integer=1,10;b:integer=2,20");
    row("row names as R writes them", "x y\nr1 1 2\nr2 3 4\n",
        "c1:text=r1,r2;x:integer=1,3;y:integer=2,4");
    row("no header", "1,2\n3,4\n", "c1:integer=1,3;c2:integer=2,4");
    row("header of words over words", "name,town\nBob,Ulm\nEve,Bonn\n",
        "name:text=Bob,Eve;town:text=Ulm,Bonn");
    row("header only", "a,b,c\n", "a:real=;b:real=;c:real=");
    row("one row", "5\n", "c1:integer=5");
    row("names twice and empty", "a,,a\n1,2,3\n", "a:integer=1;c2:integer=2;a_2:integer=3");
    row("units row", "l,m,n\nmm,kg/m3,-\n1,2,x\n3,4,y\n", "l:integer=1,3;m:integer=2,4;n:text=x,y");
    row("comments", "# one\na,b\n1,2\n# two, \"three\n3,4\n", "a:integer=1,3;b:integer=2,4");
    row("names in a comment", "# x y\n1 2\n3 4\n", "x:integer=1,3;y:integer=2,4");
    row("quotes", "a,b\n\"x, \"\"y\"\"\",1\n\"two\nlines\",2\n",
        "a:text=x, \"y\",two\nlines;b:integer=1,2");
    row("blank before a quote", "a,b\n1, \"x,y\"\n", "a:integer=1;b:text=x,y");
    row("quote inside a word", "a,b\n5\" pipe,1\n6\" pipe,2\n",
        "a:text=5\" pipe,6\" pipe;b:integer=1,2");
    row("single quotes", "a,b\n'x,y',1\n'z,w',2\n", "a:text=x,y,z,w;b:integer=1,2");
    row("missing", "a,b,c\n1,,NA\n,x,2\nNaN,?,3\n", "a:integer=1,~,~;b:text=~,x,~;c:integer=~,2,3");
    row("all missing", "a,b\n1,\n2,NA\n", "a:integer=1,2;b:real=~,~");
    row("booleans", "a,b\ntrue,1\nFALSE,2\n", "a:boolean=true,false;b:integer=1,2");
    row("dates", "a,b\n2026-02-28,1\n31.12.1969,2\n", "a:date=2026-02-28,1969-12-31;b:integer=1,2");
    row("times", "a,b\n2026-02-28T12:30:15.25+01:00,1\n2026-03-01,2\n",
        "a:time=2026-02-28T11:30:15.250000Z,2026-03-01T00:00:00Z;b:integer=1,2");
    row("no such day", "a,b\n2025-02-29,1\n", "a:text=2025-02-29;b:integer=1");
    row("month or day first", "a,b\n01/02/2026,1\n", "a:text=01/02/2026;b:integer=1");
    row("codes", "a,b\n08123,9007199254740993\n1,2\n", "a:text=08123,1;b:text=9007199254740993,2");
    row("long wholes among reals", "a,b\n9007199254740994,1\n0.5,2\n",
        "a:real=9007199254740994,0.5;b:integer=1,2");
    row("integers, then reals, then words", "a,b,c\n1,1,1\n2,2.5,2.5\n3,3,x\n",
        "a:integer=1,2,3;b:real=1,2.5,3;c:text=1,2.5,x");
    row("numbers", "a,b\n1e3,1\n-.5,2\n+7.,3\n1.0D+02,4\n-inf,5\n",
        "a:real=1000,-0.5,7,100,-inf;b:integer=1,2,3,4,5");
    row("thousands", "a;b\n1,234.5;1\n2,345,678.25;2\n1,000;3\n",
        "a:real=1234.5,2345678.25,1000;b:integer=1,2,3");
    row("thousands with decimal comma", "a;b\n1.234,5;1\n7,25;2\n",
        "a:real=1234.5,7.25;b:integer=1,2");
    row("perhaps thousands", "a,b\n\"1,234\",1\n\"5,678\",2\n", "a:text=1,234,5,678;b:integer=1,2");
    row("blanks after numbers", "a,b\n1.5 , 2 \n", "a:real=1.5;b:integer=2");
    row("idle lines and rows", "a,b\n\n1,2\n,\n  \n3,4\n,\n", "a:integer=1,3;b:integer=2,4");
    row("trailing delimiters", "a,b,\n1,2,\n3,4,\n", "a:integer=1,3;b:integer=2,4");
    row("ragged", "a,b\n1\n2,3,x\n4,5\n", "a:integer=1,2,4;b:integer=~,3,5;c3:text=~,x,~");
    row("minus zero is no unit", "a,b\n-0,1\n2,3\n4,5\n", "a:real=-0,2,4;b:integer=1,3,5");
    row("mark of UTF-8",
        "\xEF\xBB\xBF"
        "a,\xCA\xA4\n1,2\n",
        "a:integer=1;\xCA\xA4:integer=2");
  }

  void readsTables() {
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, expected);
    QCOMPARE(QByteArray::fromStdString(read(content.toStdString())), expected);
  }

  void unitsStayWithTheirColumns() {
    const Table table = readCsv(folder_.write("l,w,n\nmm,[kg/m3],\n1,2,x\n3,4,y\n"));
    QCOMPARE(table.column(0).unit(), std::string("mm"));
    QCOMPARE(table.column(1).unit(), std::string("kg/m3"));
    QCOMPARE(table.column(2).unit(), std::string());
  }

  void wordOverNumbersIsNoUnit() {
    QCOMPARE(read("name,score\nann,absent\nbob,3\neve,4\n"),
             std::string("name:text=ann,bob,eve;score:text=absent,3,4"));
  }

  void emptyWordsInQuotesAreNotMissing() {
    const Table table = readCsv(folder_.write("a,b\n\"\",1\nx,2\n,3\n\"NA\",4\n"));
    QCOMPARE(inWords(table), std::string("a:text=,x,~,NA;b:integer=1,2,3,4"));
  }

  void utf16BothWays() {
    const std::u16string text = u"a;\u00e4\n1;\U0001F600\n2;x\n";
    for (const bool big : {false, true}) {
      QCOMPARE(read(utf16(text, big)),
               std::string("a:integer=1,2;\xC3\xA4:text=\xF0\x9F\x98\x80,x"));
    }
  }

  void windows1252AfterManyPlainRows() {
    std::string content = "a,b\n";
    for (int i = 0; i < 50000; ++i) content += "1,x\n";
    content +=
        "2,gr\xFC\xDF"
        "e \x80\n";
    Log log;
    const Table table = readCsv(folder_.write(content), {}, log.context());
    QCOMPARE(table.rows(), std::size_t(50001));
    QCOMPARE(table.column(1).text(50000), std::string("gr\xC3\xBC\xC3\x9F"
                                                      "e \xE2\x82\xAC"));
    QCOMPARE(log.warnings.size(), std::size_t(1));
    QVERIFY(log.warnings[0].find("line 50002") != std::string::npos);
    CsvOptions options;
    options.encoding = TextEncoding::utf8;
    const Error error = errorOf([&] { readCsv(folder_.write(content), options); });
    QCOMPARE(error.key(), std::string("csv.encoding"));
  }

  void gzipOfTwoMembers() {
    const auto path = folder_.write(gzipped("a,b\n1,2\n") + gzipped("3,4\n"), "t.csv.gz");
    QCOMPARE(inWords(readCsv(path)), std::string("a:integer=1,3;b:integer=2,4"));
  }

  void damagedGzip() {
    std::string text = "a,b\n";
    for (int i = 0; i < 999; ++i) text += std::to_string(i * 7919 % 1000) + ",2\n";
    std::string packed = gzipped(text);
    const auto cut = folder_.write(packed.substr(0, packed.size() / 2), "cut.csv.gz");
    QCOMPARE(errorOf([&] { readCsv(cut); }).key(), std::string("gzip.truncated"));
    packed[packed.size() - 6] ^= 1;  // the checksum
    const auto bad = folder_.write(packed, "bad.csv.gz");
    QCOMPARE(errorOf([&] { readCsv(bad); }).key(), std::string("gzip.damaged"));
  }

  // Twenty megabytes of zeros inflate from 20 kB; a larger bomb is cut off by its limit.
  void gzipBomb() {
    const std::string member = gzipped(std::string(20'000'000, '0').append("\n"));
    std::string packed;
    for (int i = 0; i < 70; ++i) packed += member;
    const auto path = folder_.write(packed, "bomb.csv.gz");
    const std::string key = errorOf([&] { readCsv(path); }).key();
    QVERIFY2(key == "csv.long_record" || key == "gzip.too_large", key.c_str());
  }

  void optionsOverrule() {
    CsvOptions options;
    options.delimiter = ';';
    options.header = false;
    options.decimal = '.';
    options.missing = {"x"};
    options.skip_rows = 1;
    QCOMPARE(read("whatever\n1.5;x\n2;NA\n", options), std::string("c1:real=1.5,2;c2:text=~,NA"));
    options = {};
    options.quote = '\0';
    QCOMPARE(read("a,b\n\"x,1\ny\",2\n", options), std::string("a:text=\"x,y\";b:integer=1,2"));
  }

  void optionsAreDeclared() {
    const auto reader = makeCsvReader();
    const Parameters parameters =
        Parameters::fromText(reader->options(), {{"delimiter", "semicolon"},
                                                 {"decimal", "comma"},
                                                 {"skip_rows", "2"},
                                                 {"missing", "x,-9"}});
    const CsvOptions options = CsvOptions::from(parameters);
    QCOMPARE(*options.delimiter, ';');
    QCOMPARE(*options.decimal, ',');
    QCOMPARE(options.skip_rows, std::size_t(2));
    QVERIFY((options.missing == std::vector<std::string>{"x", "-9"}));
    QVERIFY(!options.header && !options.encoding);
    const auto defaults = CsvOptions::from(Parameters::fromText(reader->options(), {}));
    QVERIFY(defaults.missing == CsvOptions::defaultMissing());
  }

  void raggedRowsAreCounted() {
    Log log;
    readCsv(folder_.write("a,b\n\n1\n2,3,x\n\"4\n\n\",5\n6\n"), {}, log.context());
    QCOMPARE(log.warnings.size(), std::size_t(1));
    QVERIFY2(log.warnings[0].find("2 rows have too few") != std::string::npos, log.all().c_str());
    QVERIFY2(log.warnings[0].find("1 have too many") != std::string::npos, log.all().c_str());
    QVERIFY2(log.warnings[0].find("line 3, 4, 8") != std::string::npos, log.all().c_str());
  }

  void unclosedQuoteNamesItsLine() {
    std::string content = "a,b\n";
    for (int i = 2; i < 812; ++i) content += "1,\"x\"\n";
    content += "1,\"never\n";
    for (int i = 0; i < 3000; ++i) content += "1,x\n";
    for (const std::size_t block : {std::size_t{100}, std::size_t{1} << 20}) {
      CsvOptions options;
      options.block_bytes = block;
      const Error error = errorOf([&] { readCsv(folder_.write(content), options); });
      QCOMPARE(error.key(), std::string("csv.unclosed_quote"));
      QCOMPARE(error.where(), std::string("line 812"));
    }
  }

  void unclosedQuoteInTheHeaderNamesItsLine_data() {
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QString>("line");
    QTest::newRow("first sign") << QByteArray("\"a,b\n") << "line 1";
    QTest::newRow("later column") << QByteArray("a,\"b\n") << "line 1";
    QTest::newRow("under comments") << QByteArray("# x\n# y\na,\"b\n") << "line 3";
    QTest::newRow("first row") << QByteArray("a,b\n\"1,2\n") << "line 2";
    QTest::newRow("row of a list") << QByteArray("a\nx\n\"y\n") << "line 3";
  }
  void unclosedQuoteInTheHeaderNamesItsLine() {
    QFETCH(QByteArray, start);
    QFETCH(QString, line);
    // A few rows, more than the first look at the file, and more than a record may have.
    for (const int rows : {0, 1, 9, 20'000, 5'000'000}) {
      std::string content = start.toStdString();
      for (int i = 0; i < rows; ++i) content += "1,2\n";
      const Error error = errorOf([&] { readCsv(folder_.write(content)); });
      QCOMPARE(error.key(), std::string("csv.unclosed_quote"));
      QCOMPARE(QString::fromStdString(error.where()), line);
      QVERIFY(error.remedy().find("quote=none") != std::string::npos);
    }
  }

  void aLongHeaderInQuotesIsWhole() {
    const std::string name(200'000, 'x');
    const Table table = readCsv(folder_.write("\"" + name + "\n\",b\n1,2\n3,4\n"));
    QCOMPARE(table.rows(), std::size_t(2));
    QCOMPARE(table.columns().at(0).name().size(), name.size() + 1);
  }

  void longLineIsRefused() {
    std::string content = "a,b\n1,2\n";
    content += std::string(17 << 20, 'x');
    const Error error = errorOf([&] { readCsv(folder_.write(content)); });
    QCOMPARE(error.key(), std::string("csv.long_record"));
    QCOMPARE(error.where(), std::string("line 3"));
  }

  void zeroBytes() {
    std::string content = "a,b\n";
    for (int i = 0; i < 40000; ++i) content += "1,2\n";
    content += std::string("3,\0\n", 4);
    const Error error = errorOf([&] { readCsv(folder_.write(content)); });
    QCOMPARE(error.key(), std::string("csv.binary"));
    QVERIFY(error.where().find("line 40002") != std::string::npos);
  }

  void tooManyColumns() {
    CsvOptions options;
    options.delimiter = ',';
    const std::string content = "a,b\n1,2\n" + std::string(70000, ',') + "\n";
    QCOMPARE(errorOf([&] { read(content, options); }).key(), std::string("csv.columns"));
  }

  void nothingToRead() {
    for (const char* content : {"", "\n\n", "\xEF\xBB\xBF", "# only a comment\n"}) {
      QCOMPARE(errorOf([&] { read(content); }).key(), std::string("csv.no_table"));
    }
    const auto missing = folder_.path("none.csv");
    QCOMPARE(errorOf([&] { readCsv(missing); }).key(), std::string("file.missing"));
    QCOMPARE(errorOf([&] { readCsv(folder_.path("")); }).key(), std::string("file.folder"));
  }

  void wideTable() {
    std::string header, row;
    for (int i = 0; i < 20000; ++i) {
      header += (i ? ",column" : "column") + std::to_string(i);
      row += (i ? "," : "") + std::to_string(i) + ".5";
    }
    const Table table = readCsv(folder_.write(header + "\n" + row + "\n" + row + "\n"));
    QCOMPARE(table.columnCount(), std::size_t(20000));
    QCOMPARE(table.rows(), std::size_t(2));
    QCOMPARE(table.column(19999).number(1), 19999.5);
  }

  void stopsWhenAsked() {
    std::stop_source source;
    source.request_stop();
    Context context;
    context.stop = source.get_token();
    const auto path = folder_.write("a,b\n1,2\n");
    QVERIFY_EXCEPTION_THROWN(readCsv(path, {}, context), Cancelled);
  }
};

QTEST_APPLESS_MAIN(CsvReaderTest)
#include "csv_reader_test.moc"
