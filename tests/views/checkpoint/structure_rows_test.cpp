// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/structure_rows.h"

#include <QTest>

using namespace lineament::views;
using nlohmann::json;

class StructureRowsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void operatorsInTheirOrder() {
    const json relu{{"operator", "Relu"}, {"inputs", {"y"}}, {"outputs", {"z"}}};
    const json inner{{"nodes", json::array({relu})}};
    const json twice{{"name", "twice"}, {"nodes", json::array()}};
    const json graph{
        {"format", "onnx"},
        {"nodes",
         {{{"operator", "Conv"},
           {"name", "first"},
           {"inputs", {"x", "weight"}},
           {"outputs", {"y"}},
           {"attributes", {{"strides", {2, 1}}, {"mode", "same"}, {"epsilon", double(1e-5F)}}}},
          {{"operator", "If"},
           {"inputs", {"y"}},
           {"outputs", {"w"}},
           {"graphs", {{"then_branch", inner}}}}}},
        {"functions", json::array({twice})}};
    const std::vector<StructureRow> rows = structureRows(graph);
    QCOMPARE(rows.size(), std::size_t{3});
    QCOMPARE(rows[0].kind, QString("Conv"));
    QCOMPARE(rows[0].name, QString("first"));
    QCOMPARE(rows[0].reads, (QStringList{"x", "weight"}));
    QCOMPARE(rows[0].gives, QStringList{"y"});
    QCOMPARE(rows[0].attributes, QString("epsilon 1e-05, mode same, strides [2, 1]"));
    QCOMPARE(rows[1].parts.at(0).name, QString("then_branch"));
    QCOMPARE(rows[1].parts[0].parts.at(0).kind, QString("Relu"));
    QCOMPARE(rows[2].name, QString("twice"));
  }

  void modulesInTheirOrder() {
    const json linear{{"type", "Linear"}, {"attributes", {{"in_features", 3}}}};
    const json net{{"type", "Net"},
                   {"order", {"second", "first"}},
                   {"children", {{"first", linear}, {"second", linear}}}};
    const std::vector<StructureRow> rows = structureRows(net);
    QCOMPARE(rows.size(), std::size_t{1});
    QCOMPARE(rows[0].kind, QString("Net"));
    QCOMPARE(rows[0].parts.at(0).name, QString("second"));
    QCOMPARE(rows[0].parts.at(1).attributes, QString("in_features 3"));
  }

  void anythingElseIsNone() {
    for (const json& none :
         {json(), json::object(), json(3), json{{"layers", 3}}, json{{"nodes", 3}}}) {
      QVERIFY(structureRows(none).empty());
    }
    json deep{{"type", "Net"}};
    for (int i = 0; i < 5000; ++i) {
      deep = json{{"type", "Net"}, {"order", {"a"}}, {"children", {{"a", std::move(deep)}}}};
    }
    QCOMPARE(structureRows(deep).size(), std::size_t{1});
  }
};

QTEST_APPLESS_MAIN(StructureRowsTest)
#include "structure_rows_test.moc"
