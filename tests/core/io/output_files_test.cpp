// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/output_files.h"

#include <QtTest>
#include <limits>

#include "core/io/named_tensors.h"
#include "core/io/series_json.h"
#include "tests/core/data/comparison_fixture.h"
#include "tests/core/data/features_fixture.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

Series smallSeries() {
  const double infinity = std::numeric_limits<double>::infinity();
  Series series;
  series.title = "Loss";
  series.x = {"epoch", "", true};
  series.y = {"loss", "mm", false};
  series.curves.push_back({"training", std::vector<double>{1, 2, 3},
                           std::vector<double>{std::nan(""), 0.1, -infinity}, Series::Style::points,
                           std::vector<std::uint64_t>{8, 9, 1}});
  series.marks.push_back({"best", 2.0, false});
  series.identity_line = true;
  return series;
}

}  // namespace

class OutputFilesTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  std::vector<std::string> write(const Data& data) {
    return writeOutput(scratch_.path(""), "out", data, {});
  }
  QByteArray content(const char* name) { return bytesOf(scratch_.path(name)); }

 private Q_SLOTS:
  void choosesTheFormatByKind() {
    using Names = std::vector<std::string>;
    const Tensor tensor = Tensor::of({2}, std::vector<float>{1, 2});
    QCOMPARE(write(Data(tensor)), Names{"out.npy"});
    QCOMPARE(readFile(scratch_.path("out.npy")).require<Tensor>().numbers(),
             (std::vector<double>{1, 2}));
    QCOMPARE(write(Data(Tensor(DType::bf16, {1}, std::vector<std::byte>(2)))),
             Names{"out.safetensors"});
    QCOMPARE(write(Data(checkpointOf({{"a", tensor}}, {{"k", {1, 2}}}))), Names{"out.safetensors"});
    const Data checkpoint = readFile(scratch_.path("out.safetensors"));
    QCOMPARE(checkpoint.require<Checkpoint>().metadata().at("k"), "[1,2]");
    // What makes a network of tensors goes with them.
    const nlohmann::json configuration{{"model_type", "gpt2"}};
    write(Data(checkpointOf({{"a", tensor}}).withConfiguration(configuration).withTokenizer([] {
      return TokenizerFiles{{{"vocab.txt", "x"}, {"spiece.model", "\xff"}}};
    })));
    const Data network = readFile(scratch_.path("out.safetensors"));
    QCOMPARE(network.require<Checkpoint>().configuration(), configuration);
    const TokenizerFiles tokenizer = network.require<Checkpoint>().tokenizer();
    QCOMPARE(tokenizer.files.size(), std::size_t(2));
    QCOMPARE(tokenizer.files.at("vocab.txt"), std::string("x"));
    QCOMPARE(tokenizer.files.at("spiece.model"), std::string("\xff"));
    Model model;
    model.type = "ols";
    QCOMPARE(write(Data(model)), Names{"out.safetensors"});
    QCOMPARE(readFile(scratch_.path("out.safetensors")).require<Model>().type, std::string("ols"));
    QCOMPARE(write(Data(Note{"Title", "Text"})), Names{"out.md"});
    QCOMPARE(content("out.md"), QByteArray("# Title\n\nText\n"));
    QCOMPARE(write(Data(PointCloud{})), Names{"out.ply"});
    AttentionStack attention;
    attention.layers = attention.heads = {"a"};
    attention.queries = 1;
    attention.keys = 2;
    attention.weights = std::vector<float>{0.25f, -1};
    QCOMPARE(write(Data(attention)), (Names{"out.npy", "out.json"}));
    QCOMPARE(readFile(scratch_.path("out.npy")).require<Tensor>().numbers(),
             (std::vector<double>{0.25, -1}));
    QCOMPARE(write(Data(lineament::testing::threeMechanisms(2))),
             (Names{"out.npy", "out.csv", "out.json"}));
    QCOMPARE(readFile(scratch_.path("out.npy")).require<Tensor>().shape(),
             (std::vector<std::uint64_t>{3, 1, 2, 2}));
    QVERIFY(content("out.csv").startsWith("mechanism,output_error_vs_softmax,mean_lifetime"));
    const auto plots = nlohmann::json::parse(content("out.json").toStdString()).at("plots");
    QCOMPARE(plots.at(2).at("over"), nlohmann::json("plane"));
    QCOMPARE(plots.at(2).at("owners"), nlohmann::json({0, 1, 2}));
    QCOMPARE(plots.at(0).at("series").at("curves").at(1).at("y"), nlohmann::json({10.0, 11.0}));
    QCOMPARE(write(Data(FigureSpec{"bar", "e", "T", "", {}})), Names{"out.json"});
    std::vector<Column> columns;
    columns.emplace_back("a", std::vector<std::int64_t>{1, 2});
    QCOMPARE(write(Data(Table(std::move(columns)))), Names{"out.csv"});
    QCOMPARE(content("out.csv"), QByteArray("a\n1\n2\n"));
  }

  void layersBringTheirLegend() {
    using Names = std::vector<std::string>;
    QCOMPARE(write(Data(lineament::testing::twoUnits())),
             (Names{"out.gpkg", "out.qml", "out.sld"}));
    QCOMPARE(readFile(scratch_.path("out.gpkg")).require<Features>().size(), std::size_t(2));
    QVERIFY(content("out.qml").startsWith("<!DOCTYPE qgis"));
    QVERIFY(content("out.sld").contains("<se:Name>units</se:Name>"));
    QCOMPARE(write(Data(Features("bare", {}, lineament::testing::twoAreas()))), Names{"out.gpkg"});
  }

  void writesExplanationsAndCurvesTwice() {
    Explanation explanation;
    explanation.features = {"a"};
    explanation.values = std::vector<double>{0.5};
    explanation.predictions = std::vector<double>{2};
    explanation.base_value = 1.5;
    QCOMPARE(write(Data(explanation)), (std::vector<std::string>{"out.npz", "out.csv"}));
    QCOMPARE(content("out.csv"), QByteArray("a,base_value,prediction\n0.5,1.5,2.0\n"));
    QCOMPARE(write(Data(smallSeries())), (std::vector<std::string>{"out.csv", "out.json"}));
    QVERIFY(content("out.csv").startsWith("curve,x,y\n"));
  }

  void curvesComeBackFromJson() {
    const Series made = smallSeries();
    const Series read = seriesFromJson(nlohmann::json::parse(toJson(made).dump()));
    QCOMPARE(read.title, made.title);
    QCOMPARE(read.y.unit, made.y.unit);
    QVERIFY(read.x.logarithmic && !read.y.logarithmic && read.identity_line);
    QVERIFY(std::ranges::equal(read.curves[0].x, made.curves[0].x));
    QVERIFY(std::isnan(read.curves[0].y[0]) && std::isinf(read.curves[0].y[2]));
    QVERIFY(std::ranges::equal(read.curves[0].rows, made.curves[0].rows));
    QVERIFY(read.curves[0].style == Series::Style::points);
    QCOMPARE(read.marks[0].position, 2.0);
    nlohmann::json broken = toJson(made);
    broken["curves"][0]["x"].push_back(1);
    QCOMPARE(errorKey([&] { seriesFromJson(broken); }), QString("series.json"));
    broken.erase("title");
    QCOMPARE(errorKey([&] { seriesFromJson(broken); }), QString("series.json"));
  }
};

QTEST_APPLESS_MAIN(OutputFilesTest)
#include "output_files_test.moc"
