// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/mlp.h"

#include <QtTest>
#include <cmath>
#include <cstring>

#include "core/base/parallel.h"
#include "core/base/random.h"

using namespace lineament;
using namespace lineament::nets;

namespace {

struct Sample {
  std::vector<Feature> features;
  std::vector<double> rows;
  std::vector<double> targets;
};

// y = sin(2 a) + b^2 + a b / 2, or that plus 2 for the level "north" of a third feature.
Sample smoothSample(std::size_t count, std::uint64_t seed, bool with_place) {
  Random random(seed);
  Sample sample{{{"a", "m", {}}, {"b", "", {}}}, {}, {}};
  if (with_place) sample.features.push_back({"place", "", {"south", "north", "east"}});
  for (std::size_t i = 0; i < count; ++i) {
    const double a = random.uniform(-1.5, 1.5), b = random.uniform(-1.5, 1.5);
    const std::uint64_t place = random.below(3);
    sample.rows.insert(sample.rows.end(), {a, b});
    if (with_place) sample.rows.push_back(double(place));
    sample.targets.push_back(std::sin(2 * a) + b * b + a * b / 2 +
                             (with_place && place == 1 ? 2 : 0));
  }
  return sample;
}

MlpFit fitted(const Sample& sample, const MlpSettings& settings, const Context& context = {}) {
  return fitMlp(sample.features, "y", "mm", sample.rows, sample.targets, settings, context);
}

std::vector<double> predictions(const Model& model, const std::vector<double>& rows) {
  std::vector<double> outputs(rows.size() / model.features.size());
  model.predictor->predict(rows, outputs, {});
  return outputs;
}

double determination(const Model& model, const Sample& sample) {
  const std::vector<double> found = predictions(model, sample.rows);
  double mean = 0, residual = 0, total = 0;
  for (const double y : sample.targets) mean += y / double(sample.targets.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    residual += std::pow(found[i] - sample.targets[i], 2);
    total += std::pow(sample.targets[i] - mean, 2);
  }
  return 1 - residual / total;
}

MlpSettings quick() {
  MlpSettings settings;
  settings.hidden = {32, 32};
  settings.epochs = 200;
  settings.learning_rate = 5e-3;
  return settings;
}

bool sameBytes(const Model& a, const Model& b) {
  for (const auto& [name, tensor] : a.tensors) {
    const auto& other = b.tensors.at(name);
    if (tensor.bytes().size() != other.bytes().size() ||
        std::memcmp(tensor.bytes().data(), other.bytes().data(), tensor.bytes().size()) != 0) {
      return false;
    }
  }
  return a.tensors.size() == b.tensors.size();
}

template <class Work>
std::string errorKey(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.key();
  }
  return "no error";
}

}  // namespace

class MlpTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void learnsASmoothFunction_data() {
    QTest::addColumn<QString>("activation");
    for (const char* name : {"relu", "tanh", "sigmoid", "gelu"})
      QTest::newRow(name) << QString(name);
  }

  void learnsASmoothFunction() {
    QFETCH(QString, activation);
    MlpSettings settings = quick();
    settings.activation = activation.toStdString();
    if (activation == "sigmoid") settings.learning_rate = 2e-2;
    const MlpFit fit = fitted(smoothSample(800, 1, false), settings);
    QVERIFY(determination(fit.model, smoothSample(500, 2, false)) > 0.99);
  }

  void learnsALevelOfATextColumn() {
    const MlpFit fit = fitted(smoothSample(900, 3, true), quick());
    QVERIFY(determination(fit.model, smoothSample(500, 4, true)) > 0.99);
    // One feature per column outside, one input per level inside.
    QCOMPARE(fit.model.predictor->featureCount(), std::size_t(3));
    QCOMPARE(fit.model.tensors.at("layer0.weight").shape(), (std::vector<std::uint64_t>{32, 5}));
    QCOMPARE(fit.model.tensors.at("input.mean").shape(), std::vector<std::uint64_t>{3});
  }

  void theCurveFallsAndTheBestEpochIsKept() {
    const Sample sample = smoothSample(300, 5, false);
    MlpSettings settings = quick();
    settings.patience = 5;
    const MlpFit fit = fitted(sample, settings);
    const Series& curve = fit.learning_curve;
    const Tensor& losses = fit.model.tensors.at("validation.losses");
    QVERIFY(std::ranges::equal(losses.numbers(), curve.curves[1].y.span()));
    QVERIFY(curve.y.logarithmic);
    QCOMPARE(curve.curves.size(), std::size_t(2));
    const auto& validation = curve.curves[1].y;
    const auto best = std::min_element(validation.begin(), validation.end()) - validation.begin();
    QCOMPARE(fit.best_epoch, int(best) + 1);
    QCOMPARE(curve.marks.at(0).position, double(fit.best_epoch));
    QVERIFY(validation[std::size_t(best)] < 0.2 * validation[0]);
    // Stopped `patience` epochs after the best one, unless the epochs ran out.
    QCOMPARE(int(validation.size()), std::min(settings.epochs, fit.best_epoch + settings.patience));
    QCOMPARE(curve.curves[0].x[0], 1.0);
  }

  void scalersComeFromTheTrainingRows() {
    Sample sample = smoothSample(40, 6, false);
    for (std::size_t i = 0; i < 40; ++i) sample.rows[2 * i + 1] = 7;  // constant
    MlpSettings settings = quick();
    settings.epochs = 2;
    settings.validation_share = 0;
    const MlpFit fit = fitted(sample, settings);
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < 40; ++i) mean += sample.rows[2 * i] / 40;
    for (std::size_t i = 0; i < 40; ++i) squares += std::pow(sample.rows[2 * i] - mean, 2) / 40;
    const auto means = fit.model.tensors.at("input.mean").numbers();
    const auto scales = fit.model.tensors.at("input.scale").numbers();
    QVERIFY(std::abs(means[0] - mean) < 1e-12);
    QVERIFY(std::abs(scales[0] - std::sqrt(squares)) < 1e-12);
    QCOMPARE(means[1], 7.0);
    QCOMPARE(scales[1], 1.0);
    QCOMPARE(fit.learning_curve.curves.size(), std::size_t(1));  // nothing held out
    QVERIFY(!fit.model.tensors.count("validation.losses"));
  }

  void aConstantTargetIsPredicted() {
    Sample sample = smoothSample(50, 7, false);
    for (double& y : sample.targets) y = 3.25;
    MlpSettings settings = quick();
    settings.epochs = 60;
    const MlpFit fit = fitted(sample, settings);
    for (const double y : predictions(fit.model, sample.rows)) QVERIFY(std::abs(y - 3.25) < 0.1);
  }

  void sameSeedSameBytesAtAnyThreadCount() {
    const Sample sample = smoothSample(2000, 8, true);
    MlpSettings settings = quick();
    settings.epochs = 3;
    settings.batch = 900;
    settings.hidden = {96, 40};
    const auto with = [&](int threads, std::uint64_t seed) {
      const ThreadLimit limit(threads);
      Context context;
      context.seed = seed;
      return fitted(sample, settings, context).model;
    };
    const Model one = with(1, 5);
    QVERIFY(sameBytes(one, with(2, 5)));
    QVERIFY(!sameBytes(one, with(1, 6)));
    QVERIFY(predictions(one, sample.rows) == predictions(with(2, 5), sample.rows));
  }

  void stopsWhenAsked() {
    std::stop_source source;
    Context context;
    context.stop = source.get_token();
    double furthest = 0;
    context.progress = [&](double fraction, std::string_view) {
      furthest = std::max(furthest, fraction);
      if (fraction > 0.1) source.request_stop();
    };
    QVERIFY_THROWS_EXCEPTION(Cancelled, fitted(smoothSample(200, 9, false), quick(), context));
    QVERIFY(furthest > 0.1 && furthest < 0.12);
  }

  void weightDecayShrinksTheWeights() {
    const Sample sample = smoothSample(200, 10, false);
    MlpSettings settings = quick();
    settings.epochs = 60;
    settings.patience = 1000;
    const auto size = [&](double decay) {
      settings.weight_decay = decay;
      double sum = 0;
      for (const double w : fitted(sample, settings).model.tensors.at("layer1.weight").numbers()) {
        sum += w * w;
      }
      return sum;
    };
    QVERIFY(size(1.0) < 0.7 * size(0));
  }

  void errors() {
    const Sample good = smoothSample(20, 11, false);
    const auto key = [&](auto change) {
      Sample sample = good;
      MlpSettings settings = quick();
      settings.epochs = 5;
      change(sample, settings);
      return errorKey([&] { fitted(sample, settings); });
    };
    const std::string setting = "mlp.setting";
    QCOMPARE(key([](auto&, auto& s) { s.activation = "step"; }), setting);
    QCOMPARE(key([](auto&, auto& s) { s.hidden = {4, 0}; }), setting);
    QCOMPARE(key([](auto&, auto& s) { s.learning_rate = 0; }), setting);
    QCOMPARE(key([](auto&, auto& s) { s.weight_decay = -1; }), setting);
    QCOMPARE(key([](auto&, auto& s) { s.epochs = 0; }), setting);
    QCOMPARE(key([](auto&, auto& s) { s.batch = 0; }), setting);
    QCOMPARE(key([](auto&, auto& s) { s.patience = 0; }), setting);
    QCOMPARE(key([](auto&, auto& s) { s.validation_share = 1; }), setting);
    QCOMPARE(key([](auto& d, auto&) { d.rows.pop_back(); }), setting);
    QCOMPARE(key([](auto& d, auto&) { d.rows[3] = std::nan(""); }), std::string("mlp.not_finite"));
    QCOMPARE(key([](auto& d, auto&) { d.targets[3] = HUGE_VAL; }), std::string("mlp.not_finite"));
    QCOMPARE(key([](auto& d, auto&) { d.rows.resize(2), d.targets.resize(1); }),
             std::string("mlp.too_few_rows"));
    QCOMPARE(key([](auto&, auto& s) { s.learning_rate = 1e30; }), std::string("mlp.diverged"));
    QCOMPARE(key([](auto&, auto&) {}), std::string("no error"));
  }
};

QTEST_APPLESS_MAIN(MlpTest)
#include "mlp_test.moc"
