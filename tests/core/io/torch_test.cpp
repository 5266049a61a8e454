// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/torch.h"

#include <QtTest>

#include "tests/core/io/attacks.h"
#include "tests/core/io/zip_bytes.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

// OrderedDict of one tensor `w`: FloatStorage "0" of 6 elements, size (2, 3), stride (3, 1).
QByteArray smallPickle() {
  return QByteArray::fromHex(
      "800263636f6c6c656374696f6e730a4f726465726564446963740a710029527101580100000077710263746f7263"
      "682e5f7574696c730a5f72656275696c645f74656e736f725f76320a71032828580700000073746f7261676571"
      "0463746f7263680a466c6f617453746f726167650a71055801000000307106580300000063707571074b067471"
      "08514b004b024b038671094b034b0186710a8968002952710b74710c52710d732e");
}

QByteArray floats(int count) {
  QByteArray bytes;
  for (int i = 1; i <= count; ++i) put(bytes, static_cast<float>(i));
  return bytes;
}

QByteArray archiveOf(const QByteArray& pickle, const QByteArray& storage = floats(6)) {
  return zipOf({{"archive/data.pkl", pickle}, {"archive/data/0", storage}});
}

QByteArray replaced(const QByteArray& from, const QByteArray& to) {
  QByteArray pickle = smallPickle();
  if (!pickle.contains(from)) qFatal("nothing to replace");
  return pickle.replace(from, to);
}

}  // namespace

class TorchTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Data readBytes(const QByteArray& bytes) { return readFile(scratch_.write("a.pt", bytes)); }
  QString keyOf(const QByteArray& bytes) {
    return errorKey([&] { useAll(readBytes(bytes)); });
  }

 private Q_SLOTS:
  void readsTheSmallArchive() {
    QCOMPARE(smallPickle().size(), 169);
    const Data data = readBytes(archiveOf(smallPickle()));
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(1));
    QCOMPARE(checkpoint.entries()[0].shape, (std::vector<std::uint64_t>{2, 3}));
    QCOMPARE(checkpoint.tensor("w").numbers(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
    QVERIFY(checkpoint.structure().is_null());
  }

  void copiesTransposedTensors() {
    // Size (2, 3) with strides (1, 2).
    const Data data = readBytes(archiveOf(
        replaced(QByteArray::fromHex("4b034b0186710a"), QByteArray::fromHex("4b014b0286710a"))));
    QCOMPARE(data.require<Checkpoint>().tensor("w").numbers(),
             (std::vector<double>{1, 3, 5, 2, 4, 6}));
  }

  void swapsBigEndianStorages() {
    QByteArray swapped = floats(6);
    for (int i = 0; i < 24; i += 4) std::reverse(swapped.begin() + i, swapped.begin() + i + 4);
    const Data data = readBytes(
        zipOf({{"a/data.pkl", smallPickle()}, {"a/byteorder", "big"}, {"a/data/0", swapped}}));
    QCOMPARE(data.require<Checkpoint>().tensor("w").numbers(),
             (std::vector<double>{1, 2, 3, 4, 5, 6}));
  }

  void warnsOfPrograms() {
    const QByteArray name = "torch._utils\n_rebuild_tensor_v2";
    for (const QByteArray program :
         {"posix\nsystem", "os\nsystem", "__builtin__\neval", "builtins\nexec", "subprocess\nPopen",
          "builtins\ngetattr", "runpy\nrun_path", "importlib\nimport_module"}) {
      QCOMPARE(keyOf(archiveOf(replaced(name, program))), QString("torch.program"));
    }
    try {
      readBytes(archiveOf(replaced(name, "os\nsystem")));
      QFAIL("it was read");
    } catch (const Error& error) {
      QCOMPARE(error.found(), std::string("this file tries to run a program (`os.system`)"));
    }
    QCOMPARE(keyOf(QByteArray("\x80\x02"
                              "cos\nsystem\n.",
                              13)),
             QString("torch.program"));
  }

  void refusesOtherObjectsAndAttacks() {
    const QByteArray name = "torch._utils\n_rebuild_tensor_v2";
    QCOMPARE(keyOf(archiveOf(replaced(name, "mymodel\nNet"))), QString("torch.objects"));
    QCOMPARE(keyOf(archiveOf(smallPickle(), floats(5))), QString("torch.tensor"));
    QCOMPARE(keyOf(archiveOf(replaced(QByteArray::fromHex("4b024b038671"),
                                      QByteArray::fromHex("4b024b048671")))),
             QString("torch.tensor"));
    QCOMPARE(
        keyOf(archiveOf(replaced(QByteArray::fromHex("896800"), QByteArray::fromHex("8968c8")))),
        QString("pickle.malformed"));
    QCOMPARE(keyOf(zipOf({{"archive/data.pkl", smallPickle()}})), QString("torch.tensor"));
    QCOMPARE(keyOf(zipOf({{"archive/other", smallPickle()}})), QString("torch.no_pickle"));
    QCOMPARE(keyOf(QByteArray("\x80\x02K\x01.", 5)), QString("torch.pickle"));
    QCOMPARE(keyOf(archiveOf(QByteArray("\x80\x02}.", 4))), QString("torch.no_tensors"));
    // One element with a stride of 0 that would expand to (2^31 - 1, 3).
    QCOMPARE(keyOf(archiveOf(replaced(QByteArray::fromHex("4b024b03867109"
                                                          "4b034b01"),
                                      QByteArray::fromHex("4affffff7f4b038671094b004b00")))),
             QString("torch.tensor"));
    QCOMPARE(keyOf(archiveOf("\x80\x02" + QByteArray(100000, '(') + ".")),
             QString("pickle.malformed"));
    // A list that holds itself, and one of lists of lists ... each twice.
    QCOMPARE(keyOf(archiveOf(QByteArray("\x80\x02]q\x00h\x00"
                                        "a.",
                                        9))),
             QString("torch.too_deep"));
    QByteArray twice("\x80\x02]", 3);
    for (int i = 0; i < 60; ++i)
      twice += QByteArray(
          "q\x00"
          "0(h\x00h\x00t",
          9);
    QCOMPARE(keyOf(archiveOf(twice + ".")), QString("torch.too_deep"));
  }

  // MLP with a Sequential of Linear and Sigmoid, as TorchScript pickles it.
  void describesModules() {
    QByteArray linear = smallPickle();
    linear = linear.mid(linear.indexOf("ctorch._utils"));
    linear.chop(2);  // SETITEM and STOP
    linear.replace(QByteArray::fromHex("8968002952710b"), QByteArray("\x89)", 2));
    const auto text = [](const QByteArray& word) {
      QByteArray bytes = "X";
      put(bytes, quint32(word.size()));
      return bytes + word;
    };
    const auto module = [&](const QByteArray& name, const QByteArray& members) {
      return "c__torch__.torch.nn.___torch_mangle_3\n" + name + "\n)\x81}(" + members + "ub";
    };
    const QByteArray pickle =
        QByteArray("\x80\x02", 2) +
        module("Sequential", text("1") +
                                 module("Linear", text("weight") + linear + text("bias") + "N") +
                                 text("0") + module("Sigmoid", text("training") + "\x89")) +
        ".";
    const Data data = readBytes(zipOf({{"m/data.pkl", pickle},
                                       {"m/data/0", floats(6)},
                                       {"m/code/x.py", "import os"},
                                       {"m/constants.pkl", ""}}));
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.metadata().at("format"), "TorchScript");
    QCOMPARE(checkpoint.entries()[0].name, std::string("1.weight"));
    const auto& structure = checkpoint.structure();
    QCOMPARE(structure.at("type"), "Sequential");
    QCOMPARE(structure.at("order"), (nlohmann::json{"1", "0"}));
    QCOMPARE(structure.at("children").at("1").at("type"), "Linear");
    QCOMPARE(structure.at("children").at("1").at("attributes").at("weight").at("tensor"),
             "1.weight");
    QVERIFY(structure.at("children").at("1").at("attributes").at("bias").is_null());
    QCOMPARE(structure.at("children").at("0").at("attributes").at("training"), false);
  }

  void survivesCutsAndFlips() {
    for (int at = 0; at < smallPickle().size(); ++at) {
      QVERIFY(!keyOf(archiveOf(smallPickle().left(at))).isEmpty());
      QByteArray bad = smallPickle();
      bad[at] = static_cast<char>(bad[at] ^ 0x41);
      keyOf(archiveOf(bad));
    }
    const QByteArray good = archiveOf(smallPickle());
    QCOMPARE(readablePrefixes(good, "a.pt"), 0);
    readableFlips(good, "a.pt");
  }
};

QTEST_APPLESS_MAIN(TorchTest)
#include "torch_test.moc"
