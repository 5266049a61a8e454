// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/recurrent_attention.h"

#include <QTest>
#include <cmath>

#include "core/base/random.h"

namespace lineament {

namespace {

struct Kind {
  const char* name;
  int decay;  // numbers a token: 0, 1, 2 for one of each channel
  bool removes;
  bool reads_before;
};
constexpr Kind kKinds[] = {
    {"nothing decays", 0, false, false},   {"a head's decay", 1, false, false},
    {"channels' decays", 2, false, false}, {"read before written", 2, false, true},
    {"delta rule", 0, true, false},        {"gated delta rule", 1, true, false},
    {"decay and removal", 2, true, false}};

// Keys of removal of unit length, rates up to 2, a decay of 0 now and then.
RecurrentFactors drawn(const Kind& kind, std::size_t heads, std::size_t tokens, std::size_t size) {
  Random random(7);
  const std::size_t rows = heads * tokens;
  const auto normals = [&](std::size_t count) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal()));
    return values;
  };
  RecurrentFactors made;
  made.heads = heads;
  made.tokens = tokens;
  made.size = size;
  made.reads_before = kind.reads_before;
  made.decay_width = kind.decay == 2 ? size : static_cast<std::size_t>(kind.decay);
  made.queries = normals(rows * size);
  made.writes = normals(rows * size);
  std::vector<float> decays;
  for (std::size_t i = 0; i < rows * made.decay_width; ++i) {
    const double at = random.uniform(0, 1);
    decays.push_back(at < 0.01 ? 0.0F : static_cast<float>(std::exp(-0.3 * at * at)));
  }
  made.decays = std::move(decays);
  if (kind.reads_before) made.diagonal = normals(rows);
  if (!kind.removes) return made;
  std::vector<float> recalls = normals(rows * size), removals = recalls;
  for (std::size_t row = 0; row < rows; ++row) {
    double sum = 0;
    for (std::size_t k = 0; k < size; ++k) sum += std::pow(double(recalls[row * size + k]), 2);
    const double rate = random.uniform(0, 2);
    for (std::size_t k = 0; k < size; ++k) {
      recalls[row * size + k] /= static_cast<float>(std::sqrt(sum));
      removals[row * size + k] = recalls[row * size + k] * static_cast<float>(rate);
    }
  }
  made.recalls = std::move(recalls);
  made.removals = std::move(removals);
  return made;
}

class RecurrentAttentionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void windowsOfTheMatrix_data() {
    QTest::addColumn<int>("kind");
    for (std::size_t i = 0; i < std::size(kKinds); ++i) {
      QTest::newRow(kKinds[i].name) << static_cast<int>(i);
    }
  }
  void windowsOfTheMatrix() {
    QFETCH(const int, kind);
    for (const auto& [tokens, size] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {37, 5}, {150, 16}, {201, 33}}) {
      const RecurrentFactors factors = drawn(kKinds[kind], 2, tokens, size);
      QVERIFY(factors.fits());
      const RecurrentAttention source({factors, factors});
      const std::vector<double> whole = recurrentAttentionReference(factors, 1);
      double largest = 0;
      for (const double cell : whole) largest = std::max(largest, std::abs(cell));
      Random random(3);
      for (int i = 0; i < 24; ++i) {
        AttentionWindow window{0, 0, tokens, tokens};
        if (i > 0) {
          const auto below = [&](std::size_t count) {
            return std::min(static_cast<std::size_t>(random.uniform(0, double(count))), count - 1);
          };
          window.query = below(tokens);
          window.key = below(tokens);
          window.queries = 1 + below(i % 2 == 0 ? tokens - window.query : 1);
          window.keys = 1 + below(tokens - window.key);
        }
        std::vector<float> cells(window.queries * window.keys, 9);
        source.cells(1, 1, window, cells, {});
        for (std::size_t q = 0; q < window.queries; ++q) {
          for (std::size_t k = 0; k < window.keys; ++k) {
            const double want = whole[(window.query + q) * tokens + window.key + k];
            const double error = std::abs(double(cells[q * window.keys + k]) - want) / largest;
            if (error < 1e-5) continue;
            QFAIL(qPrintable(QString("[%1, %2] is %3, expected %4")
                                 .arg(window.query + q)
                                 .arg(window.key + k)
                                 .arg(cells[q * window.keys + k])
                                 .arg(want)));
          }
        }
      }
    }
  }

  void lengthsAreChecked() {
    RecurrentFactors factors = drawn(kKinds[5], 2, 4, 3);
    QVERIFY(factors.fits());
    factors.decay_width = 3;
    QVERIFY(!factors.fits());
    factors.decay_width = 1;
    factors.recalls = {};
    QVERIFY(!factors.fits());
  }
};

}  // namespace
}  // namespace lineament

QTEST_GUILESS_MAIN(lineament::RecurrentAttentionTest)
#include "recurrent_attention_test.moc"
