// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_choices.h"

#include <QtTest>

using namespace lineament::views;

class SheetChoicesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void optionsComeBack() {
    const nlohmann::json options = {{"page", "A3"},
                                    {"orientation", "portrait"},
                                    {"scale", 25000.0},
                                    {"title", "Rock units"},
                                    {"subtitle", "Jiroft"},
                                    {"author", "A. Geologist"},
                                    {"date", "2026"},
                                    {"sources", "ASTER"},
                                    {"facts", {{{"name", "Silhouette"}, {"value", "0.41"}}}}};
    SheetChoices choices;
    choices.take(options);
    QCOMPARE(choices.toJson(), options);
    QCOMPARE(choices.page(false), QSizeF(297, 420));
    QCOMPARE(choices.page(true), QSizeF(420, 297));
  }

  void whatIsMalformedChangesNothing() {
    SheetChoices choices;
    choices.take({{"page", "A3"}, {"scale", 5000}, {"author", "one"}});
    const nlohmann::json before = choices.toJson();
    for (const nlohmann::json& bad :
         {nlohmann::json{{"page", "A17"}}, nlohmann::json{{"page", 4}},
          nlohmann::json{{"scale", -3}}, nlohmann::json{{"scale", 0.5}},
          nlohmann::json{{"scale", 1e300}}, nlohmann::json{{"author", 7}},
          nlohmann::json{{"facts", "many"}}, nlohmann::json{{"orientation", "askew"}},
          nlohmann::json::array(), nlohmann::json()}) {
      choices.take(bad);
      QCOMPARE(choices.toJson(), before);
    }
    choices.take({{"facts", {1, {{"value", "nameless"}}, {{"name", "kept"}}}}});
    QCOMPARE(choices.facts.size(), std::size_t(1));
  }

  void factsAreLines() {
    const std::vector<SheetFact> facts =
        factsIn("Overall accuracy: 87 %\n\n  Method : k-means: 7\nno value");
    const std::vector<SheetFact> expected{
        {"Overall accuracy", "87 %"}, {"Method", "k-means: 7"}, {"no value", ""}};
    QCOMPARE(facts, expected);
    QCOMPARE(factsIn(textOf(facts)), facts);
  }
};

QTEST_GUILESS_MAIN(SheetChoicesTest)
#include "sheet_choices_test.moc"
