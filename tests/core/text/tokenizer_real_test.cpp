// SPDX-License-Identifier: GPL-3.0-or-later
// Published vocabularies against what other implementations made of the same texts.
#include <QTest>
#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/io/reader.h"
#include "tests/core/text/token_lists.h"

namespace lineament::text {

namespace {

using testing::idsOf;
using Ids = std::vector<std::int32_t>;
const std::filesystem::path kData = LINEAMENT_REAL_DATA;

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
};

}  // namespace

}  // namespace lineament::text

QTEST_GUILESS_MAIN(lineament::text::TokenizerRealTest)
#include "tokenizer_real_test.moc"
