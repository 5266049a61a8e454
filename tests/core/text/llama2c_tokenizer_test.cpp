// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <QTest>
#include <cstring>

#include "core/io/tokenizer_file.h"
#include "tests/core/io/attacks.h"
#include "tests/core/text/attacked_files.h"
#include "tests/core/text/token_lists.h"

namespace lineament::text {

namespace {

using testing::cutOf;
using testing::idsOf;
using Ids = std::vector<std::int32_t>;

struct Entry {
  std::string piece;
  float score;
};

void append(std::string& bytes, const void* value, std::size_t size) {
  bytes.append(static_cast<const char*>(value), size);
}

std::string fileOf(const std::vector<Entry>& entries, std::uint32_t longest = 7) {
  std::string bytes;
  append(bytes, &longest, 4);
  for (const Entry& entry : entries) {
    append(bytes, &entry.score, 4);
    const auto size = static_cast<std::uint32_t>(entry.piece.size());
    append(bytes, &size, 4);
    bytes += entry.piece;
  }
  return bytes;
}

// Ids from 259: " "; a, b, c; "ab" before "bc"; " a"; "é".
std::vector<Entry> tinyEntries() {
  std::vector<Entry> entries{{"<unk>", 0}, {"\n<s>\n", 0}, {"\n</s>\n", 0}};
  for (int byte = 0; byte < 256; ++byte) entries.push_back({fmt::format("<0x{:02X}>", byte), 0});
  for (const Entry& entry : std::vector<Entry>{{" ", -10},
                                               {"a", -11},
                                               {"b", -12},
                                               {"c", -13},
                                               {"ab", -1},
                                               {"bc", -2},
                                               {" a", -3},
                                               {"\xC3\xA9", -14}}) {
    entries.push_back(entry);
  }
  return entries;
}

TokenizerFiles tiny() {
  return {{{"tokenizer.bin", fileOf(tinyEntries())}}};
}

class Llama2cTokenizerTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void merges() {
    const auto tokenizer = makeTokenizer(tiny());
    // " abc": "ab" is best, then " a" and "bc" are no neighbours any more.
    const auto tokens = tokenizer->encode("abc");
    QCOMPARE(idsOf(tokens), (Ids{1, 259, 263, 262}));
    QCOMPARE(QString::fromStdString(cutOf("abc", tokens)), QString("||ab|c"));
    QCOMPARE(idsOf(tokenizer->encode("a bc")), (Ids{1, 265, 259, 264}));
    QCOMPARE(idsOf(tokenizer->encode("abab", false)), (Ids{259, 263, 263}));
  }

  void bytes() {
    const auto tokenizer = makeTokenizer(tiny());
    const std::string text("\xC3\xA9\xE2\x82\xAC\xFF\0z", 8);
    const auto tokens = tokenizer->encode(text, false);
    QCOMPARE(idsOf(tokens), (Ids{259, 266, 0xE2 + 3, 0x82 + 3, 0xAC + 3, 0xFF + 3, 3, 'z' + 3}));
    QCOMPARE(tokens.at(3).begin, std::size_t{3});
    QCOMPARE(tokens.at(3).end, std::size_t{4});
    QCOMPARE(tokenizer->decode(idsOf(tokens)),
             std::string("\xC3\xA9\xE2\x82\xAC\xEF\xBF\xBD\0z", 10));
  }

  void shown() {
    const auto tokenizer = makeTokenizer(tiny());
    QCOMPARE(tokenizer->shown(265), std::string(" a"));
    QCOMPARE(tokenizer->shown('\n' + 3), std::string("\\n"));
    QCOMPARE(tokenizer->shown(0xE2 + 3), std::string("<0xE2>"));
    QCOMPARE(tokenizer->shown(1), std::string("<s>"));
    QCOMPARE(tokenizer->piece(0xE2 + 3), std::string("<0xE2>"));
    QVERIFY(tokenizer->special(1) && tokenizer->special(2) && !tokenizer->special(3));
    QCOMPARE(tokenizer->shown(-1) + tokenizer->shown(100'000), std::string());
    QCOMPARE(*tokenizer->find("ab"), 263);
  }

  void empty() {
    const auto tokenizer = makeTokenizer(tiny());
    QCOMPARE(idsOf(tokenizer->encode("")), (Ids{1}));
    QCOMPARE(tokenizer->decode({}), std::string());
    QCOMPARE(QString::fromStdString(testing::workWith({})), QString("tokenizer.none"));
  }

  void pairs() {
    const auto tokenizer = makeTokenizer(tiny());
    QVERIFY_THROWS_EXCEPTION(Error, tokenizer->encodePair("a", "b"));
  }

  void attacks() {
    const std::string good = fileOf(tinyEntries());
    // Cut between two of the eight pieces behind the bytes it is a shorter vocabulary.
    QCOMPARE(testing::usablePrefixes(tiny(), "tokenizer.bin"), 8);
    QVERIFY(testing::usableFlips(tiny(), "tokenizer.bin") > 0);
    const auto keyWith = [](std::vector<Entry> entries, std::uint32_t longest = 7) {
      return testing::workWith({{{"tokenizer.bin", fileOf(entries, longest)}}});
    };
    std::vector<Entry> swapped = tinyEntries();
    std::swap(swapped[4], swapped[5]);
    QCOMPARE(keyWith(swapped), std::string("llama2c.vocabulary"));
    QCOMPARE(keyWith(tinyEntries(), 4), std::string("llama2c.vocabulary"));
    QCOMPARE(keyWith(tinyEntries(), 0x7fffffff), std::string("llama2c.vocabulary"));
  }

  void besideWeights() {
    const io::testing::Scratch scratch;
    const auto weights = scratch.write("model.bin", "");
    QVERIFY(io::tokenizerBeside(weights).empty());
    scratch.write("tok0.bin", "not one");
    scratch.write("tok512.bin", QByteArray::fromStdString(fileOf(tinyEntries())));
    scratch.write("Vocab.TXT", "a\n");
    const TokenizerFiles files = io::tokenizerBeside(weights);
    QCOMPARE(files.files.size(), std::size_t{2});
    QCOMPARE(files.files.at("tokenizer.bin"), fileOf(tinyEntries()));
    QCOMPARE(files.files.at("vocab.txt"), std::string("a\n"));
  }
};

}  // namespace

}  // namespace lineament::text

QTEST_GUILESS_MAIN(lineament::text::Llama2cTokenizerTest)
#include "llama2c_tokenizer_test.moc"
