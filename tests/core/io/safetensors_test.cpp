// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safetensors.h"

#include <QtTest>

#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

QByteArray safetensors(const QByteArray& header, const QByteArray& data) {
  QByteArray file;
  const quint64 length = static_cast<quint64>(header.size());
  file.append(reinterpret_cast<const char*>(&length), 8);
  return file + header + data;
}

// The format's own example: a = [1, -2].
QByteArray smallFile() {
  return safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  )",
                     QByteArray::fromHex("0000803f000000c0"));
}

}  // namespace

class SafetensorsTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Data readBytes(const QByteArray& bytes) {
    return readFile(scratch_.write("a.safetensors", bytes));
  }
  QString keyOf(QByteArray header, const QByteArray& data = {}) {
    header.replace('\'', '"');
    return errorKey([&] { readBytes(safetensors(header, data)); });
  }

 private Q_SLOTS:
  void readsTheSmallFile() {
    QCOMPARE(smallFile().size(), 72);
    const Data data = readBytes(smallFile());
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(1));
    QCOMPARE(checkpoint.tensor("a").numbers(), (std::vector<double>{1, -2}));
    QCOMPARE(checkpoint.parameterCount(), std::uint64_t(2));
  }

  void readsAnEmptyFileWithSpace() {
    const Data data = readBytes(QByteArray::fromHex("0600000000000000") + "{}\r \t\n");
    QVERIFY(data.require<Checkpoint>().entries().empty());
  }

  void keepsMetadata() {
    const Data data = readBytes(safetensors(R"( {"__metadata__":{"k":"v"}})", {}));
    QCOMPARE(data.require<Checkpoint>().metadata().at("k"), "v");
  }

  void refusesAttacks() {
    const auto entry = [](const QByteArray& name, const QByteArray& dtype, const QByteArray& shape,
                          const QByteArray& offsets) {
      return "'" + name + "':{'dtype':'" + dtype + "','shape':[" + shape + "],'data_offsets':[" +
             offsets + "]}";
    };
    const QByteArray sixteen(16, '\0');
    QCOMPARE(keyOf("\xff"), QString("safetensors.header"));
    QCOMPARE(keyOf("[]"), QString("safetensors.header"));
    QCOMPARE(keyOf("{} {}"), QString("safetensors.header"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "2", "0,8") + "," + entry("b", "I32", "2", "0,8") + "}",
                   sixteen),
             QString("safetensors.offsets"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "2", "4,12") + "}", sixteen),
             QString("safetensors.offsets"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "2", "8,0") + "}", sixteen),
             QString("safetensors.offsets"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "4", "0,16") + "}", sixteen + "x"),
             QString("safetensors.incomplete"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "4", "0,16") + "}", sixteen.left(14)),
             QString("safetensors.incomplete"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "2,18446744073709551614", "0,16") + "}", sixteen),
             QString("safetensors.tensor"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "18446744073709551616", "0,16") + "}", sixteen),
             QString("safetensors.tensor"));
    QCOMPARE(keyOf("{" + entry("a", "I32", "-1", "0,16") + "}", sixteen),
             QString("safetensors.tensor"));
    QCOMPARE(keyOf("{" + entry("a", "I33", "4", "0,16") + "}", sixteen),
             QString("safetensors.tensor"));
    QCOMPARE(keyOf("{" + entry("a", "F4", "3", "0,1") + "}", "x"), QString("safetensors.tensor"));
    QCOMPARE(
        keyOf("{" + entry("a", "I32", "4", "0,16") + "," + entry("a", "I32", "0", "16,16") + "}",
              sixteen),
        QString("safetensors.duplicate"));
    QCOMPARE(keyOf(R"({"a":{"dtype":"I32","dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                   sixteen.left(4)),
             QString("safetensors.duplicate"));
    QCOMPARE(keyOf(R"({"__metadata__":{"k":1}})"), QString("safetensors.tensor"));
    QCOMPARE(keyOf(QByteArray(100000, '[')), QString("safetensors.header"));
    QCOMPARE(errorKey([&] { readBytes(QByteArray(8, '\xff') + "{}"); }),
             QString("safetensors.header"));
    QCOMPARE(errorKey([&] { readBytes(QByteArray::fromHex("3c00000000000000")); }),
             QString("file.cut_short"));
  }

  void survivesCutsAndFlips() {
    QCOMPARE(readablePrefixes(smallFile(), "a.safetensors"), 0);
    readableFlips(smallFile(), "a.safetensors");
  }

  void readsTenThousandTensors() {
    QByteArray header = "{";
    for (int i = 0; i < 10000; ++i) {
      header += QString(R"(%1"t%2":{"dtype":"U8","shape":[1],"data_offsets":[%2,%3]})")
                    .arg(i ? "," : "")
                    .arg(i)
                    .arg(i + 1)
                    .toUtf8();
    }
    const Data data = readBytes(safetensors(header + "}", QByteArray(10000, 'x')));
    QCOMPARE(data.require<Checkpoint>().entries().size(), std::size_t(10000));
  }

  void writesWhatItReads() {
    const NamedTensors tensors = {{"small", Tensor(DType::u8, {3}, std::vector<std::byte>(3))},
                                  {"wide", Tensor::of({2}, std::vector<double>{1, -0.5})},
                                  {"half", Tensor(DType::bf16, {}, std::vector<std::byte>(2))}};
    writeSafetensors(tensors, {{"k", "\xc3\xbc"}}, scratch_.path("w.safetensors"));
    QCOMPARE(bytesOf(scratch_.path("w.safetensors")).at(0) % 8, 0);
    const Data data = readFile(scratch_.path("w.safetensors"));
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries()[0].name, std::string("wide"));
    QCOMPARE(checkpoint.metadata().at("k"), "\xc3\xbc");
    for (const auto& [name, tensor] : tensors) {
      const Tensor read = checkpoint.tensor(name);
      QVERIFY(read.dtype() == tensor.dtype() && read.shape() == tensor.shape());
      QVERIFY(std::equal(read.bytes().begin(), read.bytes().end(), tensor.bytes().begin()));
    }
  }

  void readsShards() {
    scratch_.write("m-1.safetensors", smallFile());
    const QByteArray index = R"({"metadata":{},"weight_map":{"a":"m-%1.safetensors"}})";
    const auto read = [&](const QByteArray& text) {
      return readFile(scratch_.write("m.safetensors.index.json", text));
    };
    const Data data = read(QByteArray(index).replace("%1", "1"));
    QCOMPARE(data.require<Checkpoint>().tensor("a").numbers(), (std::vector<double>{1, -2}));
    const auto key = [&](const QByteArray& text) { return errorKey([&] { read(text); }); };
    QCOMPARE(key(QByteArray(index).replace("%1", "2")), QString("safetensors.shards"));
    QCOMPARE(key(QByteArray(index).replace("m-%1", "../m-1")), QString("safetensors.index"));
    QCOMPARE(key(QByteArray(index).replace("\"a\"", "\"b\"").replace("%1", "1")),
             QString("safetensors.index"));
    QCOMPARE(key("{"), QString("safetensors.index"));
  }
};

QTEST_APPLESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
