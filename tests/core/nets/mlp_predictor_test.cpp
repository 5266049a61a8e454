// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/nets/mlp.h"

using namespace lineament;
using namespace lineament::nets;

namespace {

Tensor randomTensor(std::vector<std::uint64_t> shape, Random& random) {
  std::size_t count = 1;
  for (const std::uint64_t size : shape) count *= size;
  std::vector<double> values(count);
  for (double& value : values) value = random.uniform(-1, 1);
  return Tensor::of(std::move(shape), std::move(values));
}

// a and b, a text column of two levels between them; 4 inputs, 5 hidden units, 2 outputs.
Model smallModel(const std::string& activation) {
  Random random(21);
  Model model;
  model.type = "mlp";
  model.features = {{"a", "", {}}, {"place", "", {"here", "there"}}, {"b", "", {}}};
  model.configuration["layers"] = {
      {{"type", "linear"}, {"name", "layer0"}, {"inputs", 4u}, {"outputs", 5u}},
      {{"type", activation}},
      {{"type", "affine"}, {"name", "layer1"}, {"inputs", 5u}, {"outputs", 5u}},
      {{"type", "linear"}, {"name", "layer2"}, {"inputs", 5u}, {"outputs", 2u}}};
  model.tensors = {{"layer0.weight", randomTensor({5, 4}, random)},
                   {"layer0.bias", randomTensor({5}, random)},
                   {"layer1.weight", randomTensor({5}, random)},
                   {"layer1.bias", randomTensor({5}, random)},
                   {"layer2.weight", randomTensor({2, 5}, random)},
                   {"layer2.bias", randomTensor({2}, random)},
                   {"input.mean", Tensor::of({3}, std::vector<double>{1, 0, -2})},
                   {"input.scale", Tensor::of({3}, std::vector<double>{2, 1, 0.5})},
                   {"target.mean", Tensor::of({2}, std::vector<double>{10, 20})},
                   {"target.scale", Tensor::of({2}, std::vector<double>{3, 4})}};
  return model;
}

double activationOf(const std::string& name, double x) {
  if (name == "relu") return std::max(0.0, x);
  if (name == "tanh") return std::tanh(x);
  if (name == "sigmoid") return 1 / (1 + std::exp(-x));
  if (name == "gelu") return x * (1 + std::erf(x / std::sqrt(2.0))) / 2;
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

// The network written down as plain loops.
std::array<double, 2> byHand(const Model& model, const std::string& activation, double a, int place,
                             double b) {
  const auto t = [&](const char* name) { return model.tensors.at(name).numbers(); };
  const double inputs[] = {(a - 1) / 2, place == 0 ? 1.0 : 0.0, place == 1 ? 1.0 : 0.0,
                           (b + 2) / 0.5};
  std::array<double, 5> hidden{};
  for (std::size_t i = 0; i < 5; ++i) {
    double sum = t("layer0.bias")[i];
    for (std::size_t j = 0; j < 4; ++j) sum += t("layer0.weight")[i * 4 + j] * inputs[j];
    hidden[i] = activationOf(activation, sum) * t("layer1.weight")[i] + t("layer1.bias")[i];
  }
  std::array<double, 2> outputs{};
  for (std::size_t k = 0; k < 2; ++k) {
    outputs[k] = t("layer2.bias")[k];
    for (std::size_t i = 0; i < 5; ++i) outputs[k] += t("layer2.weight")[k * 5 + i] * hidden[i];
  }
  return {outputs[0] * 3 + 10, outputs[1] * 4 + 20};
}

}  // namespace

class MlpPredictorTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void agreesWithPlainLoops() {
    for (const std::string activation : {"relu", "tanh", "sigmoid", "gelu", "gelu_tanh"}) {
      const Model model = smallModel(activation);
      const auto predictor = mlpPredictor(model);
      QCOMPARE(predictor->featureCount(), std::size_t(3));
      QCOMPARE(predictor->outputCount(), std::size_t(2));
      Random random(3);
      constexpr std::size_t kRows = 601;  // more than two blocks, the last one short
      std::vector<double> rows, outputs(kRows * 2);
      for (std::size_t i = 0; i < kRows; ++i) {
        rows.insert(rows.end(), {random.uniform(-3, 3), double(i % 2), random.uniform(-3, 3)});
      }
      predictor->predict(rows, outputs, {});
      for (std::size_t i = 0; i < kRows; ++i) {
        const auto expected =
            byHand(model, activation, rows[i * 3], int(rows[i * 3 + 1]), rows[i * 3 + 2]);
        QVERIFY2(std::abs(outputs[i * 2] - expected[0]) < 1e-11, activation.c_str());
        QVERIFY2(std::abs(outputs[i * 2 + 1] - expected[1]) < 1e-11, activation.c_str());
      }
    }
  }

