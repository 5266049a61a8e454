// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/product.h"

#include "core/autodiff/view.h"
#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

class ProductTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void valuesAsPlainLoops() {
    Random random(2);
    for (const auto& [m, k, n] :
         {std::tuple{1u, 1u, 1u}, {3u, 5u, 2u}, {7u, 1u, 4u}, {1u, 6u, 1u}}) {
      const auto a = randomNumbers(m * k, random), b = randomNumbers(k * n, random);
      std::vector<double> expected(m * n);
      for (unsigned i = 0; i < m; ++i) {
        for (unsigned j = 0; j < n; ++j) {
          for (unsigned p = 0; p < k; ++p) expected[i * n + j] += a[i * k + p] * b[p * n + j];
        }
      }
      const auto found = valuesOf({{{m, k}, a}, {{k, n}, b}},
                                  [](auto&, const auto& x) { return matmul(x[0], x[1]); });
      QVERIFY(close(found, expected));
    }
  }

  void gradientsOfAllShapes() {
    const std::vector<std::pair<Shape, Shape>> shapes = {
        {{3, 5}, {5, 2}},    {{1, 1}, {1, 1}},       {{2, 3, 5}, {2, 5, 4}},
        {{2, 3, 5}, {5, 4}}, {{3, 5}, {2, 5, 4}},    {{2, 1, 3, 5}, {4, 5, 2}},
        {{3, 1}, {1, 4}},    {{2, 1, 5}, {2, 5, 1}}, {{2, 3, 1, 2}, {1, 1, 2, 3}}};
    for (const auto& [a, b] : shapes) {
      QVERIFY2(gradientsAgree({a, b}, [](auto&, const auto& x) { return matmul(x[0], x[1]); }),
               (text(a) + text(b)).c_str());
    }
  }

  void gradientsThroughTransposedViews() {
    const auto both = [](auto&, const auto& x) { return matmul(transpose(x[0]), transpose(x[1])); };
    QVERIFY(gradientsAgree({{5, 3}, {2, 5}}, both));
    QVERIFY(gradientsAgree({{4, 5, 3}, {4, 2, 5}}, both));
    QVERIFY(gradientsAgree({{3, 4}},
                           [](auto&, const auto& x) { return matmul(x[0], transpose(x[0])); }));
    // Heads of attention: [batch, length, head, size] seen as [batch, head, length, size].
    QVERIFY(gradientsAgree({{2, 3, 2, 4}, {2, 5, 2, 4}}, [](auto&, const auto& x) {
      return matmul(permute(x[0], {0, 2, 1, 3}), permute(x[1], {0, 2, 3, 1}));
    }));
    // Neither stride is 1: copied first.
    QVERIFY(gradientsAgree({{4, 6}, {3, 2}}, [](auto&, const auto& x) {
      return matmul(slice(x[0], 1, 0, 6, 2), x[1]);
    }));
    QVERIFY(gradientsAgree({{1, 3}, {3, 2}}, [](auto&, const auto& x) {
      return matmul(broadcastTo(x[0], {4, 3}), x[1]);
    }));
  }

  void linearLayer() {
    QVERIFY(gradientsAgree({{3, 5}, {2, 5}, {2}},
                           [](auto&, const auto& x) { return linear(x[0], x[1], x[2]); }));
    QVERIFY(gradientsAgree({{2, 3, 5}, {4, 5}, {4}},
                           [](auto&, const auto& x) { return linear(x[0], x[1], x[2]); }));
    const auto y = valuesOf({{{1, 2}, {1, 2}}, {{1, 2}, {3, 4}}, {{1}, {0.5}}},
                            [](auto&, const auto& x) { return linear(x[0], x[1], x[2]); });
    QVERIFY(close(y, {11.5}));
  }

  void errorsNameBothShapes() {
    Tape<double> tape;
    const auto a = tape.input({2, 3}), b = tape.input({4, 3}), v = tape.input({3});
    const auto c = tape.input({2, 3, 4}), d = tape.input({5, 4, 3});
    for (const auto& work : {std::function<void()>([&] { matmul(a, b); }),
                             std::function<void()>([&] { matmul(a, v); }),
                             std::function<void()>([&] { matmul(c, d); }),
                             std::function<void()>([&] { linear(a, b, a); })}) {
      QCOMPARE(errorKey(work), std::string("autodiff.shapes"));
    }
    try {
      matmul(a, b);
    } catch (const Error& error) {
      QVERIFY(std::string(error.what()).find("[2, 3] and [4, 3]") != std::string::npos);
    }
  }
};

QTEST_APPLESS_MAIN(ProductTest)
#include "product_test.moc"
