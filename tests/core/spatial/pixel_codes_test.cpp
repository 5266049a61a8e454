// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/pixel_codes.h"

#include <QtTest>
#include <cmath>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/spatial/feature_raster.h"
#include "core/spatial/planar_points.h"
#include "core/spatial/point_moments.h"
#include "tests/core/spatial/point_rows.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

// Seven bands in 0 to 1 that depend on two numbers, curved, with a little noise.
std::vector<float> scene(std::size_t count) {
  Random random(1);
  std::vector<float> values(7 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const double a = random.uniform(), b = random.uniform();
    for (std::size_t f = 0; f < 7; ++f) {
      const auto k = static_cast<double>(f);
      values[f * count + i] = static_cast<float>(
          0.5 + 0.25 * std::sin(2 * a + k) + 0.2 * std::cos(1.5 * b * k) + 0.005 * random.normal());
    }
  }
  return values;
}

double meanSquare(const PointCode& code, const SharedPoints& points) {
  const PointDistances distances(code.reconstructions(points), points);
  const PointMoments moments = momentsOf(distances, {});
  return moments.variance[0] + moments.mean[0] * moments.mean[0];
}

double totalVariance(const PointSource& points) {
  double sum = 0;
  for (const double variance : momentsOf(points, {}).variance) sum += variance;
  return sum / static_cast<double>(points.features());
}

}  // namespace

class PixelCodesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void lossesFallAndTheBandsComeBack() {
    const SharedPoints points = std::make_shared<PlanarPoints>(values_.data(), 7, kCount, 1000);
    AutoencoderOptions options;
    options.schedule.epochs = 20;
    options.schedule.penalty = 0;
    const auto code = learnAutoencoder(points, options, {});
    QCOMPARE(code->stages().size(), std::size_t{1});
    const std::vector<double>& losses = code->stages()[0].losses;
    QCOMPARE(losses.size(), std::size_t{20});
    QVERIFY(losses.back() < 0.3 * losses.front());
    QCOMPARE(code->codes(points)->features(), std::size_t{2});
    QVERIFY(meanSquare(*code, points) < 0.35 * totalVariance(*points));
    // The loss is what the reconstructions say.
    QVERIFY(std::abs(meanSquare(*code, points) / losses.back() - 1) < 0.1);
  }

  void stackedAsPublished() {
    const SharedPoints points = std::make_shared<PlanarPoints>(values_.data(), 7, kCount, 1000);
    const auto code = learnStacked(points, {}, {});
    QCOMPARE(code->stages().size(), std::size_t{3});
    const std::vector<std::vector<std::size_t>> widths{
        {6, 4, 2, 4, 6, 7}, {10, 5, 2, 5, 10, 14}, {15, 10, 5, 2, 5, 10, 15, 19}};
    const std::size_t inputs[] = {7, 14, 19}, epochs[] = {10, 5, 5},
                      parameters[] = {177, 446, 1071};
    for (std::size_t s = 0; s < 3; ++s) {
      const CodeStage& stage = code->stages()[s];
      QCOMPARE(stage.network->inputs(), inputs[s]);
      QCOMPARE(stage.losses.size(), epochs[s]);
      QCOMPARE(stage.network->parameters().size(), parameters[s]);
      for (std::size_t l = 0; l < widths[s].size(); ++l) {
        QCOMPARE(stage.network->outputsOf(l), widths[s][l]);
        QCOMPARE(stage.network->activationOf(l),
                 l + 1 == widths[s].size() ? nets::Layer::Type::sigmoid : nets::Layer::Type::selu);
      }
    }
    // The second network takes the first one's output before the points, the third one the second
    // one's layer of five before both: worked out here network by network.
    std::vector<float> room;
    const Points block = points->block(2, room);
    const auto run = [&](std::size_t stage, const std::vector<float>& from, std::size_t layer) {
      const nets::Autoencoder& network = *code->stages()[stage].network;
      std::vector<float> to(network.outputsOf(layer) * block.count);
      network.run(from.data(), block.count, block.count, layer, to.data(), block.count);
      return to;
    };
    std::vector<float> x;
    for (std::size_t f = 0; f < 7; ++f) {
      x.insert(x.end(), block.values + f * block.stride,
               block.values + f * block.stride + block.count);
    }
    std::vector<float> second = run(0, x, 5);
    second.insert(second.end(), x.begin(), x.end());
    std::vector<float> third = run(1, second, 1);
    third.insert(third.end(), second.begin(), second.end());
    const std::vector<float> expected = run(2, third, 3);
    std::vector<float> codes_room;
    const SharedPoints codes = code->codes(points);
    QCOMPARE(codes->features(), std::size_t{2});
    const Points found = codes->block(2, codes_room);
    QCOMPARE(std::vector<float>(found.values, found.values + 2 * found.count), expected);
  }

  void layerByLayerThenAsAWhole() {
    const SharedPoints points = std::make_shared<PlanarPoints>(values_.data(), 7, kCount, 1000);
    TunedOptions options;
    options.code = 2;
    options.schedule.epochs = 60;
    const auto code = learnTuned(points, options, {});
    QCOMPARE(code->stages().size(), std::size_t{4});
    const CodeStage& whole = code->stages().back();
    QCOMPARE(whole.name, std::string("all layers"));
    // It starts where the layers ended, so at once better than a network that has learnt nothing.
    QVERIFY(whole.losses.front() < 0.5 * code->stages()[0].losses.front());
    const double left = meanSquare(*code, points) / totalVariance(*points);
    QVERIFY2(left < 0.2, qPrintable(QString::number(left)));
    QCOMPARE(code->codes(points)->features(), std::size_t{2});
  }

  void sameBytesAtAnyThreadCount() {
    std::vector<float> results[2];
    for (int i = 0; i < 2; ++i) {
      Context context;
      context.threads = i + 1;
      const SharedPoints points = std::make_shared<PlanarPoints>(values_.data(), 7, kCount, 1000);
      AutoencoderOptions options;
      options.schedule = {.epochs = 2, .batch = 600, .seed = 5};
      results[i] = test::valuesOf(*learnAutoencoder(points, options, context)->codes(points));
    }
    QCOMPARE(results[0], results[1]);
  }

  // An epoch takes each point once: with a learning rate of next to nothing the mean loss is that
  // of the points, whatever the batches; groups that do not fill a batch hand their rest on.
  void epochsTakeEachPointOnce() {
    nets::Autoencoder network(7, {{3}, {7, nets::Layer::Type::sigmoid}}, Random(2));
    const nets::Autoencoder before = network;
    const PlanarPoints points(values_.data(), 7, kCount, 900);
    for (const std::size_t batch : {std::size_t{7}, std::size_t{256}, std::size_t{100000}}) {
      nets::Autoencoder copy = before;
      const std::vector<double> losses =
          trainAutoencoder(copy, points, {.epochs = 1, .batch = batch, .learning_rate = 1e-12}, {});
      std::vector<float> rows(7 * kCount);
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = values_[i % 7 * kCount + i / 7];
      std::vector<double> gradient;
      const double expected = nets::autoencoderReference(before, {}, rows, gradient);
      QVERIFY(std::abs(losses[0] - expected) < 1e-5 * expected);
    }
  }

  void divergenceIsSaid() {
    const PlanarPoints points(values_.data(), 7, kCount, 1000);
    nets::Autoencoder network(7, {{64}, {64}, {7, nets::Layer::Type::linear}}, Random(2));
    QVERIFY_EXCEPTION_THROWN(
        trainAutoencoder(network, points, {.epochs = 50, .batch = 16, .learning_rate = 1e30}, {}),
        Error);
    const PlanarPoints none(values_.data(), 7, 0);
    QVERIFY_EXCEPTION_THROWN(trainAutoencoder(network, none, {}, {}), Error);
  }

  void cancels() {
    std::stop_source stop;
    Context context;
    context.stop = stop.get_token();
    context.progress = [&](double fraction, std::string_view) {
      if (fraction > 0.2) stop.request_stop();
    };
    const SharedPoints points = std::make_shared<PlanarPoints>(values_.data(), 7, kCount, 1000);
    QVERIFY_EXCEPTION_THROWN(learnStacked(points, {.epochs_factor = 100}, context), Cancelled);
  }

 private:
  static constexpr std::size_t kCount = 20000;
  std::vector<float> values_ = scene(kCount);
};

QTEST_APPLESS_MAIN(PixelCodesTest)
#include "pixel_codes_test.moc"
