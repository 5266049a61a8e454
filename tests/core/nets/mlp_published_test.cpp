// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/io/reader.h"
#include "core/nets/mlp.h"

using namespace lineament;
using namespace lineament::nets;

namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(LINEAMENT_REAL_DATA) / "checkpoints/pile_ppv";

// The scalers as the publication's repository has them, as the table the network takes.
Table scalers() {
  std::ifstream stream(kFolder / "scalers.json");
  const nlohmann::json json = nlohmann::json::parse(stream);
  TextBuilder names, roles;
  auto mean = json["inputs"]["mean"].get<std::vector<double>>();
  auto scale = json["inputs"]["scale"].get<std::vector<double>>();
  for (const auto& name : json["input_order"]) {
    names.add(name.get<std::string>());
    roles.add("input");
  }
  names.add(json["output_name"].get<std::string>());
  roles.add("output");
  mean.push_back(json["output"]["mean"][0].get<double>());
  scale.push_back(json["output"]["scale"][0].get<double>());
  return Table({Column("name", names.finish()), Column("role", roles.finish()),
                Column("mean", SharedArray<double>(mean)),
                Column("scale", SharedArray<double>(scale))});
}

}  // namespace

// The network of "Developing an explainable AI model for predicting pile driving vibrations in
// Bangkok's subsoil", as its authors published it.
class MlpPublishedTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void predictsAsItsWeightsSay() {
    const Data data = io::readFile(kFolder / "model.pt");
    const Model model = mlpFromCheckpoint(data.require<Checkpoint>(), scalers(), {});
    QCOMPARE(model.features.size(), std::size_t(7));
    QCOMPARE(model.features[4].name, std::string("distance (m)"));
    std::vector<std::string> types;
    for (const auto& layer : model.configuration["layers"])
      types.push_back(layer["type"].get<std::string>());
    QCOMPARE(types, (std::vector<std::string>{"linear", "relu", "linear", "relu", "linear", "relu",
                                              "linear", "sigmoid", "linear"}));
    // Computed in double precision from the archive's raw storages in another language.
    const std::pair<double, double> by_distance[] = {{5, 3.443196881426891},
                                                     {10, 2.611591215236465},
                                                     {30, 1.6531702116264786},
                                                     {60, 0.2671924163348365}};
    for (const auto& [distance, expected] : by_distance) {
      const std::vector<double> row = {300, 18, 4.2, 0.5, distance, 1, 1};
      double ppv = 0;
      model.predictor->predict(row, std::span(&ppv, 1), {});
      QVERIFY2(std::abs(ppv - expected) < 1e-12, qPrintable(QString::number(ppv, 'g', 17)));
    }
  }
};

QTEST_APPLESS_MAIN(MlpPublishedTest)
#include "mlp_published_test.moc"
