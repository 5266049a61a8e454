// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/loss.h"

#include "core/autodiff/view.h"
#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

Build crossEntropyWith(std::vector<std::int32_t> targets) {
  return [targets](Tape<double>& tape, const std::vector<Value<double>>& x) {
    const Indices indices = tape.indices(targets.size());
    tape.bind(indices, targets);
    return crossEntropy(x[0], indices);
  };
}

}  // namespace

class LossTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void meanSquaredErrorByHand() {
    const auto build = [](auto&, const auto& x) { return meanSquaredError(x[0], x[1]); };
    QVERIFY(close(valuesOf({{{2, 1}, {1, 2}}, {{2, 1}, {3, 5}}}, build), {6.5}));
    QVERIFY(gradientsAgree({{3, 2}, {3, 2}}, build));
    QVERIFY(gradientsAgree({{1}, {1}}, build));
  }

  void crossEntropyByHand() {
    // Rows: ln(1 + e + e^2) - 2 and ln 3.
    const double first = std::log(1 + std::exp(1.0) + std::exp(2.0)) - 2;
    const std::vector<double> logits = {0, 1, 2, 5, 5, 5};
    QVERIFY(close(valuesOf({{{2, 3}, logits}}, crossEntropyWith({2, 0})),
                  {(first + std::log(3.0)) / 2}));
    QVERIFY(close(valuesOf({{{2, 3}, logits}}, crossEntropyWith({2, -1})), {first}));
    QVERIFY(close(valuesOf({{{2, 3}, logits}}, crossEntropyWith({-1, -1})), {0}));
    // Large logits do not overflow.
    QVERIFY(close(valuesOf({{{1, 2}, {1000, 1001}}}, crossEntropyWith({0})),
                  {1 + std::log1p(std::exp(-1.0))}));
  }

  void crossEntropyGradients() {
    QVERIFY(gradientsAgree({{3, 5}}, crossEntropyWith({4, 0, 2})));
    QVERIFY(gradientsAgree({{1, 1}}, crossEntropyWith({0})));
    QVERIFY(gradientsAgree({{2, 2, 3}}, crossEntropyWith({1, -1, 0, 2})));
    QVERIFY(gradientsAgree({{3, 2}}, [](Tape<double>& tape, const auto& x) {
      return crossEntropyWith({0, 2})(tape, {transpose(x[0])});
    }));
  }

  void errors() {
    Tape<double> tape;
    const auto a = tape.input({2, 3}), b = tape.input({3, 2});
    QCOMPARE(errorKey([&] { meanSquaredError(a, b); }), std::string("autodiff.shapes"));
    QCOMPARE(errorKey([&] { crossEntropy(a, tape.indices(3)); }), std::string("autodiff.shapes"));
    const Indices targets = tape.indices(2);
    crossEntropy(a, targets);
    tape.bind(targets, std::vector<std::int32_t>{0, 3});
    QCOMPARE(errorKey([&] { tape.forward(); }), std::string("autodiff.index"));
  }
};

QTEST_APPLESS_MAIN(LossTest)
#include "loss_test.moc"
