// SPDX-License-Identifier: GPL-3.0-or-later
// Published vocabularies against what other implementations made of the same texts.
#include <QElapsedTimer>
#include <QTest>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/io/reader.h"
#include "tests/core/text/token_lists.h"

namespace lineament::text {

namespace {

using testing::idsOf;
using Ids = std::vector<std::int32_t>;
const std::filesystem::path kData = LINEAMENT_REAL_DATA;

struct Example {
  std::string text;
  Ids ids;
};

template <std::size_t N>
std::string bytes(const char (&text)[N]) {
  return std::string(text, N - 1);
}

// By tokenizers 0.23.
std::vector<Example> gpt2Examples() {
  return {
      {bytes("Hello, y'all! How are you \360\237\230\201 ?"),
       {15496, 11, 331, 6, 439, 0, 1374, 389, 345, 30325, 223, 5633}},
      {bytes("  two  spaces\011\011tabs\012\012lines\015\012"),
       {220, 734, 220, 9029, 197, 197, 8658, 82, 198, 198, 6615, 201, 198}},
      {bytes("na\303\257ve caf\303\251 \342\200\224 e\314\201"),
       {2616, 38776, 40304, 851, 304, 136, 223}},
      {bytes("\327\251\327\234\327\225\327\235 \331\205\330\261\330\255\330\250\330\247"),
       {50227, 40010, 27072, 147, 251, 47048, 26897, 148, 255, 39848, 12919}},
      {bytes("\346\227\245\346\234\254\350\252\236 \355\225\234\352\265\255\354\226\264"),
       {33768, 98, 17312, 105, 45739, 252, 220, 47991, 250, 166, 113, 255, 168, 244, 112}},
      {bytes("a\000b"), {64, 188, 65}},
      {bytes("DON'T don't we'll"), {41173, 6, 51, 836, 470, 356, 1183}},
      {bytes("1234567890 3.14"), {10163, 2231, 30924, 3829, 513, 13, 1415}},
      {bytes("a<|endoftext|>b"), {64, 50256, 65}},
      {bytes("\357\254\201 \302\275 \343\216\217"), {171, 105, 223, 25208, 220, 159, 236, 237}},
  };
}

// By sentencepiece 0.2.3.
std::vector<Example> sentencePieceExamples() {
  return {
      {bytes("Hello, y'all! How are you \360\237\230\201 ?"),
       {151, 88, 21, 5, 4, 34, 32, 19, 88, 147, 4, 668, 124, 49, 4, 0, 4, 152}},
      {bytes("  two  spaces\011\011tabs\012\012lines\015\012"),
       {213, 273, 19, 135, 8, 0, 281, 66, 8, 0, 612, 8, 3, 0}},
      {bytes("na\303\257ve caf\303\251 \342\200\224 e\314\201"),
       {4, 24, 19, 0, 125, 78, 19, 57, 0, 4, 0, 4, 0}},
      {bytes("\327\251\327\234\327\225\327\235 \331\205\330\261\330\255\330\250\330\247"),
       {4, 0, 4, 0}},
      {bytes("\346\227\245\346\234\254\350\252\236 \355\225\234\352\265\255\354\226\264"),
       {4, 0, 4, 0}},
      {bytes("a\000b"), {11, 0, 66}},
      {bytes("DON'T don't we'll"), {304, 258, 199, 32, 177, 274, 32, 15, 115, 32, 88}},
      {bytes("1234567890 3.14"), {4, 357, 596, 0, 556, 0, 532, 0, 351, 4, 0, 6, 357, 0}},
      {bytes("a<|endoftext|>b"), {11, 0, 98, 17, 21, 57, 142, 297, 15, 0, 66}},
      {bytes("\357\254\201 \302\275 \343\216\217"), {74, 25, 4, 357, 0, 596, 4, 46, 37}},
  };
}

std::string contentOf(const std::filesystem::path& path) {
  return InputFile(path).readAll();
}

class TokenizerRealTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void stories() {
    const auto checkpoint = io::readFile(kData / "checkpoints/llama2c_stories260K/stories260K.bin")
                                .require<Checkpoint>();
    const auto tokenizer = makeTokenizer(checkpoint.tokenizer());
    QCOMPARE(tokenizer->size(), std::size_t{512});
    const auto recorded = nlohmann::json::parse(
        InputFile(kData / "attention/stories260K_greedy64_tokens.json").readAll());
    Ids ids;
    for (const auto& step : recorded.at("steps")) {
      const auto id = step.at("output_id").get<std::int32_t>();
      ids.push_back(id);
      const std::string text = step.at("output_text").get<std::string>();
      QCOMPARE(tokenizer->shown(id), text == "<0x0A>" ? "\\n" : text);
    }
    const std::string text =
        "Once upon a time, there was a little girl named Lily. She loved to play outside in the "
        "park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.\n"
        "Lily";
    QCOMPARE(tokenizer->decode(ids), text);
    // What the network wrote is what the text is cut into.
    QCOMPARE(idsOf(tokenizer->encode(text, false)), ids);
    QCOMPARE(idsOf(tokenizer->encode("Once upon a time")), (Ids{1, 403, 407, 261, 378}));
  }

