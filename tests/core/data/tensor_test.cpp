// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tensor.h"

#include <QtTest>
#include <bit>
#include <cmath>
#include <limits>

#include "tests/core/base/caught.h"

using namespace lineament;
using test::keyOf;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

SharedArray<std::byte> raw(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// A binary16 value by its definition, in double precision.
double halfByDefinition(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31) return mantissa ? std::nan("") : sign * kInfinity;
  if (exponent == 0) return sign * mantissa * 0x1p-24;
  return sign * (1 + mantissa / 1024.0) * std::exp2(exponent - 15);
}

}  // namespace

class TensorTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void halvesOfAllBitPatterns() {
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
      const auto half = static_cast<std::uint16_t>(bits);
      const double expected = halfByDefinition(half);
      const float found = halfToFloat(half);
      if (std::isnan(expected)) {
        QVERIFY(std::isnan(found) && std::isnan(halfToFloat(floatToHalf(found))));
      } else {
        QCOMPARE(double(found), expected);
        QCOMPARE(floatToHalf(found), half);  // and the sign of zero
      }
    }
    QCOMPARE(halfToFloat(0x3c00), 1.0f);
    QCOMPARE(halfToFloat(0x7bff), 65504.0f);
    QCOMPARE(halfToFloat(0x0001), 5.960464477539063e-8f);
  }

  // Halfway between two neighbours the even one is taken, beyond it the nearer one.
  void halvesRoundToNearestEven() {
    for (unsigned bits = 0; bits + 1 < 0x7c00; ++bits) {
      const double low = halfByDefinition(static_cast<std::uint16_t>(bits));
      const double high = halfByDefinition(static_cast<std::uint16_t>(bits + 1));
      const auto middle = static_cast<float>((low + high) / 2);
      QCOMPARE(unsigned(floatToHalf(middle)), bits % 2 == 0 ? bits : bits + 1);
      QCOMPARE(unsigned(floatToHalf(std::nextafter(middle, 1e9f))), bits + 1);
      QCOMPARE(unsigned(floatToHalf(std::nextafter(middle, -1e9f))), bits);
    }
    QCOMPARE(floatToHalf(65519.99f), std::uint16_t(0x7bff));
    QCOMPARE(floatToHalf(65520.0f), std::uint16_t(0x7c00));
    QCOMPARE(floatToHalf(-1e30f), std::uint16_t(0xfc00));
  }

  void bfloat16IsTheUpperHalf() {
    QCOMPARE(bfloat16ToFloat(0x3f80), 1.0f);
    QCOMPARE(bfloat16ToFloat(0x4049), 3.140625f);
    QCOMPARE(floatToBfloat16(3.14159265f), std::uint16_t(0x4049));
    QCOMPARE(floatToBfloat16(std::bit_cast<float>(0x3f808000u)), std::uint16_t(0x3f80));
    QCOMPARE(floatToBfloat16(std::bit_cast<float>(0x3f818000u)), std::uint16_t(0x3f82));
    QCOMPARE(floatToBfloat16(std::bit_cast<float>(0x3f808001u)), std::uint16_t(0x3f81));
    QCOMPARE(floatToBfloat16(std::numeric_limits<float>::max()), std::uint16_t(0x7f80));
    QVERIFY(std::isnan(bfloat16ToFloat(floatToBfloat16(std::bit_cast<float>(0x7f800001u)))));
  }

  void eightBitFormats_data() {
    QTest::addColumn<int>("dtype");
    QTest::addColumn<int>("bits");
    QTest::addColumn<double>("value");
    const auto row = [](DType dtype, int bits, double value) {
      QTest::addRow("%s %02x", name(dtype).data(), bits) << int(dtype) << bits << value;
    };
    const double nan = std::nan("");
    row(DType::f8_e4m3, 0x38, 1);
    row(DType::f8_e4m3, 0x7e, 448);
    row(DType::f8_e4m3, 0x01, 0x1p-9);
    row(DType::f8_e4m3, 0xb8, -1);
    row(DType::f8_e4m3, 0x7f, nan);
    row(DType::f8_e4m3, 0xff, nan);
    row(DType::f8_e5m2, 0x3c, 1);
    row(DType::f8_e5m2, 0x7b, 57344);
    row(DType::f8_e5m2, 0x01, 0x1p-16);
    row(DType::f8_e5m2, 0x7c, kInfinity);
    row(DType::f8_e5m2, 0xfc, -kInfinity);
    row(DType::f8_e5m2, 0x7d, nan);
    row(DType::f8_e4m3fnuz, 0x40, 1);
    row(DType::f8_e4m3fnuz, 0x7f, 240);
    row(DType::f8_e4m3fnuz, 0x80, nan);
    row(DType::f8_e5m2fnuz, 0x40, 1);
    row(DType::f8_e5m2fnuz, 0x7f, 57344);
    row(DType::f8_e5m2fnuz, 0x80, nan);
    row(DType::f8_e8m0, 0x7f, 1);
    row(DType::f8_e8m0, 0x00, 0x1p-127);
    row(DType::f8_e8m0, 0xfe, 0x1p127);
    row(DType::f8_e8m0, 0xff, nan);
  }
  void eightBitFormats() {
    QFETCH(const int, dtype);
    QFETCH(const int, bits);
    QFETCH(const double, value);
    const Tensor tensor(static_cast<DType>(dtype), {1}, raw({bits}));
    const double found = tensor.number(0);
    QVERIFY(std::isnan(value) ? std::isnan(found) : found == value);
  }

  void numbersOfEveryWidth() {
    QCOMPARE(Tensor(DType::i8, {2}, raw({0xff, 0x7f})).numbers(), (std::vector<double>{-1, 127}));
    QCOMPARE(Tensor(DType::u8, {1}, raw({0xff})).number(0), 255.0);
    QCOMPARE(Tensor(DType::i16, {1}, raw({0x00, 0x80})).number(0), -32768.0);
    QCOMPARE(Tensor(DType::u16, {1}, raw({0x00, 0x80})).number(0), 32768.0);
    QCOMPARE(Tensor(DType::i32, {1}, raw({0xfe, 0xff, 0xff, 0xff})).number(0), -2.0);
    QCOMPARE(Tensor(DType::u32, {1}, raw({0xfe, 0xff, 0xff, 0xff})).number(0), 4294967294.0);
    QCOMPARE(Tensor(DType::i64, {}, raw({0, 0, 0, 0, 0, 0, 0, 0x80})).number(0), -0x1p63);
    QCOMPARE(Tensor(DType::u64, {}, raw({0, 0, 0, 0, 0, 0, 0, 0x80})).number(0), 0x1p63);
    QCOMPARE(Tensor(DType::boolean, {1}, raw({7})).number(0), 1.0);
    // The real part of 1 + 2i.
    QCOMPARE(Tensor(DType::c64, {1}, raw({0, 0, 0x80, 0x3f, 0, 0, 0, 0x40})).number(0), 1.0);
  }

  void shapesAndBytesMustAgree() {
    const std::string key = "tensor.size";
    QCOMPARE(keyOf([] { Tensor(DType::f32, {2}, raw({0, 0, 0, 0})); }), key);
    QCOMPARE(keyOf([] { Tensor(DType::f32, {}, {}); }), key);
    QCOMPARE(keyOf([] { Tensor(DType::u8, {std::uint64_t{1} << 62, 8}, {}); }), key);
    QCOMPARE(keyOf([] { Tensor(DType::f4, {3}, raw({0})); }), key);
    QCOMPARE(Tensor(DType::f4, {4}, raw({0, 0})).elements(), std::size_t(4));
    QCOMPARE(Tensor(DType::f6_e2m3, {4}, raw({0, 0, 0})).elements(), std::size_t(4));
    QCOMPARE(Tensor(DType::f32, {3, 0, 2}, {}).elements(), std::size_t(0));
    QCOMPARE(Tensor().elements(), std::size_t(0));
    QCOMPARE(shapeText({2, 3}), std::string("2 x 3"));
    QCOMPARE(shapeText({}), std::string("scalar"));
  }

  void slicesShareTheStorage() {
    const Tensor tensor = Tensor::of({3, 2}, std::vector<float>{0, 1, 2, 3, 4, 5}, {"row", "x"});
    const Tensor part = tensor.slice(1, 2);
    QCOMPARE(part.numbers(), (std::vector<double>{2, 3, 4, 5}));
    QCOMPARE(part.bytes().data(), tensor.bytes().data() + 8);
    QCOMPARE(part.dimensionNames(), tensor.dimensionNames());
    QCOMPARE(part.floats(), (std::vector<float>{2, 3, 4, 5}));
    QCOMPARE(tensor.numbers(2, 3), (std::vector<double>{2, 3, 4}));
    QCOMPARE(tensor.slice(3, 0).elements(), std::size_t(0));
    QCOMPARE(Tensor::of({1}, std::vector<double>{0.1}).floats().at(0), 0.1f);
  }
};

QTEST_APPLESS_MAIN(TensorTest)
#include "tensor_test.moc"
