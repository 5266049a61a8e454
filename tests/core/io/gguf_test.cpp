// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gguf.h"

#include <QtTest>

#include "core/io/gguf_blocks.h"
#include "tests/core/io/attacks.h"
#include "tests/core/io/gguf_bytes.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

QByteArray floats(const std::vector<float>& values) {
  QByteArray bytes;
  for (const float value : values) bytes += GgufBytes::raw(value);
  return bytes;
}

GgufBytes small() {
  GgufBytes file;
  file.key("general.architecture", "t5").tensor("w", {2, 3}, 0, floats({1, 2, 3, 4, 5, 6}));
  return file;
}
// The file ends with its last tensor; the padding behind it is the builder's.
QByteArray smallFile() {
  return small().bytes().left(152);
}

// A block whose byte i is i^2 + 37 i + 11, with 0.5 and 0.25 for its float16 scales.
struct Frozen {
  const char* name;
  std::uint32_t type;
  std::vector<std::size_t> halves;  // where the scales are
  std::vector<std::size_t> at;
  std::vector<float> values;
  double sum;  // of element i times i + 1
};

// Computed by the Python package gguf 0.19 (gguf.quants.dequantize).
const std::vector<Frozen>& frozen() {
  static const std::vector<std::size_t> few{0, 1, 15, 16, 17, 31},
      many{0, 1, 16, 33, 77, 130, 200, 255};
  static const std::vector<Frozen> list{
      {"Q4_0", 2, {0}, few, {0.5, -2.5, -3.5, -1.5, 0.0, 1.0}, -236.5},
      {"Q4_1", 3, {0, 2}, few, {7.75, 6.75, 1.75, 5.25, 6.75, 1.75}, 2025.0},
      {"Q5_0", 6, {0}, few, {6.5, -0.5, 6.5, 0.0, 1.5, 6.0}, 520.5},
      {"Q5_1", 7, {0, 2}, few, {9.75, 12.75, 15.75, 11.75, 5.25, 3.25}, 4762.0},
      {"Q8_0", 8, {0}, few, {44.5, -62.5, -47.5, -11.5, 25.5, 8.5}, 880.0},
      {"Q2_K", 10, {80, 82}, many, {16.5, 5.5, 0.75, -1.25, -2.5, -0.25, 5.75, 10.25}, 137205.0},
      {"Q3_K", 11, {108}, many, {40.5, 13.5, -22.5, 14.0, -25.5, -1.0, -12.0, 54.0}, 91802.5},
      {"Q4_K",
       12,
       {0, 2},
       many,
       {245.75, 10.75, 245.75, 134.75, 24.25, 170.25, -7.75, 31.25},
       3019040.0},
      {"Q5_K",
       13,
       {0, 2},
       many,
       {621.75, 386.75, 621.75, 105.75, 128.25, 170.25, 32.25, 52.25},
       6805888.0},
      {"Q6_K",
       14,
       {208},
       many,
       {-715.5, 397.5, 1525.5, -387.5, -388.5, -178.5, -57.5, -1131.0},
       -5960.0}};
  return list;
}

QByteArray blockOf(const Frozen& frozen) {
  QByteArray block;
  const auto bytes = static_cast<int>(findGgufType(frozen.type)->bytes);
  for (int i = 0; i < bytes; ++i) block.append(static_cast<char>(i * i + 37 * i + 11));
  for (std::size_t i = 0; i < frozen.halves.size(); ++i) {
    const QByteArray scale = GgufBytes::raw(floatToHalf(i == 0 ? 0.5F : 0.25F));
    block.replace(static_cast<qsizetype>(frozen.halves[i]), 2, scale);
  }
  return block;
}

}  // namespace

class GgufTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Data readBytes(const QByteArray& bytes, const QString& name = "a.gguf") {
    return readFile(scratch_.write(name, bytes));
  }
  Checkpoint checkpoint(const GgufBytes& file) {
    return readBytes(file.bytes()).require<Checkpoint>();
  }
  QString keyOf(const QByteArray& bytes) {
    return errorKey([&] { useAll(readBytes(bytes)); });
  }

 private Q_SLOTS:
  void readsTheSmallFile() {
    QCOMPARE(smallFile().size(), 152);
    const Data data = readBytes(smallFile(), "no ending");
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(1));
    QCOMPARE(checkpoint.entries()[0].shape, (std::vector<std::uint64_t>{2, 3}));
    QCOMPARE(checkpoint.tensor("w").numbers(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
    QCOMPARE(checkpoint.metadata().at("general.architecture"), "t5");
    QCOMPARE(checkpoint.configuration().at("model_type"), "t5");
    QVERIFY(checkpoint.tokenizer().empty());
  }

  void dequantises_data() {
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < frozen().size(); ++i) QTest::newRow(frozen()[i].name) << int(i);
  }
  void dequantises() {
    QFETCH(const int, row);
    const Frozen& expected = frozen()[static_cast<std::size_t>(row)];
    const QByteArray block = blockOf(expected);
    const std::uint64_t elements = findGgufType(expected.type)->elements;
    const Checkpoint file =
        checkpoint(GgufBytes().tensor("w", {2, elements}, expected.type, block + block));
    QCOMPARE(file.entries()[0].note, std::string("stored as ") + expected.name);
    QVERIFY(file.entries()[0].dtype == DType::f32);
    QCOMPARE(file.entries()[0].bytes, std::uint64_t(2 * block.size()));
    const std::vector<double> values = file.tensor("w").numbers();
    QCOMPARE(values.size(), std::size_t(2 * elements));
    for (std::size_t i = 0; i < expected.at.size(); ++i) {
      QCOMPARE(values[expected.at[i]], double(expected.values[i]));
      QCOMPARE(values[elements + expected.at[i]], double(expected.values[i]));
    }
    double sum = 0;
    for (std::size_t i = 0; i < elements; ++i) sum += values[i] * static_cast<double>(i + 1);
    QCOMPARE(sum, expected.sum);
  }

  void dequantisesQ8K() {
    QByteArray block = GgufBytes::raw(0.5F);
    for (int i = 0; i < 256; ++i) block.append(static_cast<char>(i - 128));
    block.append(32, '\7');
    const std::vector<double> values =
        checkpoint(GgufBytes().tensor("w", {256}, 15, block)).tensor("w").numbers();
    for (int i = 0; i < 256; ++i) QCOMPARE(values[std::size_t(i)], 0.5 * (i - 128));
  }

  void keepsPlainNumbers_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("dtype");
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, int type, DType dtype, const QByteArray& bytes) {
      QTest::newRow(name) << type << int(dtype) << bytes;
    };
    row("F16", 1, DType::f16, QByteArray::fromHex("003c00c0"));
    row("BF16", 30, DType::bf16, QByteArray::fromHex("803f00c0"));
    row("F64", 28, DType::f64, GgufBytes::raw(1.0) + GgufBytes::raw(-2.0));
    row("I8", 24, DType::i8, QByteArray::fromHex("01fe"));
    row("I16", 25, DType::i16, QByteArray::fromHex("0100feff"));
    row("I32", 26, DType::i32, QByteArray::fromHex("01000000feffffff"));
    row("I64", 27, DType::i64, QByteArray::fromHex("0100000000000000feffffffffffffff"));
  }
  void keepsPlainNumbers() {
    QFETCH(const int, type);
    QFETCH(const int, dtype);
    QFETCH(const QByteArray, bytes);
    const Checkpoint file =
        checkpoint(GgufBytes().tensor("w", {2}, static_cast<std::uint32_t>(type), bytes));
    QCOMPARE(int(file.entries()[0].dtype), dtype);
    QVERIFY(file.entries()[0].note.empty());
    QCOMPARE(file.tensor("w").numbers(), (std::vector<double>{1, -2}));
  }

  void saysWhatItDoesNotDequantise() {
    const Checkpoint file = checkpoint(GgufBytes().tensor("w", {1, 256}, 16, QByteArray(66, 'x')));
    QCOMPARE(file.entries()[0].note, std::string("quantised (IQ2_XXS): its values are not read"));
    QCOMPARE(errorKey([&] { file.tensor("w"); }), QString("gguf.quantised"));
  }

  void sumsUpKeysAndTypes() {
    const Checkpoint file =
        checkpoint(GgufBytes()
                       .key("general.architecture", "bloom")
                       .key("short", std::vector<std::string>(64, "a"))
                       .key("tokenizer.ggml.tokens", std::vector<std::string>(32000, "b"))
                       .key("yes", true)
                       .tensor("a", {32}, 8, QByteArray(34, '\1'))
                       .tensor("b", {32}, 0, QByteArray(128, '\0')));
    const nlohmann::json& keys = file.metadata();
    QCOMPARE(keys.at("short").size(), std::size_t(64));
    QCOMPARE(keys.at("tokenizer.ggml.tokens"), "32,000 strings");
    QCOMPARE(keys.at("yes"), true);
    QCOMPARE(keys.at("types"), (nlohmann::json{{"F32", 1}, {"Q8_0", 1}}));
    QCOMPARE(keys.at("bits_per_weight").get<double>(), (34 + 128) * 8 / 64.0);
    QCOMPARE(file.configuration(), (nlohmann::json{{"model_type", "bloom"}}));
  }

  void givesTheTokenizerWhole() {
    const Checkpoint file =
        checkpoint(GgufBytes()
                       .key("tokenizer.ggml.model", "gpt2")
                       .key("tokenizer.ggml.tokens", std::vector<std::string>(100, "b")));
    const nlohmann::json keys = nlohmann::json::parse(file.tokenizer().files.at("gguf"));
    QCOMPARE(keys.at("tokenizer.ggml.model"), "gpt2");
    QCOMPARE(keys.at("tokenizer.ggml.tokens").size(), std::size_t(100));
  }

  void refusesAttacks() {
    const QByteArray good = smallFile();
    const auto with = [&](int at, const QByteArray& bytes) {
      return QByteArray(good).replace(at, bytes.size(), bytes);
    };
    const QByteArray huge = GgufBytes::raw(std::uint64_t{1} << 63), most(8, '\xff');
    QCOMPARE(keyOf(with(0, "GGUX")), QString("gguf.header"));
    QCOMPARE(keyOf(with(4, QByteArray::fromHex("01000000"))), QString("gguf.version"));
    QCOMPARE(keyOf(with(4, QByteArray::fromHex("00000003"))), QString("gguf.version"));
    for (const QByteArray& count : {huge, most}) {
      QCOMPARE(keyOf(with(8, count)), QString("gguf.header"));   // tensors
      QCOMPARE(keyOf(with(16, count)), QString("gguf.header"));  // keys
      QCOMPARE(keyOf(with(24, count)), QString("gguf.value"));   // a key's length
      QCOMPARE(keyOf(with(79, count)), QString("gguf.tensor"));  // a size
      QCOMPARE(keyOf(with(87, count)), QString("gguf.tensor"));  // another
      QCOMPARE(keyOf(with(99, count)), QString("gguf.tensor"));  // an offset
    }
    const auto file = [] { return GgufBytes(); };
    const QByteArray four(4, 'x');
    QCOMPARE(keyOf(small().key("general.architecture", "t5").bytes()), QString("gguf.header"));
    QCOMPARE(keyOf(small().tensor("w", {1}, 0, four).bytes()), QString("gguf.header"));
    QCOMPARE(keyOf(small().key("general.alignment", std::uint32_t{24}).bytes()),
             QString("gguf.header"));
    QCOMPARE(keyOf(small().key("general.alignment", "x").bytes()), QString("gguf.header"));
    QCOMPARE(keyOf(small().add("k", 13, {}).bytes()), QString("gguf.value"));
    QCOMPARE(keyOf(file().tensor("w", {1, 1, 1, 1, 1}, 0, four).bytes()), QString("gguf.tensor"));
    QCOMPARE(keyOf(file().tensor("w", {1}, 4, four).bytes()), QString("gguf.tensor"));
    QCOMPARE(keyOf(file().tensor("w", {33}, 8, QByteArray(68, 'x')).bytes()),
             QString("gguf.tensor"));
    QCOMPARE(keyOf(file().tensor("w", {1}, 0, four, 32).bytes()), QString("gguf.tensor"));
    QCOMPARE(keyOf(file().tensor("w", {99}, 0, four).bytes()), QString("gguf.incomplete"));
  }

  void refusesEndlessLists() {
    using Bytes = GgufBytes;
    QByteArray nested;
    for (int i = 0; i < 20; ++i) nested += Bytes::raw(9U) + Bytes::raw(std::uint64_t{1});
    QCOMPARE(keyOf(small().add("k", 9, nested).bytes()), QString("gguf.value"));
    for (const std::uint32_t type : {0U, 4U, 12U, 8U, 9U}) {
      for (const std::uint64_t count : {std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        const QString key =
            keyOf(small().add("k", 9, Bytes::raw(type) + Bytes::raw(count)).bytes());
        QVERIFY2(key == "gguf.value" || key == "file.cut_short", qPrintable(key));
      }
    }
  }

  void survivesCutsAndFlips() {
    QCOMPARE(readablePrefixes(smallFile(), "a.gguf"), 0);
    readableFlips(smallFile(), "a.gguf");
    const QByteArray keys = GgufBytes()
                                .key("general.architecture", "llama")
                                .key("llama.rope.freq_base", 1.0F)
                                .key("t", std::vector<std::string>{"a", "b"})
                                .tensor("w", {1, 32}, 8, QByteArray(34, '\1'))
                                .bytes();
    readablePrefixes(keys, "a.gguf");
    readableFlips(keys, "a.gguf");
  }

  void readsAModelInParts() {
    const auto part = [](std::uint16_t number, const char* tensor, float value) {
      GgufBytes file;
      if (number == 0) file.key("general.architecture", "llama");
      file.key("split.no", number).key("split.count", std::uint16_t{2});
      return file.tensor(tensor, {1}, 0, floats({value})).bytes();
    };
    const Scratch folder;
    const auto first = folder.write("m-00001-of-00002.gguf", part(0, "a", 1));
    const auto second = folder.path("m-00002-of-00002.gguf");
    QCOMPARE(errorKey([&] { readFile(first); }), QString("gguf.parts"));
    folder.write("m-00002-of-00002.gguf", part(1, "b", 2));
    for (const auto& path : {first, second}) {
      const Data data = readFile(path);
      const auto& checkpoint = data.require<Checkpoint>();
      QCOMPARE(checkpoint.entries().size(), std::size_t(2));
      QCOMPARE(checkpoint.tensor("a").number(0), 1.0);
      QCOMPARE(checkpoint.tensor("b").number(0), 2.0);
      QCOMPARE(checkpoint.configuration().at("model_type"), "llama");
    }
    // The folder they lie in is one model.
    QCOMPARE(readFile(first.parent_path()).require<Checkpoint>().entries().size(), std::size_t(2));
    const auto renamed = folder.write("m.gguf", part(0, "a", 1));
    QCOMPARE(errorKey([&] { readFile(renamed); }), QString("gguf.parts"));
  }
};

QTEST_APPLESS_MAIN(GgufTest)
#include "gguf_test.moc"
