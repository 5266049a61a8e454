// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/onnx.h"

#include <sys/resource.h>

#include <QElapsedTimer>
#include <QtTest>
#include <algorithm>
#include <stop_token>

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

QByteArray nodeReading(std::initializer_list<const char*> inputs, const char* type,
                       const char* name, const char* output, const QByteArray& attributes = {}) {
  QByteArray fields;
  for (const char* input : inputs) fields += bytes(1, input);
  return bytes(1, fields + attributes + bytes(2, output) + bytes(3, name) + bytes(4, type));
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

  void numbersTensorsOfOneName() {
    const Checkpoint few = checkpoint(initialiser(rawTensor("w#2")) + initialiser(rawTensor("w")) +
                                      initialiser(rawTensor("w")) + initialiser(rawTensor("w")));
    std::vector<std::string> names;
    for (const auto& entry : few.entries()) names.push_back(entry.name);
    QCOMPARE(names, (std::vector<std::string>{"w#2", "w", "w#3", "w#4"}));
    QElapsedTimer timer;
    timer.start();
    const qsizetype count = 100'000;
    const Checkpoint many = checkpoint(initialiser(rawTensor("w")).repeated(count));
    QCOMPARE(many.entries().back().name, "w#" + std::to_string(count));
    QVERIFY2(timer.elapsed() < 20'000, "not in proportion to the number of tensors");
  }

  void tellsHowFarItIsAndStops() {
    const QByteArray relu = nodeReading({"x"}, "Relu", "", "y");
    const auto path =
        scratch_.write("many.onnx", model(relu.repeated(20'000) + initialiser(rawTensor("w"))));
    std::vector<double> fractions;
    std::stop_source source;
    Context context;
    context.stop = source.get_token();
    context.progress = [&](double fraction, std::string_view) { fractions.push_back(fraction); };
    readFile(path, context);
    QVERIFY(fractions.size() > 10);
    QVERIFY(std::ranges::is_sorted(fractions));
    const auto within = [](double fraction) { return fraction > 0.3 && fraction < 0.6; };
    QVERIFY(std::ranges::any_of(fractions, within));
    context.progress = [&](double fraction, std::string_view) {
      if (fraction > 0.3) source.request_stop();
    };
    QVERIFY_THROWS_EXCEPTION(Cancelled, readFile(path, context));
  }

  void longListsAreCountedNotKept() {
    const qsizetype count = 20'000'000;
    const auto read = [&](int field, const QByteArray& list) {
      const Checkpoint file =
          checkpoint(node("Pad", "", "y", attribute("pads", bytes(field, list))));
      return file.structure().at("nodes")[0].at("attributes").at("pads").get<std::string>();
    };
    const auto peak = [] {  // bytes of memory
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      return static_cast<qint64>(usage.ru_maxrss) * 1024;
    };
    const QByteArray ones(count, '\1');
    read(8, QByteArray(17, '\1'));
    const qint64 before = peak();
    QCOMPARE(read(8, ones), std::string("20,000,000 values"));
    QCOMPARE(read(7, ones), std::string("5,000,000 values"));
    // Each of four copies of the list on its way into the file and out of it.
    QVERIFY2(peak() - before < 8 * count, "the numbers were kept");
    const Checkpoint few =
        checkpoint(node("Pad", "", "y", attribute("pads", bytes(8, QByteArray(16, '\1')))));
    QCOMPARE(few.structure().at("nodes")[0].at("attributes").at("pads").size(), std::size_t(16));
  }

  void refusesNamesThatGrow() {
    const auto nested = [](qsizetype letters, const QByteArray& inner) {
      const QByteArray name(letters, 'n');
      return model(node("If", name.constData(), "y", attribute("g", bytes(6, inner))));
    };
    const QByteArray one = initialiser(rawTensor("w"));
    QCOMPARE(keyOf(nested(4000, one)), QString());
    QCOMPARE(keyOf(nested(1 << 20, one.repeated(3))), QString("onnx.names"));
    QCOMPARE(keyOf(nested(4000, one.repeated(20'000))), QString("onnx.names"));
    const QByteArray reading = nodeReading({"w"}, "Relu", "", "y");
    QCOMPARE(keyOf(nested(4000, one + reading.repeated(20'000))), QString("onnx.names"));
    QCOMPARE(keyOf(model(initialiser(rawTensor(QByteArray(5000, 'w').constData())))),
             QString("onnx.names"));
    const QByteArray sizes = bytes(1, {}).repeated(4'000'000);
    QCOMPARE(keyOf(model(bytes(11, bytes(2, bytes(1, bytes(2, sizes)))))), QString("onnx.model"));
  }

  // Nodes within graphs read tensors of their own graph and of those around it; values of the same
  // name hide them. The outer tensors come after the node, as files have them.
  void nestedNodesReadTheirTensors() {
    const QByteArray body = bytes(11, bytes(1, "v")) + initialiser(rawTensor("w")) +
                            nodeReading({"w", "v", "u", "c", "x", ""}, "Sum", "", "s");
    const QByteArray constant =
        node("Constant", "", "c", attribute("value", bytes(5, rawTensor("unused"))));
    const QByteArray branch =
        constant + nodeReading({"c", "v", "w"}, "Sum", "", "w") +
        nodeReading({"x"}, "Loop", "loop", "o", attribute("body", bytes(6, body)));
    const QByteArray function =
        bytes(25, bytes(1, "f") + bytes(4, "w") +
                      bytes(7, bytes(1, "w") + bytes(2, "t") + bytes(4, "Relu")));
    const QByteArray graph =
        nodeReading({"x"}, "If", "if", "y", attribute("then", bytes(6, branch))) +
        nodeReading({"u", "y"}, "Sum", "", "z") + initialiser(rawTensor("u")) +
        initialiser(rawTensor("v")) + initialiser(rawTensor("w"));
    const Data data = readBytes(model(graph) + function);
    const auto& file = data.require<Checkpoint>();
    const nlohmann::json& structure = file.structure();
    const auto list = [](std::vector<std::string> names) { return nlohmann::json(names); };
    const nlohmann::json& then = structure.at("nodes")[0].at("graphs").at("then").at("nodes");
    const nlohmann::json& loop = then[2].at("graphs").at("body").at("nodes");
    QCOMPARE(structure.at("nodes")[1].at("inputs"), list({"u", "y"}));
    QCOMPARE(then[0].at("outputs"), list({"if.then.c"}));
    QCOMPARE(then[0].at("attributes").at("value").at("tensor"), "if.then.c");
    QCOMPARE(then[1].at("inputs"), list({"if.then.c", "v", "w"}));
    QCOMPARE(then[1].at("outputs"), list({"if.then.w"}));  // not the tensor w
    QCOMPARE(loop[0].at("inputs"),
             list({"if.then.loop.body.w", "if.then.loop.body.v", "u", "if.then.c", "x", ""}));
    QVERIFY(file.find("if.then.loop.body.w") && !file.find("if.then.loop.body.v"));
    QCOMPARE(structure.at("functions")[0].at("nodes")[0].at("inputs"), list({"f.w"}));
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
