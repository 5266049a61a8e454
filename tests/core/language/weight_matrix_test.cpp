// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/weight_matrix.h"

#include <QTest>
#include <cmath>
#include <cstring>

#include "core/base/parallel.h"
#include "core/base/random.h"

namespace lineament::language {

namespace {

std::vector<float> drawn(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal()));
  return values;
}

// The numbers in that storage, and as they can be read from it again.
Tensor stored(std::vector<float>& numbers, std::vector<std::uint64_t> shape, DType dtype) {
  if (dtype == DType::f32) return Tensor::of(std::move(shape), numbers);
  std::vector<std::byte> bytes(2 * numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::uint16_t bits =
        dtype == DType::f16 ? floatToHalf(numbers[i]) : floatToBfloat16(numbers[i]);
    numbers[i] = dtype == DType::f16 ? halfToFloat(bits) : bfloat16ToFloat(bits);
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  return Tensor(dtype, std::move(shape), std::move(bytes));
}

class WeightMatrixTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void agreesWithTheDefinition_data() {
    QTest::addColumn<int>("dtype");
    QTest::addColumn<bool>("outputs_first");
    QTest::addColumn<bool>("biased");
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
      for (const bool outputs_first : {true, false}) {
        QTest::addRow("%s, %s", name(dtype).data(),
                      outputs_first ? "outputs first" : "inputs first")
            << static_cast<int>(dtype) << outputs_first << (dtype != DType::f16);
      }
    }
  }
  void agreesWithTheDefinition() {
    QFETCH(const int, dtype);
    QFETCH(const bool, outputs_first);
    QFETCH(const bool, biased);
    for (const auto& [outputs, inputs] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {3, 5}, {70, 33}, {300, 129}, {513, 16}}) {
      auto numbers = drawn(outputs * inputs, outputs);
      const auto shape = outputs_first ? std::vector<std::uint64_t>{outputs, inputs}
                                       : std::vector<std::uint64_t>{inputs, outputs};
      const Tensor tensor = stored(numbers, shape, static_cast<DType>(dtype));
      const auto bias = biased ? drawn(outputs, 2) : std::vector<float>{};
      const WeightMatrix matrix(
          tensor, bias,
          outputs_first ? WeightMatrix::Layout::outputs_first : WeightMatrix::Layout::inputs_first);
      QCOMPARE(matrix.outputs(), outputs);
      QCOMPARE(matrix.inputs(), inputs);
      for (const std::size_t tokens :
           {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{5}, std::size_t{600}}) {
        const auto x = drawn(tokens * inputs, 3);
        std::vector<float> y(tokens * outputs, 9);
        matrix.apply(x.data(), tokens, y.data(), {});
        for (std::size_t t = 0; t < tokens; t += std::max<std::size_t>(tokens / 5, 1)) {
          for (std::size_t o = 0; o < outputs; ++o) {
            double want = bias.empty() ? 0 : double(bias[o]);
            for (std::size_t i = 0; i < inputs; ++i) {
              const std::size_t at = outputs_first ? o * inputs + i : i * outputs + o;
              want += double(numbers[at]) * double(x[t * inputs + i]);
            }
            QVERIFY(std::abs(double(y[t * outputs + o]) - want) < 1e-4);
          }
        }
      }
    }
  }

  void theSameBytesAtAnyThreadCount() {
    const WeightMatrix matrix(Tensor::of({1000, 300}, drawn(300'000, 1)));
    const auto x = drawn(700 * 300, 2);
    std::vector<float> one(700 * 1000), two(one.size());
    {
      const ThreadLimit limit(1);
      matrix.apply(x.data(), 700, one.data(), {});
    }
    matrix.apply(x.data(), 700, two.data(), {});
    QCOMPARE(one, two);
  }

  void readsUnalignedWeights() {
    const auto numbers = drawn(12, 1);
    std::vector<std::byte> bytes(12 * sizeof(float) + 1);
    std::memcpy(bytes.data() + 1, numbers.data(), 12 * sizeof(float));
    const SharedArray<std::byte> all(std::move(bytes));
    const WeightMatrix matrix(Tensor(DType::f32, {3, 4}, all.slice(1, 12 * sizeof(float))));
    std::vector<float> row(4);
    matrix.row(2, row.data());
    for (std::size_t i = 0; i < 4; ++i) QCOMPARE(row[i], numbers[8 + i]);
  }

  void partsAreOutputsOfTheWhole_data() { agreesWithTheDefinition_data(); }
  void partsAreOutputsOfTheWhole() {
    QFETCH(const int, dtype);
    QFETCH(const bool, outputs_first);
    auto numbers = drawn(5 * 4, 1);
    const auto shape =
        outputs_first ? std::vector<std::uint64_t>{5, 4} : std::vector<std::uint64_t>{4, 5};
    const WeightMatrix whole(
        stored(numbers, shape, static_cast<DType>(dtype)), {1, 2, 3, 4, 5},
        outputs_first ? WeightMatrix::Layout::outputs_first : WeightMatrix::Layout::inputs_first);
    const WeightMatrix part = whole.part(1, 3).part(1, 2);
    QCOMPARE(part.parameters(), std::uint64_t{2 * 4 + 2});
    for (const std::size_t tokens : {std::size_t{1}, std::size_t{7}}) {
      const auto x = drawn(tokens * 4, 2);
      std::vector<float> all(tokens * 5), some(tokens * 2);
      whole.apply(x.data(), tokens, all.data(), {});
      part.apply(x.data(), tokens, some.data(), {});
      for (std::size_t t = 0; t < tokens; ++t) {
        for (std::size_t o = 0; o < 2; ++o) {
          QVERIFY(std::abs(some[t * 2 + o] - all[t * 5 + 2 + o]) < 1e-5F);
        }
      }
    }
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::WeightMatrixTest)
#include "weight_matrix_test.moc"
