// SPDX-License-Identifier: GPL-3.0-or-later
// Published files of the formats that are read here, and broken ones.
#include <QtTest>
#include <numeric>

#include "core/io/reader.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

const std::filesystem::path kData = LINEAMENT_REAL_DATA;

double sumOf(const Tensor& tensor) {
  const std::vector<double> numbers = tensor.numbers();
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

QString keyOf(const char* file) {
  return errorKey([&] { useAll(readFile(kData / file)); });
}

}  // namespace

class RealFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Expected numbers were taken with NumPy from the same bytes.
  void torchScriptNetwork() {
    const Data data = readFile(kData / "checkpoints/pile_ppv/model.pt");
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(10));
    QCOMPARE(checkpoint.entries()[0].name, std::string("layers.0.weight"));
    QCOMPARE(checkpoint.entries()[0].shape, (std::vector<std::uint64_t>{100, 7}));
    QVERIFY(std::abs(sumOf(checkpoint.tensor("layers.0.weight")) - 11.54934053029865) < 1e-9);
    QVERIFY(std::abs(checkpoint.tensor("layers.9.bias").number(0) - 0.8754284381866455) < 1e-15);
    QCOMPARE(checkpoint.parameterCount(), std::uint64_t(25131));
    const auto& root = checkpoint.structure();
    QCOMPARE(root.at("type"), "MLP3");
    const auto& layers = root.at("children").at("layers");
    QCOMPARE(layers.at("type"), "Sequential");
    const char* const types[] = {"Linear",  "ReLU", "Linear", "ReLU",    "Linear",
                                 "Dropout", "ReLU", "Linear", "Sigmoid", "Linear"};
    QCOMPARE(layers.at("order").size(), std::size(types));
    for (std::size_t i = 0; i < std::size(types); ++i) {
      const std::string name = layers.at("order")[i].get<std::string>();
      QCOMPARE(name, std::to_string(i));
      QCOMPARE(layers.at("children").at(name).at("type"), types[i]);
    }
    QCOMPARE(layers.at("children").at("2").at("attributes").at("weight").at("tensor"),
             "layers.2.weight");
  }

  void torchArchivesAndStreams() {
    const Data test = readFile(kData / "checkpoints/pth/test.pt");
    QCOMPARE(test.require<Checkpoint>().tensor("test").numbers(),
             (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}));
    const Data keyed = readFile(kData / "checkpoints/pth/test_with_key.pt");
    QCOMPARE(keyed.require<Checkpoint>().tensor("test").number(7), 8.0);
    const Data fortran = readFile(kData / "checkpoints/pth/fortran_tensor_3d.pth");
    const Tensor tensor = fortran.require<Checkpoint>().tensor("tensor_fortran");
    QCOMPARE(tensor.shape(), (std::vector<std::uint64_t>{2, 3, 4}));
    for (std::size_t i = 0; i < 24; ++i) QCOMPARE(tensor.number(i), double(i + 1));
    const Data legacy = readFile(kData / "checkpoints/pth/version-RFB-320.pth");
    const auto& checkpoint = legacy.require<Checkpoint>();
    QCOMPARE(checkpoint.metadata().at("format"), "PyTorch (legacy)");
    QVERIFY(checkpoint.entries().size() >= 139);
    useAll(legacy);
  }

  // The same network was published in both formats.
  void onnxHoldsWhatTorchHolds() {
    const Data graph = readFile(kData / "checkpoints/onnx/version-RFB-320.onnx");
    const Data states = readFile(kData / "checkpoints/pth/version-RFB-320.pth");
    const auto& onnx = graph.require<Checkpoint>();
    const auto& torch = states.require<Checkpoint>();
    QCOMPARE(torch.entries().size(), std::size_t(244));
    std::size_t values = 0;
    for (const auto& entry : torch.entries()) {
      const Tensor expected = torch.tensor(entry.name), found = onnx.tensor(entry.name);
      QCOMPARE(found.shape(), expected.shape());
      QCOMPARE(found.numbers(), expected.numbers());
      values += found.elements();
    }
    QCOMPARE(values, std::size_t(281135));
    QCOMPARE(onnx.metadata().at("operators").at("Conv"), 52);
    QCOMPARE(onnx.metadata().at("inputs"),
             nlohmann::json::array({"input: float32 [1, 3, 240, 320]"}));
    QCOMPARE(onnx.structure().at("nodes").size(), std::size_t(242));
  }

  // A graph whose weights are all in the branches of its If.
  void onnxWithBranches() {
    const Data data = readFile(kData / "checkpoints/onnx/silero_vad.onnx");
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(341));
    QCOMPARE(checkpoint.metadata().at("opsets"), (nlohmann::json{{"ai.onnx", 16}}));
    const auto first =
        checkpoint.find("If_0.else_branch.If_0_else_branch__Inline_0__stft.forward_basis_buffer");
    QVERIFY(first);
    QCOMPARE(checkpoint.entries()[*first].shape, (std::vector<std::uint64_t>{130, 1, 128}));
    useAll(data);
  }

  // Published after a program had taken them for text: what is not UTF-8 in them is lost.
  void ggufDamagedByACopyAsText() {
    QCOMPARE(keyOf("checkpoints/gguf/ggml-vocab-gpt-2.gguf"), QString("gguf.value"));
    QCOMPARE(keyOf("checkpoints/gguf/ggml-vocab-llama-spm.gguf"), QString("gguf.value"));
  }

  void safetensorsAndNumPy() {
    const Data voice = readFile(kData / "checkpoints/safetensors/silero_vad_16k.safetensors");
    const auto& checkpoint = voice.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(15));
    QCOMPARE(checkpoint.tensor("stft_conv.weight").shape(),
             (std::vector<std::uint64_t>{258, 1, 256}));
    const Data archive = readFile(kData / "checkpoints/npy/test.npz");
    QCOMPARE(archive.require<Checkpoint>().tensor("x_plus_one").number(9), 10.0);
    const Data attention = readFile(kData / "attention/stories260K_greedy64_attention.npy");
    const Tensor& stack = attention.require<Tensor>();
    QCOMPARE(stack.shape(), (std::vector<std::uint64_t>{5, 8, 64, 64}));
    QVERIFY(std::abs(sumOf(stack) - 2559.9999995667285) < 1e-6);
    const Data shap = readFile(
        kData / "shap/test_exact_test_tabular_single_output_independent_masker_baseline.npz");
    QCOMPARE(shap.require<Checkpoint>().tensor("values").shape(),
             (std::vector<std::uint64_t>{100, 12}));
  }

  void kittiScan() {
    const Data data = readFile(kData / "kitti/training/velodyne/000001.bin");
    const auto& cloud = data.require<PointCloud>();
    QCOMPARE(cloud.points(), std::size_t(120268));
    QCOMPARE(cloud.positions[0], 49.52f);
    QCOMPARE(cloud.positions[1], 22.668f);
    const Data other = readFile(kData / "awkward/kitti_nonstandard/velodyne/001400.bin");
    QCOMPARE(other.require<PointCloud>().points(), std::size_t(51097));
  }

  void awkwardOnes() {
    QCOMPARE(keyOf("awkward/npy/py3-objarr.npy"), QString("npy.objects"));
    QCOMPARE(keyOf("awkward/npy/py3-objarr.npz"), QString("npy.objects"));
    const Data old = readFile(kData / "awkward/npy/python3.npy");
    QCOMPARE(old.require<Tensor>().numbers(), (std::vector<double>{1, 1}));
    QCOMPARE(keyOf("awkward/lfs_pointer/f3d.tif"), QString("file.lfs_pointer"));
  }

  // Expected numbers were added up in Python by a decoder of its own.
  void pcdClouds() {
    const auto read = [](const char* file) {
      return readFile(kData / "pointclouds/pcd" / file).require<PointCloud>();
    };
    const auto sum = [](const PointCloud& cloud, std::size_t axis) {
      double total = 0;
      for (std::size_t i = axis; i < cloud.positions.size(); i += 3) total += cloud.positions[i];
      return total + cloud.origin[axis] * static_cast<double>(cloud.points());
    };
    const auto sumOfAttribute = [](const PointCloud& cloud, const char* name) {
      const auto values = cloud.find(name)->values.span();
      return std::accumulate(values.begin(), values.end(), 0.0);
    };
    const PointCloud utm = read("autzen-utm.pcd");  // double precision
    QCOMPARE(utm.points(), std::size_t(1065));
    QVERIFY(std::abs(sum(utm, 0) - 526636816.64) < 0.01);
    QVERIFY(std::abs(sum(utm, 2) - 140913.34) < 0.01);
    QCOMPARE(sumOfAttribute(utm, "Intensity"), 81361.0);
    const PointCloud milk = read("milk.pcd");  // compressed
    QCOMPARE(milk.points(), std::size_t(12575));
    QVERIFY(std::abs(sum(milk, 0) - 3138.9827186763287) < 1e-6);
    QVERIFY(std::abs(sum(milk, 2) + 8762.243225038052) < 1e-6);
    QCOMPARE(sumOfAttribute(milk, "blue"), 3206625.0);
    const PointCloud text = read("min_cut_segmentation_tutorial.pcd");
    QCOMPARE(text.points(), std::size_t(9311));
    QVERIFY(std::abs(sum(text, 1) + 180419.427) < 0.01);
    QCOMPARE(read("table_scene_mug_stereo_textured.pcd").points(), std::size_t(209280));
    QCOMPARE(keyOf("awkward/lfs_pointer/autzen-utm.pcd"), QString("file.lfs_pointer"));
  }

  void everyCutOfSmallArchivesIsNoticed() {
    QCOMPARE(readablePrefixes(bytesOf(kData / "checkpoints/pth/test.pt"), "a.pt"), 0);
    QCOMPARE(readablePrefixes(bytesOf(kData / "checkpoints/npy/test.npz"), "a.npz"), 0);
    readableFlips(bytesOf(kData / "checkpoints/pth/test_with_key.pt"), "a.pt");
  }
};

QTEST_APPLESS_MAIN(RealFilesTest)
#include "real_files_test.moc"
