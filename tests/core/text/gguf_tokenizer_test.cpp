// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/gguf_tokenizer.h"

#include <QTest>

#include "core/base/error.h"
#include "core/base/json.h"

namespace lineament::text {

namespace {

// A byte-level vocabulary of single signs and pairs of them that merge wherever no cut is between.
std::string vocabularyOf(const std::string& pre) {
  nlohmann::json tokens = nlohmann::json::array();
  for (char letter = '!'; letter <= '~'; ++letter) tokens.push_back(std::string(1, letter));
  tokens.push_back("\u0120");  // a space
  nlohmann::json merges = nlohmann::json::array();
  for (const auto& [left, right] :
       std::initializer_list<std::pair<const char*, const char*>>{{"1", "2"},
                                                                  {"12", "3"},
                                                                  {"123", "4"},
                                                                  {"a", "B"},
                                                                  {"!", "a"},
                                                                  {"a", "1"},
                                                                  {"=", "("},
                                                                  {"'", "S"},
                                                                  {"b", "'S"}}) {
    tokens.push_back(std::string(left) + right);
    merges.push_back(std::string(left) + " " + right);
  }
  return nlohmann::json{{"tokenizer.ggml.model", "gpt2"},
                        {"tokenizer.ggml.pre", pre},
                        {"tokenizer.ggml.add_bos_token", false},
                        {"tokenizer.ggml.tokens", tokens},
                        {"tokenizer.ggml.merges", merges}}
      .dump();
}

QString cut(const Tokenizer& tokenizer, const std::string& text) {
  QStringList pieces;
  for (const Token& token : tokenizer.encode(text)) {
    pieces << QString::fromStdString(text.substr(token.begin, token.end - token.begin));
  }
  return pieces.join('|');
}

class GgufTokenizerTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Numbers, a change to capitals, a sign before a word, a letter before a number, a contraction.
  void textsAreCutAsTheNameSays_data() {
    QTest::addColumn<QString>("number");
    QTest::addColumn<QString>("capital");
    QTest::addColumn<QString>("sign");
    QTest::addColumn<QString>("mixed");
    QTest::addColumn<QString>("contraction");
    const auto row = [](const char* name, const char* number, const char* capital, const char* sign,
                        const char* mixed, const char* contraction) {
      QTest::newRow(name) << number << capital << sign << mixed << contraction;
    };
    for (const char* each : {"gpt-2", "phi-2", "mpt", "olmo", "jais"}) {
      row(each, "1234", "aB", "!|a", "a|1", "b|'|S");
    }
    for (const char* each : {"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone"}) {
      row(each, "1|2|3|4", "aB", "!|a", "a|1", "b|'|S");
    }
    row("falcon", "123|4", "aB", "!|a", "a|1", "b|'|S");
    for (const char* each : {"llama-bpe", "dbrx", "glm4"}) {
      row(each, "123|4", "aB", "!a", "a|1", "b|'S");
    }
    for (const char* each : {"qwen2", "qwen35", "stablelm2", "seed-coder"}) {
      row(each, "1|2|3|4", "aB", "!a", "a|1", "b|'S");
    }
    row("tekken", "1|2|3|4", "a|B", "!a", "a|1", "b|'S");
    row("gpt-4o", "123|4", "a|B", "!a", "a|1", "b'S");
    row("bloom", "1234", "aB", "!|a", "a1", "b'S");
    row("viking", "1|2|3|4", "aB", "!|a", "a|1", "b'S");
    row("deepseek-llm", "1|2|3|4", "aB", "!|a", "a|1", "b|'|S");
    row("deepseek-coder", "1|2|3|4", "aB", "!|a", "a|1", "b|'|S");
    row("deepseek-v3", "123|4", "aB", "!a", "a|1", "b|'S");
  }
  void textsAreCutAsTheNameSays() {
    const auto tokenizer = makeGgufTokenizer(vocabularyOf(QTest::currentDataTag()));
    QFETCH(const QString, number);
    QCOMPARE(cut(*tokenizer, "1234"), number);
    QFETCH(const QString, capital);
    QCOMPARE(cut(*tokenizer, "aB"), capital);
    QFETCH(const QString, sign);
    QCOMPARE(cut(*tokenizer, "!a"), sign);
    QFETCH(const QString, mixed);
    QCOMPARE(cut(*tokenizer, "a1"), mixed);
    QFETCH(const QString, contraction);
    QCOMPARE(cut(*tokenizer, "b'S"), contraction);
  }

  void unknownNamesAreTold() {
    for (const char* name : {"a-new-one", ""}) {
      try {
        makeGgufTokenizer(vocabularyOf(name));
        QFAIL("texts were cut in a way that nobody said");
      } catch (const Error& error) {
        QCOMPARE(error.key(), std::string("tokenizer.unsupported"));
        QVERIFY(std::string(error.what()).find(*name ? name : "does not name") !=
                std::string::npos);
      }
    }
  }
};

}  // namespace
}  // namespace lineament::text

QTEST_GUILESS_MAIN(lineament::text::GgufTokenizerTest)
#include "gguf_tokenizer_test.moc"