  void rowsThatCannotBePredictedAreNaN() {
    const auto predictor = mlpPredictor(smallModel("relu"));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> rows = {nan, 0, 1,  /**/ 1, nan,    1, /**/ 1, 2,
                                      1,   1, -1, 1,      /**/ 1, 1, 1};
    std::vector<double> outputs(10);
    predictor->predict(rows, outputs, {});
    for (std::size_t i = 0; i < 8; ++i) QVERIFY(std::isnan(outputs[i]));
    QVERIFY(std::isfinite(outputs[8]) && std::isfinite(outputs[9]));
    predictor->predict({}, {}, {});  // nothing to do
  }

  // The start is all that comes before the first activation.
  void additiveStartAndRestAreTheWhole() {
    Model normed = smallModel("tanh");  // a batch norm between two linear layers
    normed.configuration["layers"].erase(1);
    for (const Model& model : {smallModel("relu"), smallModel("gelu"), normed}) {
      const auto predictor = mlpPredictor(model);
      const AdditiveStart* start = predictor->additiveStart();
      QVERIFY(start);
      Random random(8);
      for (int i = 0; i < 50; ++i) {
        const std::vector<double> row{random.uniform(-3, 3), double(i % 2), random.uniform(-3, 3)};
        std::vector<double> sums(start->width()), part(start->width()), whole(2), found(2);
        start->constant(sums);
        for (std::size_t j = 0; j < 3; ++j) {
          start->part(j, row[j], part);
          for (std::size_t k = 0; k < part.size(); ++k) sums[k] += part[k];
        }
        start->rest(sums, found);
        predictor->predict(row, whole, {});
        QVERIFY(std::abs(found[0] - whole[0]) < 1e-12);
        QVERIFY(std::abs(found[1] - whole[1]) < 1e-12);
      }
      std::vector<double> part(start->width());
      for (const auto& [feature, value] : {std::pair{0, std::nan("")}, {1, 2.0}, {1, -1.0}}) {
        start->part(static_cast<std::size_t>(feature), value, part);
        for (const double number : part) QVERIFY(std::isnan(number));
      }
    }
  }

  void sameBytesAtAnyThreadCount() {
    const auto predictor = mlpPredictor(smallModel("tanh"));
    Random random(4);
    std::vector<double> rows(3 * 5000), one(2 * 5000), two(2 * 5000);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i % 3 == 1 ? 1 : random.uniform();
    {
      const ThreadLimit limit(1);
      predictor->predict(rows, one, {});
    }
    const ThreadLimit limit(2);
    predictor->predict(rows, two, {});
    QVERIFY(one == two);
  }

  void malformedModels() {
    const std::function<void(Model&)> damages[] = {
        [](Model& m) { m.type = "ols"; },
        [](Model& m) { m.version = 2; },
        [](Model& m) { m.features.clear(); },
        [](Model& m) { m.features.pop_back(); },
        [](Model& m) { m.configuration = nullptr; },
        [](Model& m) { m.configuration.erase("layers"); },
        [](Model& m) { m.configuration["layers"] = "none"; },
        [](Model& m) { m.configuration["layers"][1]["type"] = "swish"; },
        [](Model& m) { m.configuration["layers"][1] = 3; },
        [](Model& m) { m.configuration["layers"][1]["type"] = 3; },
        [](Model& m) { m.configuration["layers"][0]["name"] = 3; },
        [](Model& m) { m.configuration["layers"][0]["outputs"] = -1; },
        [](Model& m) { m.configuration["layers"][0]["outputs"] = 6u; },
        [](Model& m) { m.configuration["layers"][0].erase("inputs"); },
        [](Model& m) { m.configuration["layers"].erase(0); },
        [](Model& m) { m.tensors.erase("layer1.bias"); },
        [](Model& m) { m.tensors.erase("target.scale"); },
        [](Model& m) { m.tensors["input.mean"] = Tensor::of({1}, std::vector<double>{0}); },
    };
    for (std::size_t i = 0; i < std::size(damages); ++i) {
      Model model = smallModel("relu");
      damages[i](model);
      try {
        mlpPredictor(model);
        QFAIL(qPrintable(QString("damage %1 was not noticed").arg(i)));
      } catch (const Error& error) {
        QCOMPARE(error.key(), std::string("model.malformed"));
      }
    }
  }
};

QTEST_APPLESS_MAIN(MlpPredictorTest)
#include "mlp_predictor_test.moc"
