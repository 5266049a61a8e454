// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cstring>

#include "core/base/json.h"
#include "tests/core/text/attacked_files.h"
#include "tests/core/text/token_lists.h"

namespace lineament::text {

namespace {

using testing::cutOf;
using testing::idsOf;
using Ids = std::vector<std::int32_t>;

const std::string kMark = "\xE2\x96\x81";

// A writer of the few field kinds that a model has.
class Message {
 public:
  Message& number(int field, std::uint64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3);
    varint(value);
    return *this;
  }
  Message& real(int field, float value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 5);
    char raw[4];
    std::memcpy(raw, &value, 4);
    bytes_.append(raw, 4);
    return *this;
  }
  Message& text(int field, const std::string& value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

struct Entry {
  std::string piece;
  float score = 0;
  int type = 1;
};

// <unk>, <s>, </s>, then the usual pieces.
const std::vector<Entry> kPieces{{"<unk>", 0, 2},       {"<s>", 0, 3},     {"</s>", 0, 3},
                                 {kMark, -2},           {kMark + "a", -3}, {"b", -4},
                                 {kMark + "ab", -7.5F}, {"a", -5},         {"<sep>", 0, 4},
                                 {"ab", -6, 5},         {"abb", -6.5F}};

std::string modelOf(const std::vector<Entry>& pieces, int kind, bool bytes = false,
                    const Message& normalizer = {}) {
  Message model;
  for (const Entry& entry : pieces) {
    Message piece;
    piece.text(1, entry.piece).real(2, entry.score);
    if (entry.type != 1) piece.number(3, static_cast<std::uint64_t>(entry.type));
    model.text(1, piece.bytes());
  }
  Message trainer;
  trainer.number(3, static_cast<std::uint64_t>(kind)).number(35, bytes ? 1 : 0);
  return model.text(2, trainer.bytes()).text(3, normalizer.bytes()).bytes();
}

TokenizerFiles filesOf(const std::string& model) {
  return {{{"tokenizer.model", model}}};
}

class SentencePieceTokenizerTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void unigram() {
    const auto tokenizer = makeTokenizer(filesOf(modelOf(kPieces, 1)));
    // "_a" and "b" score -7, "_ab" -7.5; "ab" is not in use.
    QCOMPARE(idsOf(tokenizer->encode("ab")), (Ids{1, 4, 5}));
    QCOMPARE(idsOf(tokenizer->encode("b xyb", false)), (Ids{3, 5, 3, 0, 5}));
    QCOMPARE(idsOf(tokenizer->encode("b<sep>a<s>", false)), (Ids{3, 5, 8, 7, 0}));
    QCOMPARE(tokenizer->decode(Ids{1, 4, 5, 3, 0, 2}), std::string("ab  \xE2\x81\x87 "));
    QVERIFY(tokenizer->special(1) && !tokenizer->special(0));
  }

  // Of paths that score the same the one found first stays.
  void ties() {
    const std::vector<Entry> pieces{{"<unk>", 0, 2}, {kMark, -1}, {"a", -1}, {"aa", -2}};
    const auto tokenizer = makeTokenizer(filesOf(modelOf(pieces, 1)));
    QCOMPARE(idsOf(tokenizer->encode("aa", false)), (Ids{1, 3}));
  }

  void spaces() {
    const auto tokenizer = makeTokenizer(filesOf(modelOf(kPieces, 1)));
    const std::string text = "  a   b ";
    const auto tokens = tokenizer->encode(text, false);
    QCOMPARE(idsOf(tokens), (Ids{4, 3, 5}));
    QCOMPARE(cutOf(text, tokens), std::string("a|   |b"));
    QCOMPARE(idsOf(tokenizer->encode("   ", false)), Ids());
    QCOMPARE(idsOf(tokenizer->encode("")), (Ids{1}));
    const auto plain =
        makeTokenizer(filesOf(modelOf(kPieces, 1, false, Message().number(3, 0).number(4, 0))));
    QCOMPARE(idsOf(plain->encode(" b  a", false)), (Ids{3, 5, 3, 4}));
  }

  void bytePairs() {
    const auto tokenizer = makeTokenizer(filesOf(modelOf(kPieces, 2)));
    // "_a" (-3) before "ab" (-6), then "_ab"; "ab" is not in use and serves longer pieces alone.
    QCOMPARE(idsOf(tokenizer->encode("ab", false)), (Ids{6}));
    QCOMPARE(idsOf(tokenizer->encode("babb", false)), (Ids{3, 5, 10}));
    QCOMPARE(idsOf(tokenizer->encode("bab", false)), (Ids{3, 5, 7, 5}));
  }

  void bytes() {
    std::vector<Entry> pieces = kPieces;
    for (const char* piece : {"<0xC3>", "<0xA9>", "<0x00>"}) pieces.push_back({piece, 0, 6});
    for (const int kind : {1, 2}) {
      const auto tokenizer = makeTokenizer(filesOf(modelOf(pieces, kind, true)));
      const std::string text("b\xC3\xA9\0\xFF", 5);
      const auto tokens = tokenizer->encode(text, false);
      // The last becomes U+FFFD, whose bytes the vocabulary lacks.
      QCOMPARE(idsOf(tokens), (Ids{3, 5, 11, 12, 13, 0}));
      QCOMPARE(cutOf(text, tokens), std::string("|b|\xC3|\xA9|\0|\xFF", 10));
      QCOMPARE(tokenizer->decode(Ids{3, 5, 11, 12, 11}),
               std::string("b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"));
    }
  }

  // A model without a start is T5's: an end behind the text, sentinels behind the pieces.
  void t5() {
    std::vector<Entry> pieces = kPieces;
    pieces[1].type = 1;
    const auto tokenizer = makeTokenizer({{{"spiece.model", modelOf(pieces, 1)}}});
    QCOMPARE(tokenizer->size(), pieces.size() + 100);
    QCOMPARE(tokenizer->piece(110), std::string("<extra_id_0>"));
    QCOMPARE(tokenizer->piece(11), std::string("<extra_id_99>"));
    QCOMPARE(idsOf(tokenizer->encode("b <extra_id_0> b")), (Ids{3, 5, 110, 3, 5, 2}));
  }

  void charsmap() {
    // A trie of one letter, 'c' to "ab": three units, laid out by hand.
    const auto unit = [](std::uint32_t offset, bool leaf, unsigned char label) {
      return offset << 10 | (leaf ? 1U << 8 : 0) | label;
    };
    std::vector<std::uint32_t> units(256, 0);
    units[0] = unit(1, false, 0);
    units[1 ^ 'c'] = unit(2, true, 'c');
    units[1 ^ 'c' ^ 2] = 0 | 1U << 31;
    std::string map(4, '\0');
    const auto size = static_cast<std::uint32_t>(4 * units.size());
    std::memcpy(map.data(), &size, 4);
    map.append(reinterpret_cast<const char*>(units.data()), size).append("ab\0", 3);
    const auto tokenizer =
        makeTokenizer(filesOf(modelOf(kPieces, 1, false, Message().text(2, map))));
    const auto tokens = tokenizer->encode("cb", false);
    QCOMPARE(idsOf(tokens), (Ids{3, 10}));  // "_" and "abb"
    QCOMPARE(cutOf("cb", tokens), std::string("|cb"));
    QCOMPARE(testing::workWith(filesOf(modelOf(kPieces, 1, false, Message().text(2, "\x08")))),
             std::string("tokenizer.malformed"));
  }

  void gguf() {
    nlohmann::json keys{{"tokenizer.ggml.model", "llama"},
                        {"tokenizer.ggml.bos_token_id", 1},
                        {"tokenizer.ggml.eos_token_id", 2}};
    for (const Entry& entry : kPieces) {
      keys["tokenizer.ggml.tokens"].push_back(entry.piece);
      keys["tokenizer.ggml.scores"].push_back(entry.score);
      keys["tokenizer.ggml.token_type"].push_back(entry.type);
    }
    const auto make = [&] { return makeTokenizer({{{"gguf", keys.dump()}}}); };
    QCOMPARE(idsOf(make()->encode("babb")), (Ids{1, 3, 5, 10}));
    QCOMPARE(idsOf(make()->encode("b</s>b", false)), (Ids{3, 5, 2, 3, 5}));
    QCOMPARE(*make()->ending(), 2);
    keys["tokenizer.ggml.model"] = "t5";
    QCOMPARE(idsOf(make()->encode("ab")), (Ids{4, 5, 2}));
    keys["tokenizer.ggml.model"] = "gpt2";
    keys["tokenizer.ggml.pre"] = "gpt-2";
    keys["tokenizer.ggml.merges"] = {"a b", "ab b"};
    QCOMPARE(idsOf(make()->encode("abb")), (Ids{10}));
    QCOMPARE(testing::usablePrefixes({{{"gguf", keys.dump()}}}, "gguf"), 0);
    QVERIFY(testing::usableFlips({{{"gguf", keys.dump()}}}, "gguf") > 0);
    keys["tokenizer.ggml.pre"] = "klingon";
    QCOMPARE(testing::workWith({{{"gguf", keys.dump()}}}), std::string("tokenizer.unsupported"));
  }

  void ggufWordPiece() {
    const nlohmann::json keys{
        {"tokenizer.ggml.model", "bert"},
        {"tokenizer.ggml.tokens",
         {"[UNK]", "[CLS]", "[SEP]", kMark + "un", "aff", "able", kMark + "!"}}};
    const auto tokenizer = makeTokenizer({{{"gguf", keys.dump()}}});
    QCOMPARE(idsOf(tokenizer->encode("unaffable!")), (Ids{1, 3, 4, 5, 6, 2}));
  }

  void attacks() {
    for (const int kind : {1, 2}) {
      const TokenizerFiles files = filesOf(modelOf(kPieces, kind));
      QVERIFY(testing::usablePrefixes(files, "tokenizer.model") > 0);  // fewer pieces
      QVERIFY(testing::usableFlips(files, "tokenizer.model") > 0);
    }
    QCOMPARE(testing::workWith(filesOf(modelOf(kPieces, 3))), std::string("tokenizer.unsupported"));
    QCOMPARE(testing::workWith(filesOf("")), std::string("tokenizer.malformed"));
    QCOMPARE(testing::workWith(filesOf("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")),
             std::string("file.cut_short"));
    QCOMPARE(testing::workWith(filesOf(std::string(11, '\xFF'))), std::string("protobuf.field"));
  }
};

}  // namespace

}  // namespace lineament::text

QTEST_GUILESS_MAIN(lineament::text::SentencePieceTokenizerTest)
#include "sentencepiece_tokenizer_test.moc"
