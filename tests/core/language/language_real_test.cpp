// SPDX-License-Identifier: GPL-3.0-or-later
// The tiny stories model against what another implementation recorded of it.
#include <QTest>
#include <cmath>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/data/factored_attention.h"
#include "core/io/reader.h"
#include "core/language/architectures.h"
#include "core/language/sampling.h"

namespace lineament::language {

namespace {

const std::filesystem::path kData = LINEAMENT_REAL_DATA;

class LanguageRealTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    const InputFile file(kData / "attention/stories260K_greedy64_tokens.json");
    steps_ = nlohmann::json::parse(file.readAll()).at("steps");
    QCOMPARE(steps_.size(), std::size_t{64});
    checkpoint_ = io::readFile(kData / "checkpoints/llama2c_stories260K/stories260K.bin")
                      .require<Checkpoint>();
  }

  void sizes() {
    QCOMPARE(checkpoint_.parameterCount(), std::uint64_t{264128});
    QCOMPARE(checkpoint_.configuration().at("num_key_value_heads").get<int>(), 4);
    const LoadedModel loaded = loadModel(checkpoint_);
    QCOMPARE(loaded.unused, (std::vector<std::string>{"freqs_cos", "freqs_sin"}));
  }

  void attention() {
    const LoadedModel loaded = loadModel(checkpoint_);
    std::vector<std::int32_t> ids;
    for (const auto& step : steps_) ids.push_back(step.at("input_id").get<std::int32_t>());
    ModelState state = loaded.model.start();
    const Pass pass = loaded.model.run(ids, state, {.logits = false, .attention = true}, {});
    const Tensor recorded =
        io::readFile(kData / "attention/stories260K_greedy64_attention.npy").require<Tensor>();
    QCOMPARE(recorded.shape(), (std::vector<std::uint64_t>{5, 8, 64, 64}));
    double worst = 0;
    std::vector<float> cells(64 * 64);
    for (std::size_t layer = 0; layer < 5; ++layer) {
      const AttentionTap& tap = pass.taps.at(layer).attention;
      const FactoredAttention made(
          {1, 8, 64, 64, true}, {tap.query_rows, tap.key_rows, tap.log_sums, tap.size, tap.scale});
      for (std::size_t head = 0; head < 8; ++head) {
        made.cells(0, head, {0, 0, 64, 64}, cells, {});
        for (std::size_t i = 0; i < cells.size(); ++i) {
          const double expected = recorded.number((layer * 8 + head) * cells.size() + i);
          worst = std::max(worst, std::abs(double(cells[i]) - expected));
        }
      }
    }
    QVERIFY2(worst < 1e-5, qPrintable(QString::number(worst)));
  }

  // From the start alone, token by token through the cache.
  void writesTheSame() {
    const LoadedModel loaded = loadModel(checkpoint_);
    ModelState state = loaded.model.start();
    Random random(0);
    std::int32_t token = 1;
    for (const auto& step : steps_) {
      QCOMPARE(token, step.at("input_id").get<std::int32_t>());
      const Pass pass = loaded.model.run(std::span(&token, 1), state, {}, {});
      token = sample(pass.logits, {}, random);
      QCOMPARE(token, step.at("output_id").get<std::int32_t>());
      const std::vector<double> logs = logProbabilities(pass.logits);
      for (const auto& other : step.at("top")) {
        const double found = logs[other.at("id").get<std::size_t>()];
        QVERIFY(std::abs(found - other.at("logprob").get<double>()) < 1e-5);
      }
    }
  }

 private:
  nlohmann::json steps_;
  Checkpoint checkpoint_;
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::LanguageRealTest)
#include "language_real_test.moc"
