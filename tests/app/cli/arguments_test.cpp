// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"

#include <QTest>
#include <algorithm>

#include "app/cli/text_grid.h"
#include "core/base/error.h"

namespace lineament::app::cli {
namespace {

using Words = std::vector<std::string>;

const Command& sampleCommand() {
  static const Command command{"make",
                               "FILE...",
                               1,
                               2,
                               "Makes something",
                               {{"--out", "DIR", "Where it goes", true},
                                {"--set", "KEY=VALUE", "A setting", false, true},
                                {"--count", "N", "How many"},
                                {"--quick", "", "A switch"}},
                               {}};
  return command;
}

Arguments parsed(const Words& words) {
  return Arguments::parse(sampleCommand(), words);
}

// The key of the Error, and that it is one of usage.
template <class Work>
std::string keyOf(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.cause() == Error::Cause::usage ? error.key() : "not usage";
  }
  return "nothing was thrown";
}

}  // namespace

class ArgumentsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void readsBothFormsOfAnOption() {
    const Arguments arguments =
        parsed({"a", "--out=here", "--set", "x=1", "--quick", "b", "--set=y=2=3", "--count", "-4"});
    QCOMPARE(arguments.operands(), (Words{"a", "b"}));
    QCOMPARE(arguments.text("--out"), std::string("here"));
    QVERIFY(arguments.has("--quick"));
    QCOMPARE(arguments.integer("--count", 7, -10, 10), std::int64_t{-4});
    const auto pairs = arguments.pairs("--set");
    QCOMPARE(pairs.size(), std::size_t{2});
    QCOMPARE(pairs[1].second, std::string("2=3"));
  }

  void endsOptionsAtTwoDashes() {
    const Arguments arguments = parsed({"--out", "x", "--", "--quick", "-"});
    QCOMPARE(arguments.operands(), (Words{"--quick", "-"}));
    QVERIFY(!arguments.has("--quick"));
  }

  void refusesWhatItDoesNotKnow_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("key");
    const auto row = [](const char* name, const QStringList& words, const char* key) {
      QTest::newRow(name) << words << QString::fromLatin1(key);
    };
    row("misspelt option", {"a", "--owt", "x"}, "cli.unknown_option");
    row("no value", {"a", "--out"}, "cli.no_value");
    row("value for a switch", {"a", "--out", "x", "--quick=1"}, "cli.surplus_value");
    row("twice", {"a", "--out", "x", "--out", "y"}, "cli.twice");
    row("required one missing", {"a"}, "cli.missing_option");
    row("no operand", {"--out", "x"}, "cli.operands");
    row("too many operands", {"a", "b", "c", "--out", "x"}, "cli.operands");
  }
  void refusesWhatItDoesNotKnow() {
    QFETCH(QStringList, words);
    QFETCH(QString, key);
    Words list;
    for (const QString& word : words) list.push_back(word.toStdString());
    QCOMPARE(QString::fromStdString(keyOf([&] { parsed(list); })), key);
  }

  void suggestsTheNearestOption() {
    try {
      parsed({"a", "--cuont", "3"});
      QFAIL("it was accepted");
    } catch (const Error& error) {
      QVERIFY(error.remedy().find("--count") != std::string::npos);
    }
  }

  void checksNumbersAndPairs() {
    const Words base{"a", "--out", "x"};
    const auto with = [&](const char* option, const char* value) {
      Words words = base;
      words.insert(words.end(), {option, value});
      return parsed(words);
    };
    for (const char* wrong : {"x", "", "1.5", "3x", "99999999999999999999", "11"}) {
      const Arguments arguments = with("--count", wrong);
      QCOMPARE(keyOf([&] { arguments.integer("--count", 0, 0, 10); }), std::string("cli.number"));
    }
    for (const char* wrong : {"nan", "1e400", "0,5", "11"}) {
      const Arguments arguments = with("--count", wrong);
      QCOMPARE(keyOf([&] { arguments.real("--count", 0, 0, 10); }), std::string("cli.number"));
    }
    for (const char* wrong : {"x", "=1", ""}) {
      const Arguments arguments = with("--set", wrong);
      QCOMPARE(keyOf([&] { arguments.pairs("--set"); }), std::string("cli.pair"));
    }
  }

  void helpNeedsNothingElse() { QVERIFY(parsed({"--help"}).has("--help")); }

  void alignsGridsByLetters() {
    TextGrid grid;
    grid.add({"µ", "1"});
    grid.add({"abc", "20"});
    grid.alignRight(1);
    QCOMPARE(grid.text(), std::string("µ     1\nabc  20\n"));
  }

  void keepsTerminalCommandsOutOfGrids() {
    TextGrid grid;
    grid.add({"a\033[2Jb\n"});
    const std::string text = grid.text();
    QVERIFY(text.find('\033') == std::string::npos);
    QCOMPARE(std::count(text.begin(), text.end(), '\n'), 1);
  }
};

}  // namespace lineament::app::cli

QTEST_GUILESS_MAIN(lineament::app::cli::ArgumentsTest)
#include "arguments_test.moc"