  void gpt2() {
    const std::string json = contentOf(kData / "tokenizers/gpt2/tokenizer.json");
    const std::unique_ptr<Tokenizer> tokenizer = makeTokenizer({{{"tokenizer.json", json}}});
    QCOMPARE(tokenizer->size(), std::size_t{50257});
    QCOMPARE(tokenizer->ending(), std::optional<std::int32_t>(50256));
    for (const Example& example : gpt2Examples()) {
      const auto tokens = tokenizer->encode(example.text);
      QCOMPARE(idsOf(tokens), example.ids);
      std::string joined;
      for (const Token& token : tokens) {
        joined += example.text.substr(token.begin, token.end - token.begin);
      }
      QCOMPARE(joined, example.text);
    }
    QCOMPARE(tokenizer->decode(gpt2Examples().front().ids), gpt2Examples().front().text);
    QCOMPARE(tokenizer->shown(262), std::string(" the"));
    QCOMPARE(tokenizer->piece(262), std::string("\xC4\xA0the"));
  }

  // GPT-2's own two files give the same ids as its tokenizer.json.
  void gpt2Files() {
    const auto json = nlohmann::json::parse(contentOf(kData / "tokenizers/gpt2/tokenizer.json"));
    const auto tokenizer =
        makeTokenizer({{{"vocab.json", json.at("model").at("vocab").dump()},
                        {"merges.txt", contentOf(kData / "tokenizers/gpt2/vocab.bpe")}}});
    for (const Example& example : gpt2Examples()) {
      QCOMPARE(idsOf(tokenizer->encode(example.text)), example.ids);
    }
  }

  void longTexts() {
    const std::string json = contentOf(kData / "tokenizers/gpt2/tokenizer.json");
    const auto tokenizer = makeTokenizer({{{"tokenizer.json", json}}});
    for (const char letter : {'a', ' ', '!'}) {
      QElapsedTimer timer;
      timer.start();
      QVERIFY(!tokenizer->encode(std::string(1 << 20, letter)).empty());
      QVERIFY2(timer.elapsed() < 20'000, "a megabyte without a word took over 20 s");
    }
  }

  void sentencePiece() {
    const auto checkpoint =
        io::readFile(kData / "tokenizers/sentencepiece/test_model.model").require<Checkpoint>();
    const auto tokenizer = makeTokenizer(checkpoint.tokenizer());
    QCOMPARE(tokenizer->size(), std::size_t{1000});
    for (const Example& example : sentencePieceExamples()) {
      QCOMPARE(idsOf(tokenizer->encode(example.text, false)), example.ids);
    }
    QCOMPARE(tokenizer->encode("a").front().id, 1);
    const std::string text = sentencePieceExamples().at(1).text;
    const auto tokens = tokenizer->encode(text, false);
    // A run of spaces is one space, and belongs to it as a whole.
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      QCOMPARE(tokens[i].begin, tokens[i - 1].end);
    }
  }
};

}  // namespace

}  // namespace lineament::text

QTEST_GUILESS_MAIN(lineament::text::TokenizerRealTest)
#include "tokenizer_real_test.moc"
