// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/autoencoder.h"

#include <QtTest>
#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "tests/core/base/each_target.h"

using namespace lineament;
using namespace lineament::nets;
using lineament::testing::onEachTarget;

namespace {

using Type = Layer::Type;

std::vector<float> uniforms(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.uniform());
  return values;
}

// A network whose biases are not 0 either.
Autoencoder drawn(std::size_t inputs, std::vector<AutoencoderLayer> layers, std::uint64_t seed) {
  Autoencoder network(inputs, std::move(layers), Random(seed));
  Random random(seed + 1);
  for (float& parameter : network.parameters()) {
    parameter += static_cast<float>(random.uniform(-0.3, 0.3));
  }
  return network;
}

struct Shape {
  std::size_t inputs;
  std::vector<AutoencoderLayer> layers;
};

const Shape kShapes[] = {
    {7, {{6}, {4}, {2}, {4}, {6}, {7, Type::sigmoid}}},
    {19, {{15}, {10}, {5}, {2}, {5}, {10}, {15}, {19, Type::sigmoid}}},
    {12, {{64}, {16}, {64}, {12, Type::linear}}},
    {1, {{1, Type::sigmoid}}},
    {33, {{17, Type::sigmoid}, {33, Type::linear}}},
    {3, {{100}, {1, Type::linear}, {3}}},
};

double relativeDistance(const std::vector<float>& found, const std::vector<double>& expected) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(found[i]) - expected[i]));
    size = std::max(size, std::abs(expected[i]));
  }
  return difference / size;
}

}  // namespace

class AutoencoderTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // x = (0.4, 0.8), W1 = (0.5, -0.25), b1 = 0.1, W2 = (1, -1)', b2 = (0, 0.5), by hand.
  void lossOfOneHiddenUnit() {
    Autoencoder network(2, {{1}, {2, Type::sigmoid}}, Random(1));
    const float parameters[] = {0.5f, -0.25f, 0.1f, 1.0f, 0.0f, -1.0f, 0.5f};
    std::copy(std::begin(parameters), std::end(parameters), network.parameters().begin());
    const std::vector<float> row{0.4f, 0.8f};
    onEachTarget([&] {
      AutoencoderTrainer plain(network, {}, {}), sparse(network, {1e-4}, {});
      std::vector<float> gradient;
      QVERIFY(std::abs(plain.gradient(row.data(), 1, {}, gradient) - 0.028478118) < 2e-8);
      QVERIFY(std::abs(sparse.gradient(row.data(), 1, {}, gradient) - 0.028600996) < 2e-8);
      float hidden = 0, outputs[2];
      network.run(row.data(), 1, 1, 0, &hidden, 1);
      network.run(row.data(), 1, 1, 1, outputs, 1);
      QVERIFY(std::abs(hidden - 0.10507009874f) < 1e-7f);
      QVERIFY(std::abs(outputs[0] - 0.526243f) < 1e-6f);
      QVERIFY(std::abs(outputs[1] - 0.597469f) < 1e-6f);
    });
  }

  void referenceAgreesWithFiniteDifferences() {
    for (const Shape& shape : kShapes) {
      Autoencoder network = drawn(shape.inputs, shape.layers, 3);
      const std::vector<float> rows = uniforms(5 * shape.inputs, 4);
      std::vector<double> gradient, unused;
      autoencoderReference(network, {0.01}, rows, gradient);
      const std::size_t stride = std::max<std::size_t>(1, gradient.size() / 40);
      for (std::size_t i = 0; i < gradient.size(); i += stride) {
        const float kept = network.parameters()[i];
        const float up = kept + 1e-3f, down = kept - 1e-3f;
        network.parameters()[i] = up;
        const double above = autoencoderReference(network, {0.01}, rows, unused);
        network.parameters()[i] = down;
        const double below = autoencoderReference(network, {0.01}, rows, unused);
        network.parameters()[i] = kept;
        const double slope =
            (above - below) / (static_cast<double>(up) - static_cast<double>(down));
        QVERIFY2(std::abs(slope - gradient[i]) < 1e-4 * std::max(1.0, std::abs(slope)),
                 qPrintable(QString("%1: %2 %3").arg(i).arg(slope).arg(gradient[i])));
      }
    }
  }

  void gradientOfAnyShapeAndBatch() {
    onEachTarget([] {
      for (const Shape& shape : kShapes) {
        Autoencoder network = drawn(shape.inputs, shape.layers, 5);
        for (const std::size_t count : {1, 2, 7, 16, 17, 128, 129, 200, 513, 1500}) {
          const std::vector<float> rows = uniforms(count * shape.inputs, count);
          std::vector<double> expected;
          const double loss = autoencoderReference(network, {0.01}, rows, expected);
          AutoencoderTrainer trainer(network, {0.01}, {});
          std::vector<float> gradient;
          const double found = trainer.gradient(rows.data(), count, {}, gradient);
          QVERIFY(std::abs(found - loss) < 1e-5 * loss);
          QCOMPARE(gradient.size(), expected.size());
          const double distance = relativeDistance(gradient, expected);
          QVERIFY2(distance < 2e-5,
                   qPrintable(
                       QString("%1 points of %2: %3").arg(count).arg(shape.inputs).arg(distance)));
          // A second call finds nothing of the first one's.
          std::vector<float> again = gradient;
          trainer.gradient(rows.data(), count, {}, again);
          QCOMPARE(again, gradient);
        }
      }
    });
  }

  void activationsOfEveryLayer() {
    onEachTarget([] {
      const Autoencoder network = drawn(7, kShapes[0].layers, 6);
      const std::size_t count = 300, stride = 310;
      const std::vector<float> planar = uniforms(7 * stride, 7);
      for (std::size_t layer = 0; layer < network.layerCount(); ++layer) {
        std::vector<float> found(network.outputsOf(layer) * stride, -9.0f);
        network.run(planar.data(), stride, count, layer, found.data(), stride);
        for (std::size_t i = 0; i < stride; ++i) {
          std::vector<double> values;
          for (std::size_t f = 0; f < 7; ++f) {
            values.push_back(static_cast<double>(planar[f * stride + i]));
          }
          for (const Layer& step : network.layers(0, layer + 1)) {
            if (!step.hasTensors()) {
              activate(step.type, values.data(), values.size());
              continue;
            }
            std::vector<double> next = step.bias;
            for (std::size_t o = 0; o < step.outputs; ++o) {
              for (std::size_t k = 0; k < step.inputs; ++k) {
                next[o] += step.weight[o * step.inputs + k] * values[k];
              }
            }
            values = std::move(next);
          }
          for (std::size_t u = 0; u < values.size(); ++u) {
            const auto number = static_cast<double>(found[u * stride + i]);
            QVERIFY(i < count ? std::abs(number - values[u]) < 1e-5 : number == -9.0);
          }
        }
      }
    });
  }

  void stepsAreAdamOnTheGradient() {
    for (const bool uncorrected : {false, true}) {
      Autoencoder network = drawn(7, kShapes[0].layers, 8);
      std::vector<float> mirror(network.parameters().begin(), network.parameters().end());
      std::vector<double> m(mirror.size()), v(mirror.size());
      AutoencoderTrainer trainer(network, {1e-4},
                                 {.epsilon = 1e-3, .uncorrected_epsilon = uncorrected});
      for (int t = 1; t <= 5; ++t) {
        const std::vector<float> rows = uniforms(64 * 7, static_cast<std::uint64_t>(t));
        std::vector<float> gradient;
        trainer.gradient(rows.data(), 64, {}, gradient);
        trainer.step(rows.data(), 64, {});
        for (std::size_t i = 0; i < mirror.size(); ++i) {
          const auto g = static_cast<double>(gradient[i]);
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          const double c1 = 1 - std::pow(0.9, t), c2 = 1 - std::pow(0.999, t);
          const double shift = uncorrected
                                   ? 1e-3 * std::sqrt(c2) / c1 * m[i] / (std::sqrt(v[i]) + 1e-3)
                                   : 1e-3 * (m[i] / c1) / (std::sqrt(v[i] / c2) + 1e-3);
          mirror[i] -= static_cast<float>(shift);
          QVERIFY(std::abs(mirror[i] - network.parameters()[i]) < 2e-6f);
        }
      }
    }
  }

  void learnsWhatIsThere() {
    // Points of four numbers on a curve: one number is enough to tell them.
    Random random(9);
    std::vector<float> rows;
    for (int i = 0; i < 4096; ++i) {
      const double t = random.uniform();
      for (const double value : {0.2 + 0.6 * t, 0.8 - 0.5 * t * t, 0.3 + 0.3 * t, 0.5 * t}) {
        rows.push_back(static_cast<float>(value));
      }
    }
    Autoencoder network(4, {{8}, {1}, {8}, {4, Type::sigmoid}}, Random(10));
    AutoencoderTrainer trainer(network, {}, {.learning_rate = 5e-3});
    double first = 0, last = 0;
    for (int epoch = 0; epoch < 30; ++epoch) {
      for (std::size_t begin = 0; begin < 4096; begin += 64) {
        last = trainer.step(rows.data() + begin * 4, 64, {});
        if (epoch == 0 && begin == 0) first = last;
      }
    }
    QVERIFY2(last < 0.01 * first, qPrintable(QString("%1 from %2").arg(last).arg(first)));
  }

  void sameBytesAtAnyThreadCount() {
    const std::vector<float> rows = uniforms(3000 * 12, 11);
    std::vector<float> results[2];
    for (int i = 0; i < 2; ++i) {
      Autoencoder network = drawn(12, kShapes[2].layers, 12);
      AutoencoderTrainer trainer(network, {}, {});
      Context context;
      context.threads = i == 0 ? 1 : 2;
      for (int step = 0; step < 3; ++step) trainer.step(rows.data(), 3000, context);
      results[i].assign(network.parameters().begin(), network.parameters().end());
    }
    QCOMPARE(results[0], results[1]);
  }

  void initialWeightsAreGlorotUniform() {
    const Autoencoder network(50, {{30}, {50, Type::linear}}, Random(13));
    const double limit = std::sqrt(6.0 / 80);
    double largest = 0, sum = 0, squares = 0;
    std::size_t weights = 0;
    for (std::size_t o = 0; o < 30; ++o) {
      for (std::size_t i = 0; i < 51; ++i) {
        const auto value = static_cast<double>(network.parameters()[o * 51 + i]);
        if (i == 50) {
          QCOMPARE(value, 0.0);
          continue;
        }
        largest = std::max(largest, std::abs(value));
        sum += value;
        squares += value * value;
        ++weights;
      }
    }
    const auto n = static_cast<double>(weights);
    QVERIFY(largest <= limit && largest > 0.98 * limit);
    QVERIFY(std::abs(sum / n) < 0.1 * limit);
    QVERIFY(std::abs(squares / n - limit * limit / 3) < 0.05 * limit * limit);
  }

  void refusesOtherOutputsThanInputs() {
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, Autoencoder(3, {{2}, {4}}, Random(1)));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, Autoencoder(3, {}, Random(1)));
  }
};

QTEST_APPLESS_MAIN(AutoencoderTest)
#include "autoencoder_test.moc"
