// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/scan_attention.h"

#include <QTest>
#include <cmath>

#include "core/base/random.h"

namespace lineament {

namespace {

ScanFactors drawn(std::size_t tokens, std::size_t channels, std::size_t states) {
  Random random(5);
  const auto values = [&](std::size_t count, auto draw) {
    std::vector<float> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(static_cast<float>(draw()));
    return made;
  };
  ScanFactors made{tokens, channels, states, {}, {}, {}, {}};
  // Now and then a step that forgets all.
  made.steps = values(tokens * channels, [&] {
    return random.uniform(0, 1) < 0.01 ? 500 : random.uniform(0.001, 0.2);
  });
  made.rates = values(channels * states, [&] { return -random.uniform(0.1, 8); });
  made.writes = values(tokens * states, [&] { return random.normal(); });
  made.reads = values(tokens * states, [&] { return random.normal(); });
  return made;
}

class ScanAttentionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void windowsOfTheMatrix() {
    struct Size {
      std::size_t tokens, channels, states;
    };
    for (const Size& size : {Size{1, 1, 1}, {33, 5, 3}, {140, 37, 16}}) {
      const ScanFactors factors = drawn(size.tokens, size.channels, size.states);
      QVERIFY(factors.fits());
      const ScanAttention source({factors, factors});
      const std::vector<double> whole = scanAttentionReference(factors);
      const double largest = *std::ranges::max_element(whole);
      Random random(3);
      for (int i = 0; i < 24; ++i) {
        const auto below = [&](std::size_t count) {
          return std::min(static_cast<std::size_t>(random.uniform(0, double(count))), count - 1);
        };
        AttentionWindow window{0, 0, size.tokens, size.tokens};
        if (i > 0) {
          window.query = below(size.tokens);
          window.key = below(size.tokens);
          window.queries = 1 + below(size.tokens - window.query);
          window.keys = 1 + below(size.tokens - window.key);
        }
        std::vector<float> cells(window.queries * window.keys, 9);
        source.cells(1, 0, window, cells, {});
        for (std::size_t q = 0; q < window.queries; ++q) {
          for (std::size_t k = 0; k < window.keys; ++k) {
            const double want = whole[(window.query + q) * size.tokens + window.key + k];
            QVERIFY(std::abs(double(cells[q * window.keys + k]) - want) < 1e-5 * largest);
          }
        }
      }
    }
  }

  void lengthsAreChecked() {
    ScanFactors factors = drawn(4, 3, 2);
    factors.states = 3;
    QVERIFY(!factors.fits());
  }
};

}  // namespace
}  // namespace lineament

QTEST_GUILESS_MAIN(lineament::ScanAttentionTest)
#include "scan_attention_test.moc"
