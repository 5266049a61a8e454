// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/model.h"

#include <QtTest>
#include <cmath>

#include "core/data/data.h"
#include "core/data/selection.h"
#include "tests/core/base/caught.h"

using namespace lineament;
using test::keyOf;

namespace {

Column real(const char* name, std::vector<double> values) {
  return Column(name, values);
}

Column words(const char* name, std::initializer_list<const char*> list,
             std::vector<std::uint8_t> missing = {}) {
  TextBuilder builder;
  for (const char* word : list) builder.add(word);
  return Column(name, builder.finish(), missing);
}

}  // namespace

class ModelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void levelsInOrderOfAppearance() {
    const Table table(
        {real("x", {1, 2, 3, 4}), words("soil", {"clay", "", "sand", "clay"}, {0, 1, 0, 0})});
    const std::vector<Feature> features = featuresOf(table, {"soil", "x"});
    QCOMPARE(features.at(0).levels, (std::vector<std::string>{"clay", "sand"}));
    QVERIFY(features[0].categorical() && !features.at(1).categorical());
    QCOMPARE(keyOf([&] { featuresOf(table, {"y"}); }), std::string("table.no_column"));
  }

  void columnsAreFoundByName() {
    Model model;
    model.features = {{"x", "", {}}, {"soil", "", {"clay", "sand"}}};
    const Table table(
        {words("soil", {"sand", "peat", "clay"}, {0, 0, 1}), real("other", {7, 8, 9}),
         Column("x", std::vector<double>{1, 2, 3}, std::vector<std::uint8_t>{0, 1, 0})});
    const std::vector<double> matrix = featureMatrix(model, table, {});
    QCOMPARE(matrix.size(), std::size_t(6));
    QCOMPARE(matrix[0], 1.0);
    QCOMPARE(matrix[1], 1.0);                                 // sand
    QVERIFY(std::isnan(matrix[2]) && std::isnan(matrix[3]));  // missing, a level not seen
    QVERIFY(matrix[4] == 3.0 && std::isnan(matrix[5]));       // clay, but missing
    QVERIFY(featureMatrix(model, table.slice(0, 0), {}).empty());
  }

  void otherNamesAreTakenInOrderAndSaidSo() {
    Model model;
    model.features = {{"x", "", {}}, {"y", "", {}}};
    std::string log;
    Context context;
    context.log = [&](Context::Severity, std::string_view line) { log += line; };
    const Table table({real("c1", {1, 2}), real("c2", {3, 4})});
    QCOMPARE(featureMatrix(model, table, context), (std::vector<double>{1, 3, 2, 4}));
    QVERIFY(log.find("order") != std::string::npos);
    const std::string key = "model.columns";
    QCOMPARE(keyOf([&] { featureMatrix(model, table.select({"c1"}), {}); }), key);
    // One name right and one wrong is no matter of order.
    QCOMPARE(keyOf([&] {
               featureMatrix(model, Table({real("x", {1}), real("z", {2})}), {});
             }),
             key);
    QCOMPARE(keyOf([&] {
               featureMatrix(model, Table({real("x", {1}), words("y", {"wet"})}), {});
             }),
             std::string("model.text_column"));
  }

  void selectionsAreSets() {
    const Selection selection("rows", {5, 1, 5, 3});
    QCOMPARE(selection.indices(), (std::vector<std::size_t>{1, 3, 5}));
    QVERIFY(selection.contains(3) && !selection.contains(4));
    const Selection other("rows", {3, 4});
    QCOMPARE(selection.added(other).indices(), (std::vector<std::size_t>{1, 3, 4, 5}));
    QCOMPARE(selection.toggled(other).indices(), (std::vector<std::size_t>{1, 4, 5}));
    QCOMPARE(selection.toggled(selection).size(), std::size_t(0));
    QCOMPARE(selection.added({}).origin(), std::string("rows"));
    QVERIFY(Selection("rows", {1, 1}) == Selection("rows", {1}));
  }

  void dataKnowsItsKind() {
    const Data table(Table({real("x", {1, 2})}), "source");
    QVERIFY(table.kind() == Kind::table && Data(FigureSpec()).kind() == Kind::figure);
    QVERIFY(Data(PointCloud()).kind() == Kind::points);
    QCOMPARE(table.withOrigin("other").origin(), std::string("other"));
    QCOMPARE(table.origin(), std::string("source"));
    QVERIFY(table.as<Table>() && !table.as<Model>());
    QCOMPARE(keyOf([&] { table.require<Model>(); }), std::string("data.kind"));
    QCOMPARE(summaryLine(table), std::string("2 rows, 1 column"));
    QCOMPARE(summaryOf(table).at("rows"), nlohmann::json(2));
    for (int kind = 0; kind <= int(Kind::image); ++kind) {
      QVERIFY(kindFromName(name(static_cast<Kind>(kind))) == static_cast<Kind>(kind));
    }
    QCOMPARE(keyOf([] { kindFromName("Table"); }), std::string("data.no_kind"));
    QCOMPARE(countText(0), std::string("0"));
    QCOMPARE(countText(999), std::string("999"));
    QCOMPARE(countText(1234567), std::string("1,234,567"));
  }
};

QTEST_APPLESS_MAIN(ModelTest)
#include "model_test.moc"
