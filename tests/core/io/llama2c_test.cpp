// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/llama2c.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <fstream>

#include "core/base/error.h"

namespace lineament::io {

namespace {

// dim 4, hidden 3, 2 layers, 2 heads, 1 key head, 5 pieces, 6 positions; number n of the file is n.
std::vector<std::byte> smallFile(bool own_output) {
  const std::int32_t header[7] = {4, 3, 2, 2, 1, own_output ? -5 : 5, 6};
  constexpr std::size_t kLayers = 2 * (4 + 16 + 8 + 8 + 16 + 4 + 12 + 12 + 12);
  const std::size_t numbers = 20 + kLayers + 4 + 6 + 6 + (own_output ? 20 : 0);
  std::vector<std::byte> bytes(sizeof header + numbers * sizeof(float));
  std::memcpy(bytes.data(), header, sizeof header);
  for (std::size_t n = 0; n < numbers; ++n) {
    const auto value = static_cast<float>(n);
    std::memcpy(bytes.data() + sizeof header + n * sizeof value, &value, sizeof value);
  }
  return bytes;
}

class Llama2cTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tensors_data() {
    QTest::addColumn<bool>("own_output");
    QTest::newRow("shared output") << false;
    QTest::newRow("output of its own") << true;
  }
  void tensors() {
    QFETCH(const bool, own_output);
    const auto path = write("model.bin", smallFile(own_output));
    QCOMPARE(std::string(readerFor(path).id()), std::string("llama2c"));
    const Data data = readFile(path);
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(1 + 2 * 9 + 3 + own_output));
    // The keys of the second layer: behind the embedding, the norms, all queries, the first's keys.
    const Tensor key = checkpoint.tensor("layers.1.attention.wk.weight");
    QCOMPARE(key.shape(), (std::vector<std::uint64_t>{2, 4}));
    QCOMPARE(key.number(0), 20.0 + 2 * 4 + 2 * 16 + 8);
    const Tensor down = checkpoint.tensor("layers.0.feed_forward.w2.weight");
    QCOMPARE(down.shape(), (std::vector<std::uint64_t>{4, 3}));
    const auto& configuration = checkpoint.configuration();
    QCOMPARE(configuration.at("vocab_size").get<int>(), 5);
    QCOMPARE(configuration.at("tie_word_embeddings").get<bool>(), !own_output);
    QCOMPARE(configuration.at("num_key_value_heads").get<int>(), 1);
    if (own_output) {
      QCOMPARE(checkpoint.tensor("output.weight").number(0),
               checkpoint.tensor("freqs_sin").number(5) + 1);
    }
  }

  // Nothing but the whole file is read, and nothing else is taken for one.
  void everyPrefixIsRefused() {
    const auto whole = smallFile(true);
    const auto reader = makeLlama2cReader();
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 16) {
      const auto path = write("cut.bin", {whole.begin(), whole.begin() + std::ptrdiff_t(size)});
      QString found = "read";
      try {
        reader->read(path, {}, {});
      } catch (const Error& error) {
        found = QString::fromStdString(error.key());
      }
      QVERIFY2(found == "llama2c.layout" || found == "file.empty", qPrintable(found));
    }
  }

  void everyHeaderIsHarmless() {
    auto bytes = smallFile(false);
    const auto reader = makeLlama2cReader();
    int read = 0;
    for (std::size_t at = 0; at < 28; ++at) {
      for (const unsigned char value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
        auto changed = bytes;
        if (changed[at] == std::byte{value}) continue;
        changed[at] = std::byte{value};
        try {
          reader->read(write("changed.bin", changed), {}, {});
          ++read;
        } catch (const Error&) {
        }
      }
    }
    QCOMPARE(read, 0);
  }

 private:
  std::filesystem::path write(const char* name, const std::vector<std::byte>& bytes) {
    const std::filesystem::path path = folder_.filePath(name).toStdString();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    return path;
  }

  QTemporaryDir folder_;
};

}  // namespace
}  // namespace lineament::io

QTEST_GUILESS_MAIN(lineament::io::Llama2cTest)
#include "llama2c_test.moc"
