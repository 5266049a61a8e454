// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/reduction.h"

#include "core/autodiff/view.h"
#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

const std::vector<double> kSix = {1, 5, 3, 4, 2, 6};  // 2 x 3

}  // namespace

class ReductionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void valuesByHand() {
    const auto of = [](const Build& build) { return valuesOf({{{2, 3}, kSix}}, build); };
    QVERIFY(close(of([](auto&, const auto& x) { return sum(x[0]); }), {21}));
    QVERIFY(close(of([](auto&, const auto& x) { return sum(x[0], {0}); }), {5, 7, 9}));
    QVERIFY(close(of([](auto&, const auto& x) { return sum(x[0], {-1}); }), {9, 12}));
    QVERIFY(close(of([](auto&, const auto& x) { return mean(x[0], {1}); }), {3, 4}));
    QVERIFY(close(of([](auto&, const auto& x) { return mean(x[0]); }), {3.5}));
    QVERIFY(close(of([](auto&, const auto& x) { return max(x[0], 0); }), {4, 5, 6}));
    QVERIFY(close(of([](auto&, const auto& x) { return max(x[0], 1); }), {5, 6}));
  }

  void keptDimensionsHaveSizeOne() {
    Tape<double> tape;
    const auto x = tape.input({2, 3, 4});
    QVERIFY(sum(x, {1}, Keep::yes).shape() == (Shape{2, 1, 4}));
    QVERIFY(sum(x, {0, 2}).shape() == Shape{3});
    QVERIFY(max(x, -1, Keep::yes).shape() == (Shape{2, 3, 1}));
    QVERIFY(sum(x).shape() == Shape{});
  }

  void gradients() {
    for (const Shape& shape : {Shape{1}, Shape{7}, Shape{3, 5}, Shape{2, 1, 3}}) {
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return sum(x[0], {0}); }));
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return mean(x[0], {-1}); }));
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return square(sum(x[0])); }));
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return max(x[0], 0); }));
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return max(x[0], -1); }));
    }
    QVERIFY(gradientsAgree({{2, 3, 4, 3}}, [](auto&, const auto& x) { return sum(x[0], {1, 3}); }));
    QVERIFY(gradientsAgree({{2, 3, 4}}, [](auto&, const auto& x) {
      return mean(permute(x[0], {2, 0, 1}), {0, 2});
    }));
    QVERIFY(gradientsAgree({{3, 1}}, [](auto&, const auto& x) {
      return sum(broadcastTo(x[0], {3, 4}), {1});
    }));
  }

  void aLongSumInSinglePrecisionKeepsItsDigits() {
    Tape<float> tape;
    constexpr std::size_t kCount = 1000003;
    const auto x = tape.input({kCount});
    std::fill_n(tape.storage(x).data(), kCount, 0.1f);
    const auto total = sum(x);
    tape.forward();
    QVERIFY(std::abs(double(tape.scalar(total)) - kCount * double(0.1f)) < 0.01);
  }

  void anAxisThatIsNotThere() {
    Tape<double> tape;
    const auto x = tape.input({2, 3}), empty = tape.input({0});
    QCOMPARE(errorKey([&] { sum(x, {2}); }), std::string("autodiff.axis"));
    QCOMPARE(errorKey([&] { max(x, -3); }), std::string("autodiff.axis"));
    QCOMPARE(errorKey([&] { max(empty, 0); }), std::string("autodiff.shapes"));
  }
};

QTEST_APPLESS_MAIN(ReductionTest)
#include "reduction_test.moc"
