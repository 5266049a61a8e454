// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <QTest>

#include "tests/core/io/attacks.h"

namespace lineament::io {

namespace {

// The names of what the tokenizer of the opened file is made of; "-" where another reader took it.
std::string filesOf(const std::filesystem::path& path) {
  if (readerFor(path).id() != "tokenizer") return "-";
  const Data data = readFile(path);
  std::string names;
  for (const auto& [name, content] : data.require<Checkpoint>().tokenizer().files) {
    names += name + ' ';
  }
  return names;
}

class TokenizerReaderTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void kinds() {
    const testing::Scratch scratch;
    const QByteArray json = R"({"version": "1.0", "added_tokens": [], "model": {}})";
    QCOMPARE(filesOf(scratch.write("any.json", json)), std::string("tokenizer.json "));
    QCOMPARE(filesOf(scratch.write("other.json", R"({"model": {}})")), std::string("-"));
    const QByteArray model(
        "\n\x0A\n\x03"
        "abc\x15\0\0\0\0",
        12);
    QCOMPARE(filesOf(scratch.write("en.model", model)), std::string("tokenizer.model "));
    QCOMPARE(filesOf(scratch.write("words.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n")),
             std::string("vocab.txt "));
    QCOMPARE(filesOf(scratch.write("notes.txt", "a\nb\n")), std::string("-"));
  }

  void pairAndConfiguration() {
    const testing::Scratch scratch;
    scratch.write("vocab.json", "{}");
    const auto merges = scratch.write("merges.txt", "a b\n");
    QCOMPARE(filesOf(merges), std::string("merges.txt vocab.json "));
    scratch.write("tokenizer_config.json", "{}");
    const auto list = scratch.write("Vocab.txt", "a\n");
    QCOMPARE(filesOf(list), std::string("tokenizer_config.json vocab.txt "));
  }

  void llama2c() {
    QByteArray bytes("\x07\0\0\0", 4);
    const auto add = [&](const std::string& piece) {
      bytes.append(QByteArray(4, '\0'));
      bytes.append(static_cast<char>(piece.size())).append(QByteArray(3, '\0'));
      bytes.append(QByteArray::fromStdString(piece));
    };
    for (const char* piece : {"<unk>", "<s>", "</s>"}) add(piece);
    for (int byte = 0; byte < 256; ++byte) add(fmt::format("<0x{:02X}>", byte));
    const testing::Scratch scratch;
    QCOMPARE(filesOf(scratch.write("vocabulary.bin", bytes)), std::string("tokenizer.bin "));
  }
};

}  // namespace

}  // namespace lineament::io

QTEST_GUILESS_MAIN(lineament::io::TokenizerReaderTest)
#include "tokenizer_reader_test.moc"
