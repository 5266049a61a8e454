// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_edits.h"

#include <QtTest>

using namespace lineament;
using namespace lineament::views;

namespace {

const std::vector<RasterClass> kClasses{
    {1, "Water", {0, 0, 200}}, {2, "Sand", {230, 200, 120}}, {3, "Shale", {90, 90, 90}}};

std::vector<std::int64_t> valuesOf(const std::vector<ShownClass>& classes) {
  std::vector<std::int64_t> values;
  for (const ShownClass& one : classes) values.push_back(one.value);
  return values;
}

}  // namespace

class ClassEditsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nothingIsChangedAtFirst() {
    const auto shown = ClassEdits().shown(kClasses);
    QCOMPARE(valuesOf(shown), (std::vector<std::int64_t>{1, 2, 3}));
    QCOMPARE(shown[1].name, std::string("Sand"));
    QCOMPARE(shown[1].colour, (ClassColour{230, 200, 120}));
    QCOMPARE(shown[1].members, std::vector<std::int64_t>{2});
    QVERIFY(ClassEdits().empty());
  }

  void aClassIsChanged() {
    ClassEdits edits;
    edits.rename(2, "Dune sand");
    edits.recolour(2, {1, 2, 3});
    edits.setPattern(2, ClassPattern::dots);
    edits.setHidden(2, true);
    const ShownClass shown = edits.shown(kClasses)[1];
    QCOMPARE(shown, (ShownClass{2, "Dune sand", {1, 2, 3}, ClassPattern::dots, true, {2}}));
    edits.rename(2, "");
    QCOMPARE(edits.shown(kClasses)[1].name, std::string("Sand"));
    edits.forget(2);
    QVERIFY(edits.empty());
  }

  void classesAreMergedAndSeparated() {
    ClassEdits edits;
    edits.merge(1, 2);
    edits.merge(2, 3);  // takes along what was merged into it
    const auto one = edits.shown(kClasses);
    QCOMPARE(valuesOf(one), std::vector<std::int64_t>{3});
    QCOMPARE(one[0].members, (std::vector<std::int64_t>{3, 1, 2}));
    QCOMPARE(shownAs(one, 1)->name, std::string("Shale"));
    QVERIFY(!shownAs(one, 9));
    edits.merge(3, 1);  // the other way round
    QCOMPARE(valuesOf(edits.shown(kClasses)), std::vector<std::int64_t>{1});
    edits.separate(1);
    QVERIFY(edits.empty());
    edits.merge(2, 2);
    QVERIFY(edits.empty());
  }

  void hiddenOnesComeBack() {
    ClassEdits edits;
    edits.setHidden(1, true);
    edits.setHidden(3, true);
    edits.rename(3, "Slate");
    edits.showAll();
    for (const ShownClass& one : edits.shown(kClasses)) QVERIFY(!one.hidden);
    QCOMPARE(edits.shown(kClasses)[2].name, std::string("Slate"));
  }

  void theyAreKeptAsText() {
    ClassEdits edits;
    edits.rename(2, "Grès, \"quartz\"");
    edits.recolour(1, {255, 0, 16});
    edits.setPattern(3, ClassPattern::waves);
    edits.merge(1, 3);
    QCOMPARE(ClassEdits::fromJson(nlohmann::json::parse(edits.toJson().dump())), edits);
    QVERIFY(ClassEdits().toJson().is_array());
  }

  void foreignTextIsLeftOut() {
    const auto read = [](const char* text) {
      return ClassEdits::fromJson(nlohmann::json::parse(text));
    };
    QVERIFY(read("3").empty());
    QVERIFY(read("[1, null, {}, {\"value\": \"2\"}]").empty());
    QVERIFY(read(R"([{"value": 1, "name": 3, "colour": "no colour", "pattern": "stripes",
                      "hidden": 1, "into": "2"}])")
                .empty());
    // In a circle, and into what is no class: each stands for itself.
    const ClassEdits circle = read(R"([{"value": 1, "into": 2}, {"value": 2, "into": 1},
                                       {"value": 3, "into": 77}])");
    QCOMPARE(valuesOf(circle.shown(kClasses)), (std::vector<std::int64_t>{1, 2, 3}));
  }
};

QTEST_APPLESS_MAIN(ClassEditsTest)
#include "class_edits_test.moc"
