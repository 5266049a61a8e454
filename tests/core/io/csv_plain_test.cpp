// SPDX-License-Identifier: GPL-3.0-or-later
// The fast way through plain records: what it decodes is right to the last bit, it finds what going
// letter by letter finds, and it is left wherever it does not fit.
#include <bit>
#include <charconv>
#include <cstring>

#include "core/base/random.h"
#include "core/io/csv_reader.h"
#include "core/io/delimited_decimals.h"
#include "core/io/delimited_number.h"
#include "core/io/delimited_structure.h"
#include "tests/core/base/each_target.h"
#include "tests/core/io/csv_fixture.h"

using namespace lineament;
using namespace lineament::io;
using lineament::io::testing::Folder;
using lineament::io::testing::inWords;
using lineament::io::testing::Log;
using lineament::testing::onEachTarget;

namespace {

std::string digits(Random& random, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('0' + random.below(10));
  return text;
}

double anyDouble(Random& random) {
  while (true) {
    const double value = std::bit_cast<double>(random.bits());
    if (std::isfinite(value)) return value;
  }
}

// Numbers in every way they are written.
std::string numberText(Random& random) {
  const std::string sign = random.below(2) == 0 ? "-" : "";
  switch (random.below(12)) {
    case 0:
      return fmt::format("{}", anyDouble(random));  // the shortest, mostly with an exponent
    case 1:
      return fmt::format("{:.17g}", random.normal() * 100);
    case 2:
      return fmt::format("{:.{}g}", random.normal() * 1000, 1 + random.below(12));
    case 3:
      return sign + digits(random, 1 + random.below(17));
    case 4:
      return sign + digits(random, random.below(9)) + "." + digits(random, 1 + random.below(9));
    case 5:
      return sign + "0." + std::string(random.below(8), '0') + digits(random, 1 + random.below(12));
    case 6:
      return fmt::format("{}{}e{}", sign, random.below(99),
                         static_cast<int>(random.below(700)) - 350);
    case 7:
      return fmt::format("{}", 5e-324 * static_cast<double>(random.below(1 << 20)));  // denormal
    case 8:
    case 9: {
      std::string text = digits(random, 16 + random.below(6));  // long, the decimal sign anywhere
      return sign + text.insert(random.below(text.size() + 1), ".");
    }
    case 10:
      return sign + "90071992547409" + digits(random, 2);  // about 2^53
    default:
      return sign + digits(random, 1 + random.below(25)) + "." + digits(random, random.below(25));
  }
}

double reference(const std::string& text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  // Out of range it leaves the value as it was; what it means is told by the exponent's sign.
  if (result.ec != std::errc::result_out_of_range) return value;
  const double limit = text.find("e-") != text.npos ? 0.0 : std::numeric_limits<double>::infinity();
  return text[0] == '-' ? -limit : limit;
}

// Whether the batch says it takes such a field: see DecimalBatch.
bool isPlainDecimal(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const auto points = std::count(text.begin(), text.end(), '.');
  const auto numerals = std::count_if(text.begin(), text.end(), number::isDigit);
  const auto length = static_cast<std::ptrdiff_t>(text.size());
  if (points > 1 || numerals == 0 || points + numerals != length) return false;
  if (points == 1 && length > 16) return length <= 20 && !(length == 17 && text[0] == '.');
  if (length > 16) return false;
  std::string mantissa(text);
  std::erase(mantissa, '.');
  if (std::stoull(mantissa) > kExactWhole) return false;
  return points == 1 || text[0] != '0' || (length == 1 && !negative);
}

struct Fields {
  std::string text;
  std::vector<std::uint32_t> ends;
  std::vector<std::string> words;

