// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/sequence_model.h"

#include <QtTest>
#include <cmath>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/reduction.h"
#include "core/base/error.h"
#include "core/sequence/registry.h"

using namespace lineament;
using namespace lineament::nets;

namespace {

SequenceModelSettings smallSettings(const sequence::Mechanism& mechanism) {
  SequenceModelSettings settings;
  settings.mechanism = &mechanism;
  settings.options = sequence::Options(mechanism.description().options);
  settings.layers = 1;
  settings.width = 4;
  settings.heads = 2;
  settings.key_size = 3;
  settings.value_size = 2;
  settings.convolution = 2;
  settings.vocabulary = 5;
  settings.outputs = 3;
  settings.longest = 8;
  return settings;
}

std::vector<std::int32_t> someTokens(std::size_t count) {
  std::vector<std::int32_t> tokens;
  for (std::size_t i = 0; i < count; ++i) tokens.push_back(static_cast<std::int32_t>(i * i % 5));
  return tokens;
}

// Outputs of one sequence in double precision.
std::vector<double> outputsOf(SequenceModel<double>& model,
                              const std::vector<std::int32_t>& tokens) {
  autodiff::Tape<double> tape;
  const auto indices = tape.indices(tokens.size());
  const auto y = model.record(tape, indices, 1, static_cast<std::int64_t>(tokens.size()));
  tape.bind(indices, tokens);
  tape.forward();
  return tape.read(y);
}

void addMechanismRows() {
  QTest::addColumn<QString>("id");
  for (const sequence::Mechanism* mechanism : sequence::mechanisms()) {
    const std::string id(mechanism->description().id);
    if (mechanism->description().causal) QTest::newRow(id.c_str()) << QString::fromStdString(id);
  }
}

}  // namespace

class SequenceModelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void gradientsOfEveryParameter_data() { addMechanismRows(); }

  // The gradient of every parameter against central differences.
  void gradientsOfEveryParameter() {
    QFETCH(QString, id);
    const auto& mechanism = sequence::requireMechanism(id.toStdString());
    SequenceModel<double> model(smallSettings(mechanism), 7);
    autodiff::Tape<double> tape;
    const auto indices = tape.indices(12);
    const auto y = model.record(tape, indices, 2, 6);
    std::vector<double> weights;
    for (std::size_t i = 0; i < 36; ++i) weights.push_back(std::cos(static_cast<double>(i)));
    const auto loss = autodiff::sum(y * tape.constant({2, 6, 3}, weights));
    tape.bind(indices, someTokens(12));
    tape.forward();
    model.parameters().clearGradients();
    tape.backward(loss);
    for (std::size_t p = 0; p < model.parameters().size(); ++p) {
      const auto values = model.parameters().values(p);
      const auto gradients = model.parameters().gradients(p);
      double largest = 0;
      for (const double gradient : gradients) largest = std::max(largest, std::abs(gradient));
      const std::size_t stride = std::max<std::size_t>(1, values.size() / 5);
      for (std::size_t i = 0; i < values.size(); i += stride) {
        const double kept = values[i], h = 1e-5 * std::max(1.0, std::abs(kept));
        values[i] = kept + h;
        tape.forward();
        const double above = tape.scalar(loss);
        values[i] = kept - h;
        tape.forward();
        const double slope = (above - tape.scalar(loss)) / (2 * h);
        values[i] = kept;
        const double error = std::abs(slope - gradients[i]);
        QVERIFY2(error <= 1e-6 * std::max(1e-2, largest),
                 qPrintable(QString("%1[%2]: %3 by differences, %4 by the tape")
                                .arg(QString::fromStdString(model.parameters().name(p)))
                                .arg(i)
                                .arg(slope, 0, 'g', 12)
                                .arg(gradients[i], 0, 'g', 12)));
      }
    }
  }

  void laterTokensAreNotSeen_data() { addMechanismRows(); }
  void laterTokensAreNotSeen() {
    QFETCH(QString, id);
    SequenceModel<double> model(smallSettings(sequence::requireMechanism(id.toStdString())), 7);
    std::vector<std::int32_t> tokens = someTokens(8);
    const auto before = outputsOf(model, tokens);
    tokens[5] = (tokens[5] + 1) % 5;
    const auto after = outputsOf(model, tokens);
    for (std::size_t i = 0; i < 5 * 3; ++i) QVERIFY(std::abs(before[i] - after[i]) < 1e-12);
    double change = 0;
    for (std::size_t i = 5 * 3; i < 8 * 3; ++i) change += std::abs(before[i] - after[i]);
    QVERIFY(change > 1e-6);
  }

  void signedEigenvaluesWriteTwiceAsMuch() {
    SequenceModelSettings settings = smallSettings(sequence::requireMechanism("deltanet"));
    SequenceModel<double> positive(settings, 7);
    settings.negative_eigenvalues = true;
    SequenceModel<double> both(settings, 7);
    QCOMPARE(positive.parameters().elements(), both.parameters().elements());
    QVERIFY(outputsOf(positive, someTokens(6)) != outputsOf(both, someTokens(6)));
  }

  void sameSeedSameWeights() {
    const auto settings = smallSettings(sequence::requireMechanism("gla"));
    SequenceModel<double> one(settings, 7), two(settings, 7), other(settings, 8);
    QCOMPARE(outputsOf(one, someTokens(6)), outputsOf(two, someTokens(6)));
    QVERIFY(outputsOf(one, someTokens(6)) != outputsOf(other, someTokens(6)));
  }

  void stateIsThatOfTheLayers() {
    SequenceModelSettings settings = smallSettings(sequence::requireMechanism("gla"));
    settings.layers = 3;
    QCOMPARE(SequenceModel<float>(settings, 1).stateSize(6), std::int64_t{3 * 2 * 3 * 2});
  }

  void mechanismsThatLookAheadAreRefused() {
    for (const char* id : {"vig", "soft", "arflow-hybrid"}) {
      try {
        SequenceModel<float> model(smallSettings(sequence::requireMechanism(id)), 1);
        QFAIL("no error");
      } catch (const Error& error) {
        QCOMPARE(error.key(), std::string("sequence.model.not_causal"));
      }
    }
  }
};

QTEST_APPLESS_MAIN(SequenceModelTest)
#include "sequence_model_test.moc"
