// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/sequence_task.h"

#include <Eigen/LU>
#include <QtTest>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/base/error.h"

using namespace lineament;
using namespace lineament::nets;

namespace {

constexpr std::int64_t kSequences = 40;

SequenceBatch drawn(const SequenceTask& task, std::int64_t length, std::uint64_t seed = 3) {
  return task.drawBatch(Random(seed), kSequences, length);
}

std::string keyOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.key();
  }
  return "none";
}

// Value of tokens from `i` on, by a parser of the grammar: sums of products of digits.
struct Expression {
  const std::int32_t* tokens;
  std::int64_t modulus, at = 0;

  std::int64_t product() {
    std::int64_t value = tokens[at++];
    while (tokens[at] == modulus + 2) {
      value = value * tokens[at + 1] % modulus;
      at += 2;
    }
    return value;
  }
  std::int64_t sum() {
    std::int64_t value = product();
    while (tokens[at] == modulus || tokens[at] == modulus + 1) {
      const std::int64_t sign = tokens[at++] == modulus ? 1 : -1;
      value += sign * product();
    }
    return ((value % modulus) + modulus) % modulus;
  }
};

}  // namespace

class SequenceTaskTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sameStreamSameSequences() {
    const auto task = makeTask("s3", {}, false);
    QCOMPARE(drawn(*task, 9).tokens, drawn(*task, 9).tokens);
    QVERIFY(drawn(*task, 9).tokens != drawn(*task, 9, 4).tokens);
  }

  void parityCountsOnes() {
    const auto task = makeTask("parity", {}, false);
    const SequenceBatch batch = drawn(*task, 21);
    int ones = 0;
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
      if (i % 21 == 0) ones = 0;
      ones += batch.tokens[i];
      QCOMPARE(batch.targets[i], ones % 2);
      QCOMPARE(int(batch.scored[i]), int(i % 21 == 20));
    }
  }

  void arithmeticKeepsPrecedence() {
    TaskSettings settings;
    settings.modulus = 7;
    const auto task = makeTask("modular_arithmetic", settings, false);
    QCOMPARE(task->vocabulary(), std::int64_t{12});
    std::set<std::int64_t> lengths;
    std::map<int, int> signs;
    for (const std::int64_t length : {2, 3, 8, 25}) {
      const SequenceBatch batch = drawn(*task, length);
      for (std::int64_t s = 0; s < kSequences; ++s) {
        const std::int32_t* tokens = batch.tokens.data() + s * length;
        Expression expression{tokens, 7};
        const std::int64_t value = expression.sum();
        QCOMPARE(tokens[expression.at], 10);  // the equals sign, where the answer is asked
        for (std::int64_t i = 0; i < length; ++i) {
          const auto place = static_cast<std::size_t>(s * length + i);
          QCOMPARE(std::int64_t(batch.targets[place]), i == expression.at ? value : -1);
          QCOMPARE(batch.scored[place] != 0, i == expression.at);
          if (i > expression.at) QCOMPARE(tokens[i], 11);
          if (i < expression.at && i % 2 == 1) ++signs[tokens[i]];
        }
        if (length == 25) lengths.insert(expression.at);
      }
    }
    QVERIFY(lengths.size() > 8);
    for (const int sign : {7, 8, 9}) QVERIFY(signs[sign] > 60);
    settings.modulus = 1;
    QCOMPARE(keyOf([&] { makeTask("modular_arithmetic", settings, false); }),
             std::string("sequence.task.setting"));
  }

  // The elements of S3 as matrices, in the order of their images.
  void permutationsMultiply() {
    const std::array<std::array<int, 3>, 6> images{
        {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
    const auto matrix = [&](int element) {
      Eigen::Matrix3i m = Eigen::Matrix3i::Zero();
      for (int k = 0; k < 3; ++k) m(images[std::size_t(element)][std::size_t(k)], k) = 1;
      return m;
    };
    const auto task = makeTask("s3", {}, false);
    const SequenceBatch batch = drawn(*task, 12);
    Eigen::Matrix3i product = Eigen::Matrix3i::Identity();
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
      if (i % 12 == 0) product.setIdentity();
      product = (matrix(batch.tokens[i]) * product).eval();
      QVERIFY(product == matrix(batch.targets[i]));
    }
    QCOMPARE(makeTask("s5", {}, false)->vocabulary(), std::int64_t{120});
  }

  void recallAsksForValues() {
    TaskSettings settings;
    settings.pairs = 4;
    settings.vocabulary = 24;
    const auto task = makeTask("recall", settings, false);
    const SequenceBatch batch = drawn(*task, 32);
    std::map<std::size_t, int> gaps;
    for (std::int64_t s = 0; s < kSequences; ++s) {
      const auto first = static_cast<std::size_t>(s * 32);
      std::map<int, int> memory;
      for (std::size_t i = 0; i < 4; ++i) {
        const int key = batch.tokens[first + 2 * i], value = batch.tokens[first + 2 * i + 1];
        QVERIFY(key >= 1 && key < 12 && value >= 12 && value < 24);
        QVERIFY(memory.emplace(key, value).second);
      }
      int asked = 0;
      for (std::size_t i = 0; i < 32; ++i) {
        const int target = batch.targets[first + i];
        QCOMPARE(batch.scored[first + i] != 0, target >= 0);
        if (target < 0) continue;
        ++asked;
        QVERIFY(i >= 8 && i % 2 == 0);
        ++gaps[i];
        QCOMPARE(target, memory.at(batch.tokens[first + i]));
        memory.erase(batch.tokens[first + i]);  // each key is asked for once
      }
      QCOMPARE(asked, 4);
    }
    QVERIFY(gaps[8] > gaps[30]);  // small gaps come more often
    QCOMPARE(task->shortest(), std::int64_t{16});
    QCOMPARE(keyOf([&] { drawn(*task, 15); }), std::string("sequence.task.length"));
    settings.vocabulary = 8;
    QCOMPARE(keyOf([&] { makeTask("recall", settings, false); }),
             std::string("sequence.task.setting"));
  }

  void copyingKeepsTheOrder() {
    TaskSettings settings;
    settings.copied = 3;
    settings.vocabulary = 5;
    const auto task = makeTask("selective_copying", settings, false);
    for (const std::int64_t length : {6, 20}) {
      const SequenceBatch batch = drawn(*task, length);
      for (std::int64_t s = 0; s < kSequences; ++s) {
        std::vector<int> found, asked;
        for (std::int64_t i = 0; i < length; ++i) {
          const auto place = static_cast<std::size_t>(s * length + i);
          if (batch.tokens[place] < 5) found.push_back(batch.tokens[place]);
          if (batch.targets[place] >= 0) asked.push_back(batch.targets[place]);
          QCOMPARE(batch.tokens[place] == 6, i >= length - 3);
        }
        QCOMPARE(found.size(), std::size_t{3});
        QCOMPARE(asked, found);
      }
    }
  }

  // Least squares on the points before finds the value of the next one.
  void regressionIsLinear() {
    TaskSettings settings;
    settings.dimensions = 3;
    const auto task = makeTask("regression", settings, false);
    QCOMPARE(task->features(), std::int64_t{4});
    const SequenceBatch batch = drawn(*task, 12);
    double squares = 0;
    for (std::int64_t s = 0; s < kSequences; ++s) {
      Eigen::MatrixXd x(6, 3);
      Eigen::VectorXd y(6);
      for (int i = 0; i < 6; ++i) {
        const auto row = static_cast<std::size_t>(s * 12 + 2 * i);
        for (int j = 0; j < 3; ++j) x(i, j) = batch.features[row * 4 + std::size_t(j)];
        QCOMPARE(batch.features[row * 4 + 3], 0.0f);
        y(i) = batch.real_targets[row];
        squares += y(i) * y(i);
        QCOMPARE(batch.features[(row + 1) * 4 + 3], batch.real_targets[row]);
        QVERIFY(std::isnan(batch.real_targets[row + 1]));
        QCOMPARE(batch.scored[row] != 0, i >= 3);
        QCOMPARE(batch.scored[row + 1] != 0, false);
      }
      const Eigen::VectorXd w = x.topRows(3).fullPivLu().solve(y.head(3));
      QVERIFY((x.bottomRows(3) * w - y.tail(3)).norm() < 1e-3 * (1 + w.norm()));
    }
    const double variance = squares / (6 * kSequences);
    QVERIFY(variance > 0.6 && variance < 1.5);
  }

  void textGivesTheNextByte() {
    TaskSettings settings;
    for (int i = 0; i < 1000; ++i) settings.text += static_cast<char>('a' + i % 25);
    for (int i = 0; i < 100; ++i) settings.text[static_cast<std::size_t>(900 + i)] = 'Z';
    const auto task = makeTask("text", settings, false), held = makeTask("text", settings, true);
    const SequenceBatch batch = drawn(*task, 10);
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
      const int next = batch.tokens[i] == 'y' ? 'a' : batch.tokens[i] + 1;
      QCOMPARE(int(batch.targets[i]), next);
    }
    for (const int token : drawn(*held, 10).tokens) QCOMPARE(token, int('Z'));
    QCOMPARE(keyOf([&] { drawn(*held, 100); }), std::string("sequence.task.length"));
    settings.text.resize(199);
    QCOMPARE(keyOf([&] { makeTask("text", settings, false); }), std::string("sequence.task.text"));
    QCOMPARE(keyOf([&] { makeTask("dreaming", settings, false); }), std::string("sequence.task"));
  }
};

QTEST_APPLESS_MAIN(SequenceTaskTest)
#include "sequence_task_test.moc"