  void add(const std::string& word) {
    text += word;
    ends.push_back(static_cast<std::uint32_t>(text.size()));
    text += ',';
    words.push_back(word);
  }
};

// Decodes one column of that kind.
std::vector<double> decoded(const Fields& fields, DecimalKind kind, char decimal = '.') {
  const std::string padded = fields.text + std::string(kTextPadding, '\0');
  DecimalBatch batch;
  batch.decode(padded.data(), 0, fields.ends, std::vector{kind}, decimal);
  return {batch.values(), batch.values() + fields.words.size()};
}

enum class Quotes { none, tight, after_blank };

// Three columns of numbers, with one field in each row in quotes or not.
std::string tableText(Random& random, std::size_t rows, const char* line_end, Quotes quotes) {
  std::string text = std::string("a,b,c") + line_end;
  for (std::size_t row = 0; row < rows; ++row) {
    for (int column = 0; column < 3; ++column) {
      std::string number = numberText(random);
      // Codes would make the column text, where quotes count.
      if (number[0] == '0' || number.substr(0, 2) == "-0") number = "0.5";
      const bool missing = column == 2 && random.below(5) == 0;
      if (missing) number.clear();
      const bool quote = quotes != Quotes::none && !missing && column == static_cast<int>(row % 3);
      if (quote && quotes == Quotes::after_blank) text += ' ';
      text += quote ? "\"" + number + "\"" : number;
      text += column == 2 ? line_end : ",";
    }
  }
  return text;
}

std::string inQuotes(const std::string& word) {
  std::string quoted = "\"";
  for (const char c : word) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

bool sameBits(const Column& one, const Column& other) {
  if (one.type() != other.type() || one.size() != other.size()) return false;
  for (std::size_t row = 0; row < one.size(); ++row) {
    if (one.missing(row) != other.missing(row)) return false;
    if (one.type() == Column::Type::text) {
      if (one.text(row) != other.text(row)) return false;
    } else if (std::bit_cast<std::uint64_t>(one.number(row)) !=
               std::bit_cast<std::uint64_t>(other.number(row))) {
      return false;
    }
  }
  return true;
}

}  // namespace

class CsvPlainTest : public QObject {
  Q_OBJECT

  Folder folder_;

  std::string read(const std::string& content, const CsvOptions& options = {}) {
    return inWords(readCsv(folder_.write(content), options));
  }

 private Q_SLOTS:
  void decimalsAreExact() {
    std::uint64_t seed = 0;
    onEachTarget([&] {
      Random random(++seed);
      for (int round = 0; round < 300; ++round) {
        Fields fields;
        const std::size_t count = 1 + random.below(5000);
        for (std::size_t i = 0; i < count; ++i) fields.add(numberText(random));
        const std::vector<double> values = decoded(fields, DecimalKind::real);
        for (std::size_t i = 0; i < values.size(); ++i) {
          const std::string& word = fields.words[i];
          QVERIFY2(DecimalBatch::decoded(values[i]) == isPlainDecimal(word), word.c_str());
          if (!DecimalBatch::decoded(values[i])) continue;
          QVERIFY2(std::bit_cast<std::uint64_t>(values[i]) ==
                       std::bit_cast<std::uint64_t>(reference(word)),
                   word.c_str());
        }
      }
    });
  }

  // Every word of up to four of these letters.
  void nothingElseIsTaken() {
    const std::string letters = "019.-+e, \r'/:";
    onEachTarget([&] {
      Fields fields;
      for (std::size_t code = 0; code < 28561; ++code) {
        std::string word;
        for (std::size_t rest = code; rest > 0; rest /= 13) word += letters[rest % 13];
        if (word.find_first_of(",\r") == word.npos) fields.add(word);
      }
      const std::vector<double> values = decoded(fields, DecimalKind::real);
      const std::vector<double> wholes = decoded(fields, DecimalKind::whole);
      const std::vector<double> none = decoded(fields, DecimalKind::none);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string& word = fields.words[i];
        const bool plain = isPlainDecimal(word), whole = word.find('.') == word.npos;
        QVERIFY2(DecimalBatch::decoded(values[i]) == plain, word.c_str());
        QVERIFY2(DecimalBatch::decoded(wholes[i]) == (plain && whole), word.c_str());
        QVERIFY(!DecimalBatch::decoded(none[i]));
        if (plain) QCOMPARE(values[i], reference(word));
      }
    });
  }

