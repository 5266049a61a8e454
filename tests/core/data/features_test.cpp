// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/features.h"

#include <QtTest>
#include <limits>

#include "core/base/error.h"
#include "core/data/data.h"
#include "core/data/feature_legend.h"
#include "tests/core/data/features_fixture.h"

using namespace lineament;
using namespace lineament::testing;

namespace {

using Index = std::vector<std::uint32_t>;

std::string keyOf(Geometries::Arrays arrays) {
  try {
    const Geometries made(std::move(arrays));
  } catch (const Error& error) {
    return error.key();
  }
  return {};
}

Geometries points(std::size_t count) {
  GeometryBuilder builder;
  for (std::size_t i = 0; i < count; ++i) {
    builder.feature(GeometryType::point);
    builder.point(static_cast<double>(i), 0);
  }
  return builder.finish();
}

Column words(std::string name, const std::vector<const char*>& values,
             std::vector<std::uint8_t> missing = {}) {
  TextBuilder builder;
  for (const char* value : values) builder.add(value);
  return Column(std::move(name), builder.finish(), std::move(missing));
}

}  // namespace

class FeaturesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void partsAndRings() {
    const Geometries areas = twoAreas();
    QCOMPARE(areas.size(), std::size_t(2));
    QCOMPARE(areas.partsOf(0).size(), std::size_t(1));
    QCOMPARE(areas.ringsOf(0).size(), std::size_t(2));
    QCOMPARE(areas.partsOf(1).size(), std::size_t(2));
    QCOMPARE(areas.ring(1)[0], 4.0);
    QCOMPARE(areas.coordinatesOf(1).size(), std::size_t(16));
    QCOMPARE(areas.extentOf(1), (Extent{20, 0, 31, 1}));
    QCOMPARE(areas.extent(), (Extent{0, 0, 31, 10}));
  }

  void areas() {
    QCOMPARE(planarArea(twoAreas(), 0), 96.0);
    QCOMPARE(planarArea(twoAreas(), 1), 1.0);
    QCOMPARE(planarArea(points(1), 0), 0.0);
    QVERIFY(signedDoubleArea(twoAreas().ring(0)) > 0);
    QVERIFY(signedDoubleArea(twoAreas().ring(1)) < 0);
  }

  void areasFarFromTheOriginKeepTheirDigits() {
    GeometryBuilder builder;
    builder.feature(GeometryType::polygon);
    builder.part();
    addRing(builder, {{5e8, 5e8}, {5e8 + 1, 5e8}, {5e8 + 1, 5e8 + 1}, {5e8, 5e8 + 1}, {5e8, 5e8}});
    QCOMPARE(planarArea(builder.finish(), 0), 1.0);
  }

  void arraysThatDoNotFit() {
    const auto good = [] {
      return Geometries::Arrays{std::vector<std::uint8_t>{2}, Index{0, 1}, Index{0, 1}, Index{0, 2},
                                std::vector<double>{0, 0, 1, 1}};
    };
    QVERIFY(keyOf(good()).empty());
    const std::string wrong = "features.geometry";
    auto bad = good();
    bad.features = Index{0, 2};
    QCOMPARE(keyOf(bad), wrong);
    bad = good();
    bad.features = Index{0};
    QCOMPARE(keyOf(bad), wrong);
    bad = good();
    bad.rings = Index{0, 0xffffffff};
    QCOMPARE(keyOf(bad), wrong);
    bad = good();
    bad.parts = Index{};
    QCOMPARE(keyOf(bad), wrong);
    bad = good();
    bad.coordinates = std::vector<double>{0, 0, 1};
    QCOMPARE(keyOf(bad), wrong);
    bad = good();
    bad.coordinates = std::vector<double>{0, 0, 1, std::numeric_limits<double>::infinity()};
    QCOMPARE(keyOf(bad), wrong);
    bad = good();
    bad.types = std::vector<std::uint8_t>{1};  // a point of two vertices
    QCOMPARE(keyOf(bad), wrong);
    bad.types = std::vector<std::uint8_t>{9};
    QCOMPARE(keyOf(bad), wrong);
    bad.types = std::vector<std::uint8_t>{0};
    QCOMPARE(keyOf(bad), wrong);
  }

  void partsThatRunBackwards() {
    QCOMPARE(keyOf({std::vector<std::uint8_t>{2, 2, 2}, Index{0, 2, 1, 3}, Index{0, 1, 2, 3},
                    Index{0, 1, 2, 3}, std::vector<double>{0, 0, 1, 1, 2, 2}}),
             std::string("features.geometry"));
  }

  void oneRowForEachFeature() {
    QVERIFY_EXCEPTION_THROWN(Features("a", {}, points(3), everyAttribute()), Error);
    QCOMPARE(Features("a", {}, points(3)).size(), std::size_t(3));
    QCOMPARE(Features().size(), std::size_t(0));
    QVERIFY(Features().geometries().extent().empty());
  }

  void saysWhatItIs() {
    const Data data(twoUnits());
    QVERIFY(data.kind() == Kind::features && kindFromName("features") == Kind::features);
    QCOMPARE(summaryLine(data), std::string("2 features, multipolygon, 6 attributes"));
    const auto summary = summaryOf(data);
    QCOMPARE(summary.at("features"), 2);
    QCOMPARE(summary.at("geometry"), "multipolygon");
    QCOMPARE(summary.at("crs"), "");
    QCOMPARE(summary.at("extent"), nlohmann::json({0.0, 0.0, 31.0, 10.0}));
    QCOMPARE(summary.at("attributes").at(1).at("name"), "thickness");
    QCOMPARE(summaryLine(Data(Features())), std::string("0 features, no geometry, 0 attributes"));
    QCOMPARE(Features("", {}, points(1)).typeText(), std::string("point"));
  }

  void mixturesHaveNoCommonType() {
    GeometryBuilder builder;
    builder.feature(GeometryType::none);
    builder.feature(GeometryType::point);
    builder.point(1, 2);
    const Geometries one = GeometryBuilder(builder).finish();
    QVERIFY(Features("", {}, one).commonType() == GeometryType::point);
    builder.feature(GeometryType::line);
    builder.part();
    addRing(builder, {{0, 0}, {1, 1}});
    const Features mixed("", {}, builder.finish());
    QVERIFY(!mixed.commonType());
    QCOMPARE(mixed.typeText(), std::string("mixed"));
  }

  void theUsualAttributeTellsClassesApart() {
    const auto by = [](std::vector<Column> columns) {
      return classAttribute(Table(std::move(columns)));
    };
    const Column number("id", std::vector<std::int64_t>{1, 2});
    const Column real("area", std::vector<double>{1, 2});
    QCOMPARE(by({number, words("note", {"a", "b"}), words("Lithology", {"c", "d"})}),
             std::string("Lithology"));
    QCOMPARE(by({number, words("colour", {"#000000", "#ffffff"}), words("note", {"a", "b"})}),
             std::string("note"));
    QCOMPARE(by({real, number}), std::string("id"));
    QCOMPARE(by({real}), std::string());
    QCOMPARE(by({}), std::string());
  }

  void legends() {
    const Features layer("", {}, points(4),
                         Table({words("name", {"sand", "clay", "sand", ""}, {0, 0, 0, 1}),
                                words("colour", {"#0102fe", "blue", "#ffffff", "#000000"}),
                                Column("code", std::vector<std::int64_t>{10, 9, 10, 2})}));
    const FeatureLegend named = legendOf(layer);
    QCOMPARE(named.attribute, std::string("name"));
    QCOMPARE(named.classes.size(), std::size_t(2));
    QCOMPARE(named.classes[0], (FeatureClass{"sand", {1, 2, 254}}));
    QCOMPARE(named.classes[1], (FeatureClass{"clay", classColour(1)}));  // "blue" is none of ours
    QCOMPARE(named.class_of, (Index{0, 1, 0, FeatureLegend::kNoClass}));
    const FeatureLegend coded = legendOf(layer, "code");
    QCOMPARE(coded.classes[0].value, std::string("2"));
    QCOMPARE(coded.classes[2].value, std::string("10"));
    QCOMPARE(coded.class_of, (Index{2, 1, 2, 0}));
    QVERIFY_EXCEPTION_THROWN(legendOf(layer, "none"), Error);
    QCOMPARE(colourText({1, 2, 254}), std::string("#0102fe"));
  }

  void tooManyValuesTellNothingApart() {
    std::vector<std::int64_t> ids(1001);
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i);
    const Features layer("", {}, points(1001), Table({Column("id", ids)}));
    QVERIFY(legendOf(layer).classes.empty());
    QCOMPARE(legendOf(layer).class_of.size(), std::size_t(1001));
    QVERIFY(legendOf(Features("", {}, points(2))).classes.empty());
  }
};

QTEST_APPLESS_MAIN(FeaturesTest)
#include "features_test.moc"
