// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/onnx.h"

#include <QtTest>

#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

// Fields of Protocol Buffers' binary form.
QByteArray varint(std::uint64_t value) {
  QByteArray bytes;
  for (; value >= 0x80; value >>= 7) bytes.append(static_cast<char>(value | 0x80));
  return bytes.append(static_cast<char>(value));
}
QByteArray number(std::uint32_t field, std::uint64_t value) {
  return varint(field << 3) + varint(value);
}
QByteArray bytes(std::uint32_t field, const QByteArray& content) {
  return varint(field << 3 | 2) + varint(static_cast<std::uint64_t>(content.size())) + content;
}
template <class T>
QByteArray raw(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(std::data(values)),
          static_cast<qsizetype>(values.size() * sizeof(T))};
}

QByteArray tensor(const char* name, std::uint64_t type, const QByteArray& values,
                  std::initializer_list<std::uint64_t> shape = {2}) {
  QByteArray message;
  for (const std::uint64_t size : shape) message += number(1, size);
  return message + number(2, type) + bytes(8, name) + values;
}
QByteArray rawTensor(const char* name) {
  return tensor(name, 1, bytes(9, raw<float>({1, -2})));
}
QByteArray model(const QByteArray& graph) {
  return bytes(7, graph);
}
QByteArray initialiser(const QByteArray& tensor) {
  return bytes(5, tensor);
}
// Nodes and attributes of a graph.
QByteArray attribute(const char* name, const QByteArray& value) {
  return bytes(5, bytes(1, name) + value);
}
QByteArray node(const char* type, const char* name, const char* output,
                const QByteArray& attributes) {
  return bytes(1, attributes + bytes(2, output) + bytes(3, name) + bytes(4, type));
}

QByteArray smallFile() {
  return QByteArray::fromHex("3a132a1108021001420161") +
         QByteArray::fromHex("4a080000803f000000c0");
}

QByteArray externalTensor(const QByteArray& location, const char* offset, const char* length) {
  const auto entry = [](const char* key, const QByteArray& value) {
    return bytes(13, bytes(1, key) + bytes(2, value));
  };
  return tensor("a", 1,
                entry("location", location) + entry("offset", offset) + entry("length", length) +
                    number(14, 1));
}

}  // namespace

class OnnxTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Data readBytes(const QByteArray& file, const QString& name = "a.onnx") {
    return readFile(scratch_.write(name, file));
  }
  Checkpoint checkpoint(const QByteArray& graph) {
    return readBytes(model(graph)).require<Checkpoint>();
  }
  QString keyOf(const QByteArray& file) {
    return errorKey([&] { useAll(readBytes(file)); });
  }

 private Q_SLOTS:
  void readsTheSmallFile() {
    QCOMPARE(smallFile().size(), 21);
    QCOMPARE(smallFile(), model(initialiser(rawTensor("a"))));
    for (const char* name : {"a.onnx", "without an ending"}) {
      const Data data = readBytes(smallFile(), name);
      QCOMPARE(data.require<Checkpoint>().tensor("a").numbers(), (std::vector<double>{1, -2}));
    }
  }

  // Letters that are tags of a model's fields, before others that are lengths.
  void textsAreNotModels() {
    for (const char first : {':', '*', '"', '2', 'B', 'r', '('}) {
      const QByteArray start(1, first);
      const QList<QByteArray> texts{
          start + " a line, and another\nthat is longer than a few letters, as texts are\n",
          start + "\n:\n" + QByteArray("1,2\n").repeated(400),
          start + "\t*\t" + QByteArray("a b c d e f\n").repeated(8000)};
      for (const QByteArray& text : texts) {
        for (const char* name : {"a.csv", "a.txt", "a.md", "a.log"}) {
          const std::string_view reader = readerFor(scratch_.write(name, text)).id();
          QVERIFY2(reader != "onnx", (text.left(20) + " as " + name).constData());
        }
      }
    }
    // What is not UTF-8 is no model either.
    const auto latin = scratch_.write("a.bin", ": gr\xFC\xDF dich, und noch viele Worte mehr\n");
    QVERIFY(readerFor(latin).id() != "onnx");
  }

  void modelsAreKnownWithoutAnEnding() {
    const QByteArray graph = bytes(2, "net") + initialiser(rawTensor("a"));
    const QByteArray many = graph.repeated(5000);  // longer than what is looked at
    for (const QByteArray& file :
         {number(1, 8) + bytes(2, "tests") + model(graph), model(graph) + number(1, 8),
          number(1, 8) + model(many), model(many)}) {
      QCOMPARE(readerFor(scratch_.write("model.bin", file)).id(), std::string_view("onnx"));
    }
  }

  void readsEveryKindOfValues_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<QString>("dtype");
    QTest::addColumn<QByteArray>("values");
    const auto row = [](const char* name, int type, const char* dtype, const QByteArray& values) {
      QTest::newRow(name) << type << dtype << values;
    };
    const std::uint64_t minus = static_cast<std::uint64_t>(-2);
    row("float_data", 1, "float32", bytes(4, raw<float>({1, -2})));
    row("float_data in two parts", 1, "float32",
        bytes(4, raw<float>({1})) + varint(4 << 3 | 5) + raw<float>({-2}));
    row("double_data", 11, "float64", bytes(10, raw<double>({1, -2})));
    row("int32_data", 6, "int32", bytes(5, varint(1) + varint(minus)));
    row("int32_data, unpacked", 6, "int32", number(5, 1) + number(5, minus));
    row("int32_data of int8", 3, "int8", bytes(5, varint(1) + varint(minus)));
    row("int32_data of int16", 5, "int16", bytes(5, varint(1) + varint(minus)));
    row("int32_data of float16", 10, "float16", bytes(5, varint(0x3C00) + varint(0xC000)));
    row("int32_data of bfloat16", 16, "bfloat16", bytes(5, varint(0x3F80) + varint(0xC000)));
    row("int32_data of float8", 17, "float8_e4m3fn", bytes(5, varint(0x38) + varint(0xC0)));
    row("int64_data", 7, "int64", bytes(7, varint(1) + varint(minus)));
    row("raw float16", 10, "float16", bytes(9, QByteArray::fromHex("003c00c0")));
    row("raw bfloat16", 16, "bfloat16", bytes(9, QByteArray::fromHex("803f00c0")));
    row("raw float8", 19, "float8_e5m2", bytes(9, QByteArray::fromHex("3cc0")));
    row("raw int64", 7, "int64", bytes(9, raw<std::int64_t>({1, -2})));
  }
  void readsEveryKindOfValues() {
    QFETCH(const int, type);
    QFETCH(const QString, dtype);
    QFETCH(const QByteArray, values);
    const Checkpoint file =
        checkpoint(initialiser(tensor("a", static_cast<std::uint64_t>(type), values)));
    QCOMPARE(QString::fromStdString(std::string(name(file.entries()[0].dtype))), dtype);
    QCOMPARE(file.tensor("a").numbers(), (std::vector<double>{1, -2}));
  }

  void readsUnsignedNumbers() {
    const Checkpoint file =
        checkpoint(initialiser(tensor("a", 12, bytes(11, varint(7) + varint(0xFFFFFFFF)))) +
                   initialiser(tensor("b", 9, bytes(5, varint(1) + varint(0)))));
    QCOMPARE(file.tensor("a").numbers(), (std::vector<double>{7, 4294967295.0}));
    QCOMPARE(file.tensor("b").numbers(), (std::vector<double>{1, 0}));
  }

  void listsWhatItDoesNotRead() {
    const Checkpoint file = checkpoint(initialiser(tensor("a", 8, bytes(6, "x") + bytes(6, "y"))));
    QCOMPARE(file.entries()[0].note, std::string("STRING: its values are not read"));
    QCOMPARE(errorKey([&] { file.tensor("a"); }), QString("onnx.unread"));
  }

  void findsNestedTensors() {
    const QByteArray constant =
        node("Constant", "", "c", attribute("value", bytes(5, rawTensor("unused"))));
    const QByteArray branch = initialiser(rawTensor("w")) + constant;
    const Checkpoint file = checkpoint(
        initialiser(rawTensor("w")) + constant +
        node("If", "choice", "out",
             attribute("then_branch", bytes(6, branch)) +
                 attribute("else_branch",
                           bytes(6, branch + node("Loop", "", "o",
                                                  attribute("body", bytes(6, branch)))))));
    std::vector<std::string> names;
    for (const auto& entry : file.entries()) names.push_back(entry.name);
    const std::vector<std::string> expected{"w",
                                            "c",
                                            "choice.then_branch.w",
                                            "choice.then_branch.c",
                                            "choice.else_branch.w",
                                            "choice.else_branch.c",
                                            "choice.else_branch.Loop_1.body.w",
                                            "choice.else_branch.Loop_1.body.c"};
    QCOMPARE(names, expected);
    for (std::size_t i = 0; i < names.size(); ++i) QCOMPARE(file.tensor(i).number(1), -2.0);
    QCOMPARE(file.metadata().at("operators"),
             (nlohmann::json{{"Constant", 4}, {"If", 1}, {"Loop", 1}}));
  }

  void tellsTheGraph() {
    const auto shape = [](const QByteArray& dimensions) { return bytes(2, dimensions); };
    const QByteArray type =
        bytes(2, bytes(1, number(1, 1) + shape(bytes(1, number(1, 3)) + bytes(1, bytes(2, "n")))));
    const QByteArray graph = bytes(2, "net") + bytes(11, bytes(1, "x") + type) +
                             bytes(11, bytes(1, "w")) + bytes(12, bytes(1, "y")) +
                             initialiser(rawTensor("w")) +
                             node("Conv", "first", "y",
                                  attribute("strides", bytes(8, varint(1) + varint(2))) +
                                      attribute("alpha", varint(2 << 3 | 5) + raw<float>({0.5F})));
    const QByteArray file =
        number(1, 8) + bytes(2, "tests") + model(graph) + bytes(8, bytes(1, "") + number(2, 13));
    const Data data = readBytes(file);
    const auto& checkpoint = data.require<Checkpoint>();
    const nlohmann::json& metadata = checkpoint.metadata();
    QCOMPARE(metadata.at("ir_version"), 8);
    QCOMPARE(metadata.at("producer"), "tests");
    QCOMPARE(metadata.at("opsets"), (nlohmann::json{{"ai.onnx", 13}}));
    QCOMPARE(metadata.at("inputs"), nlohmann::json::array({"x: float32 [3, n]"}));
    QCOMPARE(metadata.at("outputs"), nlohmann::json::array({"y"}));
    const nlohmann::json& structure = checkpoint.structure();
    QCOMPARE(structure.at("format"), "onnx");
    QCOMPARE(structure.at("nodes").size(), std::size_t(1));
    QCOMPARE(structure.at("nodes")[0],
             (nlohmann::json{{"operator", "Conv"},
                             {"name", "first"},
                             {"inputs", nlohmann::json::array()},
                             {"outputs", {"y"}},
                             {"attributes", {{"strides", {1, 2}}, {"alpha", 0.5}}}}));
  }

  void readsValuesBesideTheModel() {
    scratch_.write("a.data", raw<float>({9, 1, -2}));
    const auto read = [&](const QByteArray& tensor) { return checkpoint(initialiser(tensor)); };
    const Checkpoint file = read(externalTensor("a.data", "4", "8"));
    QCOMPARE(file.tensor("a").numbers(), (std::vector<double>{1, -2}));
    const Checkpoint missing = read(externalTensor("b.data", "0", "8"));
    QVERIFY(missing.entries()[0].note.find("b.data, which is missing") != std::string::npos);
    QCOMPARE(errorKey([&] { missing.tensor("a"); }), QString("onnx.external"));
    for (const char* offset : {"8", "9223372036854775808", "18446744073709551615"}) {
      const Checkpoint beyond = read(externalTensor("a.data", offset, "8"));
      QCOMPARE(errorKey([&] { beyond.tensor("a"); }), QString("onnx.external"));
    }
    const auto key = [&](const QByteArray& tensor) { return keyOf(model(initialiser(tensor))); };
    QCOMPARE(key(externalTensor("a.data", "0", "4")), QString("onnx.tensor"));
    QCOMPARE(key(externalTensor("a.data", "-1", "8")), QString("onnx.tensor"));
    QCOMPARE(key(externalTensor("", "0", "8")), QString("onnx.tensor"));
    std::filesystem::create_symlink("/etc/passwd", scratch_.path("link"));
    for (const char* outside : {"../a.data", "/etc/passwd", "x/../../a.data", "link"}) {
      QCOMPARE(key(externalTensor(outside, "0", "8")), QString("onnx.external_path"));
    }
  }

  void refusesAttacks() {
    const auto key = [&](const QByteArray& tensor) { return keyOf(model(initialiser(tensor))); };
    const QByteArray two = bytes(9, raw<float>({1, -2}));
    const std::uint64_t huge = std::uint64_t{1} << 63;
    QCOMPARE(key(tensor("a", 1, two, {huge})), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 1, two, {~std::uint64_t{0}})), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 1, two, {huge - 1, 4})), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 1, two, {3})), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 1, {}, {3})), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 1, two + bytes(4, raw<float>({1, 2})))), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 1, bytes(4, raw<float>({1})))), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 1, bytes(4, raw<float>({1, 2, 3})))), QString("onnx.tensor"));
    QCOMPARE(key(tensor("a", 7, bytes(7, varint(1)))), QString("onnx.tensor"));
    QCOMPARE(keyOf(number(1, 8)), QString("onnx.model"));
    QCOMPARE(keyOf(QByteArray("\x10\0\0\0ORTM\0\0\0\0", 12)), QString("onnx.ort"));
    QByteArray deep = initialiser(rawTensor("w"));
    for (int i = 0; i < 40; ++i) deep = node("If", "", "o", attribute("g", bytes(6, deep)));
    QCOMPARE(keyOf(model(deep)), QString("onnx.model"));
    QCOMPARE(keyOf(varint(7 << 3 | 2) + varint(huge) + "x"), QString("file.cut_short"));
    QCOMPARE(keyOf(varint(7 << 3 | 3)), QString("protobuf.field"));
  }

  void survivesCutsAndFlips() {
    QCOMPARE(readablePrefixes(smallFile(), "a.onnx"), 0);
    readableFlips(smallFile(), "a.onnx");
    const QByteArray file =
        number(1, 8) +
        model(node("If", "i", "o", attribute("g", bytes(6, initialiser(rawTensor("w"))))) +
              initialiser(tensor("b", 7, bytes(7, varint(1) + varint(300)))));
    readablePrefixes(file, "a.onnx");
    readableFlips(file, "a.onnx");
  }
};

QTEST_APPLESS_MAIN(OnnxTest)
#include "onnx_test.moc"