  void structureIsComplete() {
    const std::string letters = "12.5,,\n\r\"#x";
    Dialect dialect;
    dialect.comment = '#';
    onEachTarget([&] {
      Random random(5);
      TextStructure structure;
      for (std::size_t size = 0; size < 400; ++size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text += letters[random.below(letters.size())];
        const bool closed = text.empty() || text.back() == '\n';
        std::string padded = text + '\n';
        for (std::size_t i = 0; i < kTextPadding; ++i) padded += i % 2 == 0 ? '"' : ',';
        structure.find(std::string_view(padded).substr(0, size), dialect);
        std::vector<std::uint32_t> ends, line_ends, marks;
        for (std::size_t i = 0; i < size + (closed ? 0 : 1); ++i) {
          const auto place = static_cast<std::uint32_t>(i);
          if (padded[i] == '\n') line_ends.push_back(static_cast<std::uint32_t>(ends.size()));
          if (padded[i] == '\n' || padded[i] == ',') ends.push_back(place);
          if (padded[i] == '"' || padded[i] == '#') marks.push_back(place);
        }
        const auto found = structure.ends();
        QVERIFY(std::equal(found.begin(), found.end(), ends.begin(), ends.end()));
        QVERIFY(structure.lineEnds() == line_ends);
        QVERIFY(structure.marks() == marks);
      }
    });
  }

