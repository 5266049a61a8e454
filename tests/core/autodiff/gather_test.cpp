// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/gather.h"

#include "core/autodiff/view.h"
#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

Build gathering(std::vector<std::int32_t> rows) {
  return [rows](Tape<double>& tape, const std::vector<Value<double>>& x) {
    const Indices indices = tape.indices(rows.size());
    tape.bind(indices, rows);
    return gatherRows(x[0], indices);
  };
}

}  // namespace

class GatherTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rowsByHand() {
    const std::vector<double> table = {1, 2, 3, 4, 5, 6};
    QVERIFY(close(valuesOf({{{3, 2}, table}}, gathering({2, 0, 2})), {5, 6, 1, 2, 5, 6}));
    QVERIFY(close(valuesOf({{{6}, table}}, gathering({5, 0})), {6, 1}));
    QVERIFY(close(valuesOf({{{3, 2}, table}}, gathering({})), {}));
  }

  void gradients() {
    QVERIFY(gradientsAgree({{3, 5}}, gathering({2, 0, 2, 2})));
    QVERIFY(gradientsAgree({{1, 1}}, gathering({0})));
    QVERIFY(gradientsAgree({{4}}, gathering({3, 1})));
    QVERIFY(gradientsAgree({{2, 3, 70}}, gathering({1, 1, 0})));
    QVERIFY(gradientsAgree({{3, 2}}, [](Tape<double>& tape, const auto& x) {
      return gathering({1, 0, 1})(tape, {transpose(x[0])});
    }));
  }

  void rowsOutsideTheTable() {
    for (const std::int32_t row : {-1, 3}) {
      Tape<double> tape;
      const auto table = tape.input({3, 2});
      const Indices indices = tape.indices(2);
      gatherRows(table, indices);
      tape.bind(indices, std::vector<std::int32_t>{0, row});
      try {
        tape.forward();
        QFAIL("no error");
      } catch (const Error& error) {
        QCOMPARE(error.key(), std::string("autodiff.index"));
        QCOMPARE(error.where(), std::string("position 1"));
      }
    }
    Tape<double> tape;
    QCOMPARE(errorKey([&] { gatherRows(tape.input({}), tape.indices(1)); }),
             std::string("autodiff.shapes"));
  }
};

QTEST_APPLESS_MAIN(GatherTest)
#include "gather_test.moc"
