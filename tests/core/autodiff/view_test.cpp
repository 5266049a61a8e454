// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/view.h"

#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

std::vector<double> counting(std::size_t count) {
  std::vector<double> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = double(i);
  return numbers;
}

}  // namespace

class ViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void valuesByHand() {
    const auto of = [](const Build& build) { return valuesOf({{{2, 3}, counting(6)}}, build); };
    QVERIFY(close(of([](auto&, const auto& x) { return transpose(x[0]); }), {0, 3, 1, 4, 2, 5}));
    QVERIFY(close(of([](auto&, const auto& x) { return slice(x[0], 1, 1, 3); }), {1, 2, 4, 5}));
    QVERIFY(close(of([](auto&, const auto& x) { return slice(x[0], -1, 0, 3, 2); }), {0, 2, 3, 5}));
    QVERIFY(close(of([](auto&, const auto& x) {
                    return reshape(transpose(x[0]), {2, 3});
                  }),
                  {0, 3, 1, 4, 2, 5}));
    QVERIFY(close(of([](auto&, const auto& x) {
                    return concatenate<double>(std::array{x[0], slice(x[0], 1, 0, 1)}, 1);
                  }),
                  {0, 1, 2, 0, 3, 4, 5, 3}));
    QVERIFY(close(of([](auto&, const auto& x) {
                    return concatenate<double>(std::array{slice(x[0], 0, 1, 2), x[0]}, 0);
                  }),
                  {3, 4, 5, 0, 1, 2, 3, 4, 5}));
  }

  void viewsCopyNothing() {
    Tape<double> tape;
    const auto x = tape.input({4, 3, 2});
    const std::size_t before = tape.bytes();
    const auto y = slice(transpose(reshape(x, {3, 4, 2}), 0, 1), 0, 1, 3);
    broadcastTo(reshape(x, {1, 24}), {100000, 24});
    QCOMPARE(tape.operationCount(), std::size_t(0));
    QCOMPARE(tape.bytes(), before);
    QVERIFY(y.shape() == (Shape{2, 3, 2}));
  }

  void gradients() {
    QVERIFY(gradientsAgree(
        {{3, 5}}, [](auto&, const auto& x) { return exp(reshape(transpose(x[0]), {15})); }));
    QVERIFY(gradientsAgree({{2, 3, 4}}, [](auto&, const auto& x) {
      return exp(permute(x[0], {2, 0, 1}));
    }));
    QVERIFY(gradientsAgree({{5, 3}}, [](auto&, const auto& x) {
      return exp(slice(slice(x[0], 0, 1, 5, 2), -1, 1, 2));
    }));
    // Overlapping parts of one storage.
    QVERIFY(gradientsAgree(
        {{5}}, [](auto&, const auto& x) { return slice(x[0], 0, 0, 4) * slice(x[0], 0, 1, 5); }));
    QVERIFY(gradientsAgree({{3, 1}, {3, 4}, {1, 3}}, [](auto&, const auto& x) {
      return exp(concatenate<double>(std::array{x[0], x[1], transpose(x[2]), x[0]}, 1));
    }));
    QVERIFY(gradientsAgree({{1, 2}}, [](auto&, const auto& x) {
      return exp(concatenate<double>(std::array{broadcastTo(x[0], {3, 2}), x[0]}, 0));
    }));
  }

  void errors() {
    Tape<double> tape;
    const auto x = tape.input({2, 3}), y = tape.input({3, 2});
    const std::function<void()> wrong[] = {
        [&] { reshape(x, {4}); },
        [&] {
          permute(x, {0, 0});
        },
        [&] { permute(x, {0}); },
        [&] { slice(x, 0, 1, 3); },
        [&] { slice(x, 0, 2, 1); },
        [&] { slice(x, 0, 0, 1, 0); },
        [&] {
          broadcastTo(x, {4, 3});
        },
        [&] { broadcastTo(x, {3}); },
        [&] {
          concatenate<double>(std::array{x, y}, 0);
        },
        [&] { concatenate<double>({}, 0); },
    };
    for (const auto& work : wrong) QCOMPARE(errorKey(work), std::string("autodiff.shapes"));
    QCOMPARE(errorKey([&] { transpose(x, 0, 2); }), std::string("autodiff.axis"));
    QCOMPARE(errorKey([&] {
               tape.input({1, 1, 1, 1, 1, 1, 1, 1, 1});
             }),
             std::string("autodiff.rank"));
  }
};

QTEST_APPLESS_MAIN(ViewTest)
#include "view_test.moc"