  // A blank before a quote sends its record the other way, which has to find the same.
  void eitherWayReadsTheSame() {
    onEachTarget([&] {
      for (const char* line_end : {"\n", "\r\n", "\r"}) {
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
          const auto table = [&](Quotes quotes) {
            Random random(seed);
            return readCsv(folder_.write(tableText(random, 3000, line_end, quotes)));
          };
          const Table letters = table(Quotes::after_blank);
          QCOMPARE(letters.rows(), std::size_t(3000));
          for (const Quotes quotes : {Quotes::none, Quotes::tight}) {
            const Table plain = table(quotes);
            for (std::size_t i = 0; i < 3; ++i) {
              QVERIFY(sameBits(plain.column(i), letters.column(i)));
              QVERIFY(plain.column(i).type() == Column::Type::real);
            }
          }
        }
      }
    });
  }

  // Words with whatever quotes may hold, and quotes around words that need none.
  void quotedWords() {
    const std::string letters = "w,\"x\n";
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Random random(seed);
      std::string text = "a,b\n";
      std::vector<std::string> words;
      for (std::size_t i = 0; i < 60; ++i) {
        std::string word = random.below(3) == 0 ? "," : "w";
        for (std::size_t rest = random.below(4); rest > 0; --rest) {
          word += letters[random.below(letters.size())];
        }
        const bool needed = word.find_first_of(",\"\n") != word.npos;
        text += needed || random.below(2) == 0 ? inQuotes(word) : word;
        text += i % 2 == 0 ? "," : random.below(2) == 0 ? "\r\n" : "\n";
        words.push_back(word);
      }
      CsvOptions options;
      options.delimiter = ',';
      options.quote = '"';
      options.header = true;
      options.units_row = false;
      const Table table = readCsv(folder_.write(text), options);
      QCOMPARE(table.columnCount(), std::size_t(2));
      QCOMPARE(table.rows(), std::size_t(30));
      for (std::size_t i = 0; i < words.size(); ++i) {
        QCOMPARE(table.column(i % 2).text(i / 2), words[i]);
      }
    }
  }

  void numbersOverBlockBorders() {
    Random random(11);
    const auto path = folder_.write(tableText(random, 400, "\r\n", Quotes::none));
    const Table whole = readCsv(path);
    for (std::size_t block = 1; block < 200; ++block) {
      CsvOptions options;
      options.block_bytes = block;
      const Table table = readCsv(path, options);
      for (std::size_t i = 0; i < 3; ++i) QVERIFY(sameBits(table.column(i), whole.column(i)));
    }
  }

  void decimalCommas() {
    QCOMPARE(read("a;b\n1,5;-0,25\n2,5;,5\n12345678,125;3\n"),
             std::string("a:real=1.5,2.5,12345678.125;b:real=-0.25,0.5,3"));
    const Fields fields = [] {
      Fields made;
      for (const char* word : {"1,5", "1.5", "-,25", "7"}) made.add(word);
      return made;
    }();
    const std::vector<double> values = decoded(fields, DecimalKind::real, ',');
    QCOMPARE(values[0], 1.5);
    QVERIFY(!DecimalBatch::decoded(values[1]));
    QCOMPARE(values[2], -0.25);
    QCOMPARE(values[3], 7.0);
  }

  void typesThatShowLate() {
    std::string text = "a,b,c\n", a, b, c;
    for (int i = 0; i < 2000; ++i) {
      const std::string number = std::to_string(i);
      const std::string real = i == 777 ? "0.5" : number;
      const std::string word = i == 1500 ? "x" : number;
      const std::string gap = i % 3 == 1 ? "" : number;
      text += real + "," + word + "," + gap + "\n";
      a += "," + real;
      b += "," + word;
      c += gap.empty() ? ",~" : "," + gap;
    }
    QCOMPARE(read(text),
             "a:real=" + a.substr(1) + ";b:text=" + b.substr(1) + ";c:integer=" + c.substr(1));
  }

  // No whole number has a sign at zero, so that the sign would be lost or kept by chance.
  void minusZeroIsReal() {
    std::string text = "a\n-0\n";
    for (int i = 0; i < 300; ++i) text += i < 150 ? "1\n-0\n" : "1.5\n-0\n";
    const auto path = folder_.write(text);
    for (const std::size_t block : {1, 50, 700, 1 << 20}) {
      CsvOptions options;
      options.block_bytes = block;
      const Column column = readCsv(path, options).column(0);
      QVERIFY(column.type() == Column::Type::real);
      for (std::size_t row = 0; row < column.size(); row += 2) {
        QVERIFY(std::signbit(column.number(row)));
      }
    }
    QCOMPARE(read("a,b\n-0,-1\n2,-00\n"), std::string("a:real=-0,2;b:text=-1,-00"));
  }

  void recordsThatAreNotPlain() {
    // As many delimiters as a record, and yet none; empty records; no words but blanks.
    QCOMPARE(read("a,b\n1,2\n#3,4\n,\n , \t\n\r\n5,6\n"),
             std::string("a:text=1,#3,5;b:integer=2,4,6"));
    QCOMPARE(read("# n\na,b\n1,2\n#3,4\n,\n , \t\n\r\n5,6"),
             std::string("a:integer=1,5;b:integer=2,6"));
    QCOMPARE(read("a\n1\n\n  \n2\n"), std::string("a:integer=1,2"));
    QCOMPARE(read("a,b\n1,2\n3\n4,5,6\n7,8\n"),
             std::string("a:integer=1,3,4,7;b:integer=2,~,5,8;c3:integer=~,~,6,~"));
    QCOMPARE(read("a,b\n1 , 2\n\t3,+4\n5\r,6e1\r\n"), std::string("a:integer=1,3,5;b:real=2,4,60"));
  }

  void linesAreCountedOnEitherWay() {
    std::string text = "a,b\n";
    for (int i = 0; i < 100; ++i) text += "1.5,2\n";
    text += "\"x\ny\",2\n,\n3\n";  // lines 102 to 105
    for (int i = 0; i < 100; ++i) text += "1.5,2\n";
    text += "4\n";
    Log log;
    readCsv(folder_.write(text), {}, log.context());
    QVERIFY2(log.all().find("line 105, 206") != std::string::npos, log.all().c_str());
  }

  void wideRecords() {
    std::string text, row;
    for (int i = 0; i < 3000; ++i) row += (i ? "," : "") + std::to_string(i) + ".25";
    for (int i = 0; i < 40; ++i) text += row + "\n";
    const Table table = readCsv(folder_.write(text));
    QCOMPARE(table.rows(), std::size_t(40));
    for (std::size_t i = 0; i < 3000; ++i) {
      for (std::size_t j = 0; j < 40; ++j) {
        QCOMPARE(table.column(i).number(j), static_cast<double>(i) + 0.25);
      }
    }
  }
};

QTEST_APPLESS_MAIN(CsvPlainTest)
#include "csv_plain_test.moc"
