// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/model_folder.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/base/error.h"
#include "core/io/reader.h"
#include "core/io/safetensors.h"

namespace lineament::io {

namespace {

class ModelFolderTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void chooses_data() {
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<QString>("chosen");
    QTest::newRow("weights before their other form")
        << QStringList{"config.json", "pytorch_model.bin", "model.safetensors", "tokenizer.json"}
        << "model.safetensors";
    QTest::newRow("the list of shards")
        << QStringList{"model.safetensors.index.json", "model-00001-of-00002.safetensors",
                       "model-00002-of-00002.safetensors"}
        << "model.safetensors.index.json";
    QTest::newRow("the published name")
        << QStringList{"adapter.safetensors", "model.safetensors"} << "model.safetensors";
    QTest::newRow("llama2.c") << QStringList{"stories.bin", "tok512.bin"} << "stories.bin";
    QTest::newRow("no optimizer") << QStringList{"pytorch_model.bin", "optimizer.pt",
                                                 "training_args.bin"}
                                  << "pytorch_model.bin";
    QTest::newRow("a vocabulary alone")
        << QStringList{"readme.md", "tokenizer.json"} << "tokenizer.json";
    QTest::newRow("two models") << QStringList{"a.gguf", "b.gguf"} << "";
    QTest::newRow("a model in parts")
        << QStringList{"m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"}
        << "m-00001-of-00003.gguf";
    QTest::newRow("parts without the first")
        << QStringList{"m-00002-of-00003.gguf", "m-00003-of-00003.gguf"} << "m-00002-of-00003.gguf";
    QTest::newRow("two models in parts")
        << QStringList{"a-00001-of-00002.gguf", "a-00002-of-00002.gguf", "b-00001-of-00002.gguf"}
        << "";
    QTest::newRow("no model") << QStringList{"piles.csv"} << "";
    QTest::newRow("nothing") << QStringList{} << "";
  }
  void chooses() {
    QFETCH(const QStringList, files);
    QFETCH(const QString, chosen);
    const QTemporaryDir folder;
    for (const QString& file : files) write(folder, file, "x");
    QString found;
    try {
      found = QString::fromStdString(weightsIn(folder.path().toStdString()).filename().string());
    } catch (const Error& error) {
      QCOMPARE(QString::fromStdString(error.key()), QString("model_folder.weights"));
      for (const QString& file : files) {
        if (file.endsWith(".gguf") && !file.contains("00002-of")) {
          QVERIFY(QString::fromStdString(error.found()).contains(file));
        }
      }
    }
    QCOMPARE(found, chosen);
  }

  void readsTheConfiguration() {
    const QTemporaryDir folder;
    write(folder, "config.json", R"({"model_type": "gpt2", "n_embd": 4})");
    writeSafetensors({{"w", Tensor::of({2}, std::vector<float>{1, 2})}}, {},
                     folder.filePath("model.safetensors").toStdString());
    const Data data = readFile(folder.path().toStdString());
    QCOMPARE(data.require<Checkpoint>().configuration().at("n_embd").get<int>(), 4);
    QCOMPARE(data.require<Checkpoint>().entries().size(), std::size_t{1});
  }

  void saysWhatIsWrongWithIt() {
    const QTemporaryDir folder;
    writeSafetensors({{"w", Tensor::of({2}, std::vector<float>{1, 2})}}, {},
                     folder.filePath("model.safetensors").toStdString());
    for (const char* content : {"{", "[1]", "", "\xff\xfe"}) {
      write(folder, "config.json", content);
      QString found = "read";
      try {
        readFile(folder.path().toStdString());
      } catch (const Error& error) {
        found = QString::fromStdString(error.key());
      }
      QCOMPARE(found, QString("model_folder.config"));
    }
  }

 private:
  static void write(const QTemporaryDir& folder, const QString& name, const char* content) {
    std::ofstream(folder.filePath(name).toStdString(), std::ios::binary) << content;
  }
};

}  // namespace
}  // namespace lineament::io

QTEST_GUILESS_MAIN(lineament::io::ModelFolderTest)
#include "model_folder_test.moc"
