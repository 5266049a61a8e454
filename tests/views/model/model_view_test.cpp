// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/model/model_view.h"

#include <QComboBox>
#include <QSignalSpy>
#include <QtTest>
#include <cmath>

#include "core/linear/linear_model.h"
#include "core/nets/mlp.h"
#include "views/common/figure_export.h"
#include "views/common/figure_style.h"

using namespace lineament;
using namespace lineament::views;

namespace {

// y = 5 - 0.01 x + 3 if b - 1 if c + 0 z, nearly: x runs over hundreds, z over parts of one.
struct Sample {
  std::vector<Feature> features{{"x", "m", {}}, {"place", "", {"a", "b", "c"}}, {"z", "kg", {}}};
  std::vector<double> rows, targets;

  Sample() {
    const double by_place[] = {0, 3, -1};
    for (int i = 0; i < 60; ++i) {
      const double x = 1000.0 * ((i * 37) % 60) / 60, z = ((i * 23) % 60) / 60.0;
      rows.insert(rows.end(), {x, static_cast<double>(i % 3), z});
      targets.push_back(5 - 0.01 * x + by_place[i % 3] + 0.05 * std::sin(9.0 * i));
    }
  }
};

Model leastSquares() {
  const Sample sample;
  return linear::olsModel(linear::fitOls(sample.features, sample.rows, sample.targets, {}),
                          sample.features, "PPV", "mm/s");
}

Model ridge() {
  const Sample sample;
  return linear::ridgeModel(
      linear::fitRidge(sample.features, sample.rows, sample.targets, {.lambda = 1.0}, {}),
      sample.features, "PPV", "mm/s");
}

Model network() {
  const Sample sample;
  return nets::fitMlp(sample.features, "PPV", "mm/s", sample.rows, sample.targets,
                      {.hidden = {6, 4}, .epochs = 12}, {})
      .model;
}

QString svgOf(const View& view) {
  return QString::fromUtf8(figureSvg(view.figure(), {}));
}

std::string keyOf(const Model& model) {
  try {
    ModelView view;
    view.setData(Data(model));
  } catch (const Error& error) {
    return error.key();
  }
  return "none";
}

}  // namespace

class ModelViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void leastSquaresHasItsNumbers() {
    const ModelSheet sheet = sheetOf(leastSquares());
    QVERIFY(sheet.linear && sheet.linear->tested && sheet.linear->scaled && !sheet.network);
    const Coefficient& x = sheet.linear->terms[0];
    QCOMPARE(x.term, QString("x"));
    QCOMPARE(x.unit, QString("mm/s per m"));
    QVERIFY(std::abs(x.value + 0.01) < 1e-3);
    QVERIFY(x.low < x.value && x.value < x.high && x.standard_error > 0 && x.p < 0.001);
    QVERIFY(x.vif >= 1);
    // The population deviation of 0, 1/60, ..., 59/60 times 1000.
    QVERIFY(std::abs(x.deviation - 1000.0 / 60 * std::sqrt((60.0 * 60 - 1) / 12)) < 1e-9);
    QVERIFY(std::isnan(sheet.linear->intercept.vif));
    QVERIFY(std::abs(sheet.linear->intercept.value - 5) < 0.1);
  }

  void largestEffectComesFirst() {
    const ModelSheet sheet = sheetOf(leastSquares());
    const LinearPart& part = *sheet.linear;
    // Per unit the level b counts most; per deviation the length x, whose unit is short.
    const auto by_unit = orderedTerms(part, EffectScale::unit, TermOrder::effect);
    const auto by_deviation = orderedTerms(part, EffectScale::deviation, TermOrder::effect);
    QCOMPARE(part.terms[by_unit.front()].term, QString("place = b"));
    QCOMPARE(part.terms[by_deviation.front()].term, QString("x"));
    QCOMPARE(orderedTerms(part, EffectScale::unit, TermOrder::given).front(), std::size_t{0});
  }

  void axisHoldsEveryInterval() {
    const ModelSheet sheet = sheetOf(leastSquares());
    const AxisScale axis = effectAxis(*sheet.linear, EffectScale::deviation, 0, 100);
    QVERIFY(axis.low < 0 && axis.high > 0);
    for (const Coefficient& of : sheet.linear->terms) {
      QVERIFY(axis.low <= of.low * of.deviation && of.high * of.deviation <= axis.high);
    }
  }

  void figureHasNumbersAndPlot() {
    ModelView view;
    view.setData(Data(leastSquares()));
    const QString svg = svgOf(view);
    for (const char* text : {"Least squares for PPV", "PPV (mm/s)", "Coefficients", "place = b",
                             "Std. error", "VIF", "(intercept)", "Features", "3 levels: a, b, c",
                             "Effect of one standard deviation (mm/s)"}) {
      QVERIFY2(svg.contains(text), text);
    }
    view.setData(Data(ridge()));
    const QString shrunk = svgOf(view);
    QVERIFY(shrunk.contains("Penalty"));
    QVERIFY(!shrunk.contains("VIF"));
  }

  void networkHasLayersLossesAndScalers() {
    const ModelSheet sheet = sheetOf(network());
    QVERIFY(sheet.network && sheet.scaled_features);
    // 2 numbers and 3 levels to 6, to 4, to 1.
    QCOMPARE(sheet.network->parameters, std::uint64_t{(5 * 6 + 6) + (6 * 4 + 4) + (4 + 1)});
    QCOMPARE(sheet.network->layers.size(), std::size_t{5});
    QCOMPARE(sheet.network->layers[1].title, QString("ReLU"));
    QCOMPARE(sheet.network->training_losses.size(), sheet.network->validation_losses.size());
    QVERIFY(!sheet.network->training_losses.empty() && sheet.network->best_epoch > 0);
    QVERIFY(sheet.features[0].scale > 0 && std::isnan(sheet.features[1].mean));
    ModelView view;
    view.setData(Data(network()));
    const QString svg = svgOf(view);
    for (const char* text : {"Neural network for PPV", "Layers", "ReLU", "Training", "Validation",
                             "Epoch", "Mean", "Scale"}) {
      QVERIFY2(svg.contains(text), text);
    }
  }

  void choicesAreKeptAndSaid() {
    ModelView view;
    view.resize(700, 500);
    view.show();
    view.setData(Data(leastSquares()));
    QSignalSpy said(&view, &View::optionsChanged);
    auto* scale = view.findChildren<QComboBox*>().first();
    scale->setFocus();
    QTest::keyClick(scale, Qt::Key_Up);
    QCOMPARE(said.count(), 1);
    QCOMPARE(view.options()["effects"], nlohmann::json("unit"));
    QVERIFY(svgOf(view).contains("Effect of one unit"));
    ModelView other;
    other.setData(Data(leastSquares()));
    other.setOptions(view.options());
    QCOMPARE(svgOf(other), svgOf(view));
  }

  void copiesFullPrecision() {
    ModelView view;
    const Model model = leastSquares();
    view.setData(Data(model));
    const QStringList lines = view.copied().split('\n');
    QCOMPARE(lines.size(), 7);  // head, 4 terms, intercept, the end
    QCOMPARE(lines[1].split('\t')[2].toDouble(), model.tensors.at("coefficients").number(0));
    QCOMPARE(lines[0].split('\t').size(), 10);
  }

  void lowFiguresSayWhatIsLeftOut() {
    ModelView view;
    view.setData(Data(leastSquares()));
    const double natural = view.figure().naturalSize(600).height();
    const QString svg = QString::fromUtf8(
        figureSvg(view.figure(), {.width_mm = 600 / kUnitsPerMillimetre,
                                  .height_mm = (natural - 160) / kUnitsPerMillimetre}));
    QVERIFY(svg.contains(" shown"));
  }

  void modelsOfOtherKindsHaveTheirFacts() {
    Model model;
    model.type = "forest";
    model.target = "y";
    model.features = {{"a", "", {}}};
    ModelView view;
    view.setData(Data(model));
    QVERIFY(svgOf(view).contains("forest for y"));
    // As one of an earlier version has it: coefficients and nothing else.
    model = leastSquares();
    model.tensors.erase("deviations");
    model.tensors.erase("estimates");
    view.setData(Data(model));
    QVERIFY(svgOf(view).contains("Effect of one unit"));
  }

  void damagedModelsAreErrors() {
    const Model good = leastSquares();
    QCOMPARE(keyOf(good), std::string("none"));
    Model model = good;
    model.tensors.erase("coefficients");
    QCOMPARE(keyOf(model), std::string("model.sheet"));
    model = good;
    model.tensors["estimates"] = Tensor::of({2}, std::vector<double>{1, 2});
    QCOMPARE(keyOf(model), std::string("model.sheet"));
    model = good;
    model.configuration["terms"][0]["feature"] = 17;
    QCOMPARE(keyOf(model), std::string("model.sheet"));
    model = good;
    model.configuration["terms"] = "none";
    QCOMPARE(keyOf(model), std::string("model.sheet"));
    model = network();
    model.configuration.erase("layers");
    QCOMPARE(keyOf(model), std::string("model.sheet"));
  }
};

QTEST_MAIN(ModelViewTest)
#include "model_view_test.moc"
