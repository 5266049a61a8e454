// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/elementwise.h"

#include "core/autodiff/view.h"
#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

using Unary = Value<double> (*)(Value<double>);
using Binary = Value<double> (*)(Value<double>, Value<double>);

struct UnaryCase {
  const char* name;
  Unary operation;
  double at_0_7;  // value at 0.7, computed elsewhere
  Range range;
};

// Values by scipy.special in double precision.
const UnaryCase kUnary[] = {
    {"exp", exp<double>, 2.0137527074704766, {}},
    {"log", log<double>, -0.35667494393873245, {0.3, 2}},
    {"sqrt", sqrt<double>, 0.8366600265340756, {0.3, 2}},
    {"square", square<double>, 0.49, {}},
    {"tanh", tanh<double>, 0.6043677771171636, {}},
    {"sigmoid", sigmoid<double>, 0.6681877721681662, {}},
    {"relu", relu<double>, 0.7, {}},
    {"gelu", gelu<double>, 0.5306254434438489, {}},
    {"silu", silu<double>, 0.4677314405177163, {}},
    {"softplus", softplus<double>, 1.103186048885458, {}},
};

struct BinaryCase {
  const char* name;
  Binary operation;
  double (*reference)(double, double);
};

const BinaryCase kBinary[] = {
    {"add", operator+<double>, [](double a, double b) { return a + b; }},
    {"subtract", operator-<double>, [](double a, double b) { return a - b; }},
    {"multiply", operator*<double>, [](double a, double b) { return a * b; }},
    {"divide", operator/<double>, [](double a, double b) { return a / b; }},
};

}  // namespace

class ElementwiseTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void unaryValuesAndGradients() {
    for (const UnaryCase& c : kUnary) {
      const auto build = [&](auto&, const auto& x) { return c.operation(x[0]); };
      QVERIFY2(close(valuesOf({{{1}, {0.7}}}, build), {c.at_0_7}, 1e-14), c.name);
      for (const Shape& shape : {Shape{}, Shape{1}, Shape{7}, Shape{3, 5}, Shape{2, 1, 3}}) {
        QVERIFY2(gradientsAgree({shape}, build, c.range), c.name);
      }
      // Through a transposed and a repeated view.
      QVERIFY2(gradientsAgree(
                   {{3, 5}}, [&](auto&, const auto& x) { return c.operation(transpose(x[0])); },
                   c.range),
               c.name);
      QVERIFY2(gradientsAgree(
                   {{3, 1}},
                   [&](auto&, const auto& x) {
                     return c.operation(broadcastTo(x[0], {2, 3, 4}));
                   },
                   c.range),
               c.name);
    }
  }

  void binaryValuesBroadcastAsPlainLoops() {
    Random random(4);
    const std::vector<double> a = randomNumbers(6, random), b = randomNumbers(3, random, {0.5, 2});
    for (const BinaryCase& c : kBinary) {
      std::vector<double> expected;
      for (int i = 0; i < 2; ++i) {
        for (int k = 0; k < 4; ++k) {
          for (int j = 0; j < 3; ++j) {
            expected.push_back(c.reference(a[std::size_t(i * 3 + j)], b[std::size_t(j)]) + 0.0 * k);
          }
        }
      }
      const auto found = valuesOf({{{2, 1, 3}, a}, {{3}, b}}, [&](auto&, const auto& x) {
        return broadcastTo(c.operation(x[0], x[1]), {2, 4, 3});
      });
      QVERIFY2(close(found, expected, 0), c.name);
    }
  }

  void binaryGradients() {
    const std::vector<std::pair<Shape, Shape>> shapes = {
        {{}, {}},         {{1}, {1}},       {{5}, {5}},          {{3, 5}, {5}},
        {{3, 5}, {3, 1}}, {{1, 5}, {3, 1}}, {{2, 1, 3}, {4, 1}}, {{}, {2, 3}}};
    for (const BinaryCase& c : kBinary) {
      for (const auto& [a, b] : shapes) {
        QVERIFY2(
            gradientsAgree({a, b}, [&](auto&, const auto& x) { return c.operation(x[0], x[1]); },
                           {0.5, 2}),
            c.name);
      }
      // One tensor as both operands.
      QVERIFY2(
          gradientsAgree({{3, 3}},
                         [&](auto&, const auto& x) { return c.operation(x[0], transpose(x[0])); },
                         {0.5, 2}),
          c.name);
    }
  }

  void scaleAndCopy() {
    QVERIFY(
        close(valuesOf({{{2}, {1, -2}}}, [](auto&, const auto& x) { return scale(x[0], 3, 0.5); }),
              {3.5, -5.5}));
    QVERIFY(gradientsAgree({{3, 2}}, [](auto&, const auto& x) { return scale(x[0], -0.3, 2); }));
    QVERIFY(
        gradientsAgree({{3, 2}}, [](auto&, const auto& x) { return contiguous(transpose(x[0])); }));
  }

  void extremesStayFinite() {
    const auto plus =
        valuesOf({{{3}, {-800, 0, 800}}}, [](auto&, const auto& x) { return softplus(x[0]); });
    QVERIFY(close(plus, {0, std::log(2.0), 800}));
    const auto s =
        valuesOf({{{2}, {-800, 800}}}, [](auto&, const auto& x) { return sigmoid(x[0]); });
    QVERIFY(close(s, {0, 1}));
    const auto r =
        valuesOf({{{1}, {std::nan("")}}}, [](auto&, const auto& x) { return relu(x[0]); });
    QVERIFY(std::isnan(r[0]));
  }

  void shapesThatDoNotMeet() {
    Tape<double> tape;
    const auto a = tape.input({2, 3}), b = tape.input({4, 3});
    try {
      a + b;
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("autodiff.shapes"));
      const std::string line = error.what();
      QVERIFY(line.find("'add'") != line.npos);
      QVERIFY(line.find("[2, 3] and [4, 3]") != line.npos);
    }
  }
};

QTEST_APPLESS_MAIN(ElementwiseTest)
#include "elementwise_test.moc"
