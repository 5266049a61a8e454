// SPDX-License-Identifier: GPL-3.0-or-later
// Small vocabularies whose ids were worked out by hand, and agree with tokenizers 0.23.
#include <QTest>

#include "core/base/json.h"
#include "tests/core/text/attacked_files.h"
#include "tests/core/text/token_lists.h"

namespace lineament::text {

namespace {

using nlohmann::json;
using testing::cutOf;
using testing::idsOf;
using Ids = std::vector<std::int32_t>;

TokenizerFiles filesOf(const json& file) {
  return {{{"tokenizer.json", file.dump()}}};
}

std::unique_ptr<Tokenizer> make(const json& file) {
  return makeTokenizer(filesOf(file));
}

json vocabularyOf(const std::vector<std::string>& pieces) {
  json made = json::object();
  for (std::size_t i = 0; i < pieces.size(); ++i) made[pieces[i]] = i;
  return made;
}

// U+0120 stands for a space, U+00C3 U+00A9 for the two bytes of U+00E9.
const std::string kSpace = "\xC4\xA0";

json lowerFile() {
  json file;
  file["model"] = {
      {"type", "BPE"},
      {"vocab", vocabularyOf({"l", "o", "w", "e", "r", "s", kSpace, "lo", "low", "er",
                              kSpace + "low", kSpace + "lower", "\xC3\x83", "\xC2\xA9"})},
      {"merges", {"l o", "lo w", "e r", kSpace + " low", kSpace + "low er"}}};
  file["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  file["decoder"] = {{"type", "ByteLevel"}};
  return file;
}

json affableFile() {
  json file;
  file["added_tokens"] = {{{"id", 0}, {"content", "[UNK]"}, {"special", true}},
                          {{"id", 1}, {"content", "[CLS]"}, {"special", true}},
                          {{"id", 2}, {"content", "[SEP]"}, {"special", true}}};
  file["model"] = {{"type", "WordPiece"},
                   {"unk_token", "[UNK]"},
                   {"vocab", vocabularyOf({"[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "!",
                                           "e", "\xE4\xB8\xAD"})}};
  file["normalizer"] = {{"type", "BertNormalizer"}};
  file["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
  file["post_processor"] = {
      {"type", "BertProcessing"}, {"sep", {"[SEP]", 2}}, {"cls", {"[CLS]", 1}}};
  file["decoder"] = {{"type", "WordPiece"}};
  return file;
}

class TokenizerJsonTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void byteLevel() {
    const auto tokenizer = make(lowerFile());
    QCOMPARE(idsOf(tokenizer->encode(" lower")), (Ids{11}));
    QCOMPARE(idsOf(tokenizer->encode("lower")), (Ids{8, 9}));
    QCOMPARE(idsOf(tokenizer->encode(" slow")), (Ids{6, 5, 8}));
    // The last space of a run goes with the word.
    QCOMPARE(cutOf("low   low", tokenizer->encode("low   low")), std::string("low| | | low"));
    const auto bytes = tokenizer->encode("\xC3\xA9");
    QCOMPARE(idsOf(bytes), (Ids{12, 13}));
    QCOMPARE(bytes.at(0).end, std::size_t{1});
    QCOMPARE(tokenizer->shown(12), std::string("<0xC3>"));
    QCOMPARE(tokenizer->shown(11), std::string(" lower"));
    QCOMPARE(tokenizer->decode(Ids{11, 12, 13, 12}), std::string(" lower\xC3\xA9\xEF\xBF\xBD"));
    QCOMPARE(idsOf(tokenizer->encode("")), Ids());
  }

  void wholeWords() {
    json file = lowerFile();
    file["model"]["ignore_merges"] = true;
    file["model"]["vocab"]["slow"] = 14;
    QCOMPARE(idsOf(make(file)->encode("slow")), (Ids{14}));
    file["model"]["ignore_merges"] = false;
    QCOMPARE(idsOf(make(file)->encode("slow")), (Ids{5, 8}));
  }

  void wordPiece() {
    const auto tokenizer = make(affableFile());
    QCOMPARE(idsOf(tokenizer->encode("Unaffable!")), (Ids{1, 3, 4, 5, 6, 2}));
    QCOMPARE(cutOf("Unaffable!", tokenizer->encode("Unaffable!")), std::string("|Un|aff|able|!|"));
    QCOMPARE(idsOf(tokenizer->encode("unaffabl", false)), (Ids{0}));
    QCOMPARE(idsOf(tokenizer->encode(std::string(101, 'e'), false)), (Ids{0}));
    QCOMPARE(idsOf(tokenizer->encode("a[SEP]un", false)), (Ids{0, 2, 3}));
    QCOMPARE(tokenizer->decode(Ids{1, 3, 4, 5, 6, 2}), std::string("unaffable!"));
    QCOMPARE(*tokenizer->beginning(), 1);
    QCOMPARE(*tokenizer->unknown(), 0);
  }

  // What the normaliser changes keeps its place in the text.
  void origins() {
    const auto tokenizer = make(affableFile());
    // An accented letter of two bytes, one with a combining mark, a NUL between, an ideograph.
    const std::string text("\xC3\xA9 e\xCC\x81 u\0n\xE4\xB8\xAD!", 14);
    const auto tokens = tokenizer->encode(text, false);
    QCOMPARE(idsOf(tokens), (Ids{7, 7, 3, 8, 6}));
    QCOMPARE(cutOf(text, tokens), std::string("\xC3\xA9|e\xCC\x81|u\0n|\xE4\xB8\xAD|!", 16));
    const std::string broken = "un\xFF un";
    QCOMPARE(cutOf(broken, tokenizer->encode(broken, false)), std::string("un|un"));
  }

  void pairs() {
    const auto tokenizer = make(affableFile());
    const auto tokens = tokenizer->encodePair("un", "e !");
    QCOMPARE(idsOf(tokens), (Ids{1, 3, 2, 7, 6, 2}));
    QCOMPARE(tokens.at(4).begin, std::size_t{2});
    QVERIFY_THROWS_EXCEPTION(Error, make(lowerFile())->encodePair("a", "b"));
  }

  void bertFile() {
    const std::string list = "[UNK]\n[CLS]\r\n[SEP]\nun\n##aff\n##able\n!\ne";
    const auto tokenizer = makeTokenizer({{{"vocab.txt", list}}});
    QCOMPARE(idsOf(tokenizer->encode("UNaffable!")), (Ids{1, 3, 4, 5, 6, 2}));
    QCOMPARE(idsOf(tokenizer->encode("e")), (Ids{1, 7, 2}));
    const auto cased = makeTokenizer(
        {{{"vocab.txt", list}, {"tokenizer_config.json", R"({"do_lower_case": false})"}}});
    QCOMPARE(idsOf(cased->encode("UNaffable!", false)), (Ids{0, 6}));
    QCOMPARE(testing::workWith({{{"vocab.txt", "a\nb\n"}}}), std::string("tokenizer.malformed"));
  }

  void addedTokens() {
    json file = lowerFile();
    file["added_tokens"] = {{{"id", 20}, {"content", "<end>"}, {"special", true}},
                            {{"id", 21}, {"content", "<end>er"}},
                            {{"id", 22}, {"content", "<m>"}, {"lstrip", true}, {"rstrip", true}},
                            {{"id", 23}, {"content", "so"}, {"single_word", true}}};
    const auto tokenizer = make(file);
    const auto ids = [&](const char* text) { return idsOf(tokenizer->encode(text)); };
    QCOMPARE(ids("low<end>low"), (Ids{8, 20, 8}));
    QCOMPARE(ids("<end>ero"), (Ids{21, 1}));  // the longest
    QCOMPARE(ids("low  <m> low"), (Ids{8, 22, 8}));
    QCOMPARE(ids("so low"), (Ids{23, 10}));
    QCOMPARE(ids("sos"), (Ids{5, 1, 5}));
    QCOMPARE(tokenizer->decode(Ids{8, 20, 21}), std::string("low<end>er"));
    QVERIFY(tokenizer->special(20) && !tokenizer->special(21));
    QCOMPARE(tokenizer->encode("low  <m> low").at(1).begin, std::size_t{3});
    QCOMPARE(tokenizer->size(), std::size_t{24});
  }

  void unigramAndMetaspace() {
    const std::string mark = "\xE2\x96\x81";
    json vocabulary = json::array();
    const auto add = [&](const std::string& piece, double score) {
      vocabulary.push_back(json::array({piece, score}));
    };
    add("<unk>", 0);
    add(mark, -2);
    add(mark + "a", -2.5);
    add("b", -3);
    add(mark + "ab", -6);
    add("a", -4);
    json file;
    file["model"] = {{"type", "Unigram"}, {"unk_id", 0}, {"vocab", vocabulary}};
    file["pre_tokenizer"] = {{"type", "Metaspace"}, {"prepend_scheme", "always"}};
    file["decoder"] = {{"type", "Metaspace"}, {"prepend_scheme", "always"}};
    const auto tokenizer = make(file);
    // "_a" and "b" score -5.5, "_ab" -6.
    QCOMPARE(idsOf(tokenizer->encode("ab b")), (Ids{2, 3, 1, 3}));
    QCOMPARE(cutOf("ab b", tokenizer->encode("ab b")), std::string("a|b| |b"));
    QCOMPARE(idsOf(tokenizer->encode("xyb")), (Ids{1, 0, 3}));  // one unknown for two letters
    QCOMPARE(cutOf("xyb", tokenizer->encode("xyb")), std::string("|xy|b"));
    QCOMPARE(tokenizer->decode(Ids{2, 3, 1, 3}), std::string("ab b"));
    QCOMPARE(tokenizer->shown(2), std::string(" a"));
  }

  void splits() {
    json file;
    file["model"] = {{"type", "WordLevel"}, {"unk_token", "?"}, {"vocab", vocabularyOf({"?"})}};
    const auto cut = [&](const char* behavior, bool invert) {
      file["pre_tokenizer"] = {{"type", "Split"},
                               {"pattern", {{"Regex", "a"}}},
                               {"behavior", behavior},
                               {"invert", invert}};
      return cutOf("xaay", make(file)->encode("xaay"));
    };
    QCOMPARE(cut("Removed", false), std::string("x|y"));
    QCOMPARE(cut("Removed", true), std::string("a|a"));
    QCOMPARE(cut("Isolated", false), std::string("x|a|a|y"));
    QCOMPARE(cut("MergedWithPrevious", false), std::string("xa|a|y"));
    QCOMPARE(cut("MergedWithNext", false), std::string("x|a|ay"));
    QCOMPARE(cut("Contiguous", false), std::string("x|aa|y"));
  }

  // Classes as Oniguruma has them; expected cuts agree with tokenizers 0.23.
  void classesOfExpressions() {
    json file;
    file["model"] = {{"type", "WordLevel"}, {"unk_token", "?"}, {"vocab", vocabularyOf({"?"})}};
    const auto use = [&](const char* expression) {
      file["pre_tokenizer"] = {
          {"type", "Split"}, {"pattern", {{"Regex", expression}}}, {"behavior", "Isolated"}};
    };
    const auto cut = [&](const char* expression, const char* text) {
      use(expression);
      return cutOf(text, make(file)->encode(text));
    };
    // A mark is a letter of a word; a superscript is one outside of sets only.
    QCOMPARE(cut(R"([\s\W])", "a\xC2\xB2 b\xCC\x81"), std::string("a|\xC2\xB2| |b\xCC\x81"));
    QCOMPARE(cut(R"(\W)", "a\xC2\xB2 b\xCC\x81"), std::string("a\xC2\xB2| |b\xCC\x81"));
    QCOMPARE(cut(R"([^\W_]+)", "ab_c"), std::string("ab|_|c"));
    QCOMPARE(cut(R"([\W])", "a-"), std::string("a|-"));
    QCOMPARE(cut(R"([^\W])", "a-b"), std::string("a|-|b"));
    QCOMPARE(cut(R"( ?[^(\s;[.,])]+)", "ab.c (d e"), std::string("ab|.|c| (|d| e"));  // BLOOM's
    QCOMPARE(cut(R"([]a]+)", "xa]"), std::string("x|a]"));
    QCOMPARE(cut(R"([[:digit:]a]+)", "xa1"), std::string("x|a1"));
    QCOMPARE(cut(R"(\h+)", "x0af g"), std::string("x|0af| g"));
    QCOMPARE(cut(R"([\hz]+)", "x0zf g"), std::string("x|0zf| g"));
    for (const char* refused : {"[a[^b]]", "[a&&b]", "[\\H]", "[a"}) {
      use(refused);
      QCOMPARE(testing::workWith(filesOf(file)), std::string("tokenizer.unsupported"));
    }
  }

  void normalForms() {
    json file;
    file["model"] = {{"type", "WordLevel"},
                     {"unk_token", "?"},
                     {"vocab", vocabularyOf({"?", "fi", "\xC3\xA9", "e\xCC\x81"})}};
    const auto idWith = [&](const char* form, const char* text) {
      file["normalizer"] = {{"type", form}};
      return make(file)->encode(text).front().id;
    };
    QCOMPARE(idWith("NFKC", "\xEF\xAC\x81"), 1);
    QCOMPARE(idWith("NFC", "\xEF\xAC\x81"), 0);
    QCOMPARE(idWith("NFC", "e\xCC\x81"), 2);
    QCOMPARE(idWith("NFD", "\xC3\xA9"), 3);
  }

  // U+0344 becomes two marks: it stands for them, and the space before it for itself.
  void normalFormsKeepLettersApart() {
    json file;
    file["model"] = {{"type", "WordLevel"}, {"unk_token", "?"}, {"vocab", vocabularyOf({"?"})}};
    file["normalizer"] = {{"type", "NFD"}};
    file["pre_tokenizer"] = {{"type", "Whitespace"}};
    const char* text =
        "a \xCD\x84"
        "b";
    QCOMPARE(cutOf(text, make(file)->encode(text)), std::string("a|\xCD\x84"
                                                                "b"));
  }

  void refused() {
    const auto keyOf = [](const json& file) { return testing::workWith(filesOf(file)); };
    json file = lowerFile();
    file["pre_tokenizer"] = {{"type", "UnicodeScripts"}};
    try {
      make(file);
      QFAIL("a component that is not known was taken");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("tokenizer.unsupported"));
      QVERIFY(error.found().find("UnicodeScripts") != std::string::npos);
    }
    file = lowerFile();
    file["model"]["dropout"] = 0.1;
    QCOMPARE(keyOf(file), std::string("tokenizer.unsupported"));
    file = lowerFile();
    file["model"]["merges"].push_back("l x");
    QCOMPARE(keyOf(file), std::string("tokenizer.malformed"));
    file = lowerFile();
    file["model"]["vocab"]["l"] = 1LL << 40;
    QCOMPARE(keyOf(file), std::string("tokenizer.malformed"));
    file = lowerFile();
    file["pre_tokenizer"] = {{"type", "Split"}, {"pattern", {{"Regex", "(a"}}}};
    QCOMPARE(keyOf(file), std::string("tokenizer.unsupported"));
    QCOMPARE(keyOf(json::array()), std::string("tokenizer.malformed"));
  }

  void attacks() {
    for (const json& file : {lowerFile(), affableFile()}) {
      QCOMPARE(testing::usablePrefixes(filesOf(file), "tokenizer.json"), 0);
      QVERIFY(testing::usableFlips(filesOf(file), "tokenizer.json") > 0);
    }
  }
};

}  // namespace

}  // namespace lineament::text

QTEST_GUILESS_MAIN(lineament::text::TokenizerJsonTest)
#include "tokenizer_json_test.moc"
