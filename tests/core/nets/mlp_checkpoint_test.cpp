// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/nets/mlp.h"

using namespace lineament;
using namespace lineament::nets;
using nlohmann::json;

namespace {

using Tensors = std::vector<std::pair<std::string, Tensor>>;

Tensor tensor(std::vector<std::uint64_t> shape, std::vector<float> values) {
  return Tensor::of(std::move(shape), std::move(values));
}

Checkpoint checkpointOf(Tensors tensors, json structure = nullptr, json metadata = json::object()) {
  std::vector<Checkpoint::Entry> entries;
  for (const auto& [name, value] : tensors) {
    entries.push_back({name, value.dtype(), value.shape(), value.bytes().size(), ""});
  }
  return Checkpoint(
      std::move(entries), [tensors](std::size_t i) { return tensors[i].second; },
      std::move(metadata), std::move(structure));
}

json module(const std::string& type, json children = json::object(),
            json attributes = json::object()) {
  return {{"type", type}, {"children", std::move(children)}, {"attributes", std::move(attributes)}};
}

json linearModule(const std::string& name) {
  return module("__torch__.torch.nn.modules.linear.___torch_mangle_3.Linear", json::object(),
                {{"weight", {{"tensor", name + ".weight"}}},
                 {"bias", {{"tensor", name + ".bias"}}},
                 {"training", false}});
}

// f(x) = 3 sigmoid(relu(x1 - 2 x2 + 1) - 1) + 2
const Tensors kSmall = {
    {"net.0.weight", tensor({1, 2}, {1, -2})}, {"net.0.bias", tensor({1}, {1})},
    {"net.2.weight", tensor({1, 1}, {1})},     {"net.2.bias", tensor({1}, {-1})},
    {"net.4.weight", tensor({1, 1}, {3})},     {"net.4.bias", tensor({1}, {2})}};

double smallNetwork(double x1, double x2) {
  return 3 / (1 + std::exp(1 - std::max(0.0, x1 - 2 * x2 + 1))) + 2;
}

json smallStructure() {
  return module("__torch__.Net", {{"net", module("__torch__.torch.nn.modules.container.Sequential",
                                                 {{"0", linearModule("net.0")},
                                                  {"1", module("torch.nn.modules.activation.ReLU")},
                                                  {"2", linearModule("net.2")},
                                                  {"3", module("Sigmoid")},
                                                  {"10", linearModule("net.4")},
                                                  {"9", module("Dropout")}})}});
}

double predicted(const Model& model, std::vector<double> row) {
  double output = 0;
  model.predictor->predict(row, std::span(&output, 1), {});
  return output;
}

Column realColumn(std::string name, std::vector<double> values) {
  return Column(std::move(name), SharedArray<double>(std::move(values)));
}

Column textColumn(std::string name, const std::vector<std::string>& words) {
  TextBuilder builder;
  for (const std::string& word : words) builder.add(word);
  return Column(std::move(name), builder.finish());
}

Table scalersOf(std::vector<double> scale = {4, 5, 6}) {
  return Table({textColumn("name", {"size", "PPV", "depth"}),
                textColumn("role", {"input", "output", "input"}), realColumn("mean", {1, 2, 3}),
                realColumn("scale", std::move(scale))});
}

std::string failure(const Checkpoint& checkpoint, const std::optional<Table>& scalers = {}) {
  try {
    mlpFromCheckpoint(checkpoint, scalers, {});
  } catch (const Error& error) {
    return error.key();
  }
  return "no error";
}

std::vector<std::string> layerTypes(const Model& model) {
  std::vector<std::string> types;
  for (const json& layer : model.configuration["layers"])
    types.push_back(layer["type"].get<std::string>());
  return types;
}

}  // namespace

class MlpCheckpointTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aSequentialInsideAModule() {
    const Model model = mlpFromCheckpoint(checkpointOf(kSmall, smallStructure()), {}, {});
    QCOMPARE(layerTypes(model),
             (std::vector<std::string>{"linear", "relu", "linear", "sigmoid", "linear"}));
    QCOMPARE(model.features.size(), std::size_t(2));
    QCOMPARE(model.features[1].name, std::string("x2"));
    for (const auto& [a, b] : {std::pair{0.0, 0.0}, {1.5, -0.5}, {-3.0, 2.0}}) {
      QVERIFY(std::abs(predicted(model, {a, b}) - smallNetwork(a, b)) < 1e-14);
    }
  }

  void scalersNameAndScale() {
    const Model model = mlpFromCheckpoint(checkpointOf(kSmall, smallStructure()), scalersOf(), {});
    QCOMPARE(model.features[0].name, std::string("size"));
    QCOMPARE(model.features[1].name, std::string("depth"));
    QCOMPARE(model.target, std::string("PPV"));
    const double expected = smallNetwork((7.0 - 1) / 4, (2.0 - 3) / 6) * 5 + 2;
    QVERIFY(std::abs(predicted(model, {7, 2}) - expected) < 1e-13);
  }

  void batchNormIsFolded() {
    const Tensors tensors = {
        {"a.weight", tensor({2, 1}, {1, 2})}, {"a.bias", tensor({2}, {0, 1})},
        {"n.weight", tensor({2}, {2, 1})},    {"n.bias", tensor({2}, {0.5f, -1})},
        {"n.mean", tensor({2}, {1, -1})},     {"n.variance", tensor({2}, {4, 0.25f})},
        {"z.weight", tensor({1, 2}, {1, 1})}, {"z.bias", tensor({1}, {0})}};
    const json norm = module("BatchNorm1d", json::object(),
                             {{"running_mean", {{"tensor", "n.mean"}}},
                              {"running_var", {{"tensor", "n.variance"}}},
                              {"weight", {{"tensor", "n.weight"}}},
                              {"bias", {{"tensor", "n.bias"}}},
                              {"eps", 0.75}});
    const json chain =
        module("Sequential", {{"0", linearModule("a")},
                              {"1", norm},
                              {"2", module("GELU", json::object(), {{"approximate", "none"}})},
                              {"3", linearModule("z")}});
    const Model model = mlpFromCheckpoint(checkpointOf(tensors, chain), {}, {});
    QCOMPARE(layerTypes(model), (std::vector<std::string>{"linear", "affine", "gelu", "linear"}));
    const auto gelu = [](double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; };
    const double x = 0.7;
    const double first = (x - 1) / std::sqrt(4.75) * 2 + 0.5;
    const double second = (2 * x + 1 + 1) / std::sqrt(1.0) - 1;
    QVERIFY(std::abs(predicted(model, {x}) - (gelu(first) + gelu(second))) < 1e-14);
  }

  void aStateDictTakesReluAndSaysSo() {
    std::vector<std::string> warnings;
    Context context;
    context.log = [&](Context::Severity severity, std::string_view line) {
      if (severity == Context::Severity::warning) warnings.emplace_back(line);
    };
    // In the order of names, not of layers.
    Tensors shuffled = {kSmall[4], kSmall[5], kSmall[0], kSmall[1], kSmall[2], kSmall[3]};
    for (auto& [name, value] : shuffled) {
      if (name.starts_with("net.4")) name.replace(4, 1, "10");
    }
    const Model model = mlpFromCheckpoint(checkpointOf(shuffled), {}, context);
    QCOMPARE(layerTypes(model),
             (std::vector<std::string>{"linear", "relu", "linear", "relu", "linear"}));
    QCOMPARE(warnings.size(), std::size_t(1));
    QVERIFY(std::abs(predicted(model, {2, 0.25}) - (3 * 1.5 + 2)) < 1e-14);
  }

  void aStateDictWithItsActivationNamed() {
    const Model model =
        mlpFromCheckpoint(checkpointOf(kSmall, nullptr, {{"activation", "tanh"}}), {}, {});
    QCOMPARE(layerTypes(model),
             (std::vector<std::string>{"linear", "tanh", "linear", "tanh", "linear"}));
    // Numbers without a gap have nothing between them.
    const Tensors tight = {{"0.weight", tensor({2, 1}, {1, 1})},
                           {"1.weight", tensor({1, 2}, {1, 1})}};
    QCOMPARE(layerTypes(mlpFromCheckpoint(checkpointOf(tight), {}, {})),
             (std::vector<std::string>{"linear", "linear"}));
    const Tensors named = {{"fc1.weight", tensor({2, 1}, {1, 1})},
                           {"out.weight", tensor({1, 2}, {1, 1})}};
    QCOMPARE(layerTypes(mlpFromCheckpoint(checkpointOf(named), {}, {})),
             (std::vector<std::string>{"linear", "relu", "linear"}));
  }

  void unknownLayersAreNamed() {
    json structure = smallStructure();
    structure["children"]["net"]["children"]["3"] = module("torch.nn.modules.conv.Conv2d");
    try {
      mlpFromCheckpoint(checkpointOf(kSmall, structure), {}, {});
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("mlp.unknown_layer"));
      QVERIFY(std::string(error.what()).find("'Conv2d'") != std::string::npos);
      QCOMPARE(error.where(), std::string("layer 'net.3'"));
    }
  }

  void damagedStructures() {
    const json two = {{"a", linearModule("net.0")}, {"b", linearModule("net.2")}};
    const std::pair<json, const char*> wrong[] = {
        {module("Sequential"), "mlp.unknown_layer"},
        {module("Net", two), "mlp.no_chain"},  // only its code knows the order
        {module("Sequential", two), "mlp.no_chain"},
        {module("Net", {{"0", linearModule("net.0")}, {"1", linearModule("net.2")}}),
         "mlp.unknown_layer"},
        {module("Sequential", {{"0", 3}}), "mlp.no_chain"},
        {module("Sequential", {{"0", module("Linear")}}), "mlp.no_chain"},
        {module("Sequential", {{"0", module("ReLU")}}), "mlp.no_chain"},
        {json::object(), "mlp.unknown_layer"},
        {linearModule("elsewhere"), "checkpoint.no_tensor"},
        // The widths do not meet.
        {module("Sequential", {{"0", linearModule("net.0")}, {"1", linearModule("net.0")}}),
         "mlp.no_chain"},
    };
    for (const auto& [structure, key] : wrong) {
      QCOMPARE(failure(checkpointOf(kSmall, structure)), std::string(key));
    }
    json deep = linearModule("net.0");
    for (int i = 0; i < 100; ++i) deep = module("Net", {{"inner", deep}});
    QCOMPARE(failure(checkpointOf(kSmall, deep)), std::string("mlp.no_chain"));
  }

  void damagedStateDicts() {
    const auto key = [](Tensors tensors) { return failure(checkpointOf(std::move(tensors))); };
    const Tensor square = tensor({1, 1}, {1});
    QCOMPARE(key({}), std::string("mlp.no_chain"));
    QCOMPARE(key({{"0.weight", tensor({2}, {1, 1})}}), std::string("mlp.no_chain"));
    QCOMPARE(key({{"0.weight", tensor({0, 1}, {})}}), std::string("mlp.no_chain"));
    QCOMPARE(key({{"0.weight", square}, {"0.bias", tensor({2}, {1, 1})}}),
             std::string("mlp.no_chain"));
    QCOMPARE(key({{"lstm.weight_ih_l0", square}}), std::string("mlp.unknown_layer"));
    QCOMPARE(key({{"0.bias", square}}), std::string("mlp.unknown_layer"));
    const Tensor whole(DType::i64, {1, 1}, SharedArray<std::byte>(std::vector<std::byte>(8)));
    QCOMPARE(key({{"0.weight", whole}}), std::string("mlp.no_chain"));
  }

  void damagedScalers() {
    const Checkpoint checkpoint = checkpointOf(kSmall, smallStructure());
    const std::string key = "mlp.scalers";
    QCOMPARE(failure(checkpoint, scalersOf({4, 5, 0})), key);
    QCOMPARE(failure(checkpoint, scalersOf({4, 5, std::nan("")})), key);
    QCOMPARE(failure(checkpoint, scalersOf().slice(0, 2)), key);
    QCOMPARE(failure(checkpoint, scalersOf().select({"name", "role", "mean"})), key);
    QCOMPARE(failure(checkpoint, scalersOf().with(textColumn("role", {"input", "output", "in"}))),
             key);
  }
};

QTEST_APPLESS_MAIN(MlpCheckpointTest)
#include "mlp_checkpoint_test.moc"
