// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/structure_model.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace lineament::views;

namespace {

StructureRow row(const char* kind, std::vector<StructureRow> parts = {}) {
  return {"", kind, {"x", "w"}, {"y"}, "group 1", std::move(parts)};
}

}  // namespace

class StructureModelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void keepsTheRules() {
    StructureModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.show({row("Conv"), row("If", {row("graph", {row("Relu"), row("Add")})}), row("Gemm")});
    model.show({});
    QCOMPARE(model.rowCount(), 0);
  }

  void rowsLieWithinOthers() {
    StructureModel model;
    model.show({row("Conv"), row("If", {row("graph", {row("Relu"), row("Add")})}), row("Gemm")});
    QCOMPARE(model.count(), std::size_t(6));
    QCOMPARE(model.rowCount(), 3);
    const QModelIndex add = model.indexOf(4);
    QCOMPARE(add.data().toString(), QString("Add"));
    QCOMPARE(add.row(), 1);
    QCOMPARE(add.parent().data().toString(), QString("graph"));
    QCOMPARE(add.parent().parent(), model.index(1, 0));
    QVERIFY(!add.parent().parent().parent().isValid());
    const QModelIndex reads = add.siblingAtColumn(StructureModel::reads);
    QCOMPARE(reads.data().toString(), QString("x, w"));
    QCOMPARE(reads.data(Qt::ToolTipRole).toString(), QString("x, w"));
  }
};

QTEST_APPLESS_MAIN(StructureModelTest)
#include "structure_model_test.moc"
