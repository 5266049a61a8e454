// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/text_tokenize.h"

#include <QtTest>

#include "core/analysis/run.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult tokenized(const Settings& settings) {
  const Checkpoint checkpoint =
      Checkpoint({}, [](std::size_t) { return Tensor(); }).withTokenizer([] {
        return TokenizerFiles{{{"vocab.txt", "[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\n!"}}};
      });
  const auto analysis = makeTextTokenize();
  Inputs inputs;
  inputs.add("model", Data(checkpoint));
  return runRecorded(*analysis, inputs, Parameters::fromText(analysis->declaration(), settings), {},
                     {});
}

}  // namespace

class TextTokenizeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void listsTokens() {
    const RunResult result = tokenized({{"text", "Unaffable \xE2\x82\xAC!"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const auto& table = result.outputs.find("tokens")->require<Table>();
    QCOMPARE(table.rows(), std::size_t{7});
    QCOMPARE(table.require("id").number(4), 0.0);
    QCOMPARE(table.require("begin").number(4), 10.0);
    QCOMPARE(table.require("end").number(4), 13.0);
    QCOMPARE(table.require("special").number(0), 1.0);
    QCOMPARE(table.require("piece").text(2), std::string("##aff"));
    const auto& metrics = result.outputs.metrics;
    QCOMPARE(metrics.at("tokens"), 7.0);
    QCOMPARE(metrics.at("unknown_tokens"), 1.0);
    QCOMPARE(metrics.at("characters_per_token"), 12.0 / 5);
  }

  void withoutSpecialTokens() {
    const RunResult result = tokenized({{"text", "un!"}, {"special", "false"}});
    QCOMPARE(result.outputs.metrics.at("tokens"), 2.0);
  }

  void takesIds() {
    const RunResult result = tokenized({{"token_ids", "3, 99"}});
    const auto& table = result.outputs.find("tokens")->require<Table>();
    QCOMPARE(table.require("shown").text(0), std::string("un"));
    QCOMPARE(table.require("piece").text(1), std::string(""));
  }
};

QTEST_GUILESS_MAIN(TextTokenizeTest)
#include "text_tokenize_test.moc"
