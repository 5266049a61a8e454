// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "app/bench/bench.h"
#include "app/bench/peer_process.h"
#include "core/base/random.h"
#include "core/data/model.h"
#include "core/explain/exact_shap.h"
#include "core/explain/kernel_shap.h"
#include "core/nets/layers.h"
#include "core/nets/mlp.h"

namespace lineament::app {

namespace {

constexpr std::size_t kHidden = 16;
constexpr std::size_t kBackground = 100;
constexpr std::uint64_t kSeed = 12;

struct Job {
  const char* name;
  std::size_t features;
  std::size_t rows;
  std::size_t samples;  // coalitions a row; 0: all of them, by enumeration
};

// A network with one hidden layer, f(x) = max(0, x W + b) v, as a model of ours; the peer's script
// has the same few lines, so that both explain the same function.
class Network {
 public:
  Network(std::size_t features, std::uint64_t seed) : features_(features) {
    Random random(seed);
    for (std::size_t i = 0; i < features * kHidden; ++i) weights_.push_back(random.normal());
    for (std::size_t i = 0; i < kHidden; ++i) biases_.push_back(random.normal());
    for (std::size_t i = 0; i < kHidden; ++i) outer_.push_back(random.normal());
  }

  std::shared_ptr<const Predictor> predictor() const {
    std::vector<double> outputs_first(weights_.size());
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      outputs_first[i % kHidden * features_ + i / kHidden] = weights_[i];
    }
    Model model;
    model.type = "mlp";
    model.features.resize(features_);
    using Type = nets::Layer::Type;
    nets::storeLayers({{Type::linear, features_, kHidden, outputs_first, biases_},
                       {Type::relu, 0, 0, {}, {}},
                       {Type::linear, kHidden, 1, outer_, {0.0}}},
                      model);
    model.tensors["input.mean"] = Tensor::of({features_}, std::vector<double>(features_, 0.0));
    model.tensors["input.scale"] = Tensor::of({features_}, std::vector<double>(features_, 1.0));
    model.tensors["target.mean"] = Tensor::of({1}, std::vector<double>{0});
    model.tensors["target.scale"] = Tensor::of({1}, std::vector<double>{1});
    return nets::mlpPredictor(model);
  }

  nlohmann::json description() const {
    return {{"weights", weights_}, {"biases", biases_}, {"outer", outer_}};
  }

 private:
  std::size_t features_;
  std::vector<double> weights_, biases_, outer_;
};

constexpr const char* kShap = R"(
import json, sys, time, warnings
settings = json.loads(sys.stdin.readline())
warnings.simplefilter("ignore")
import numpy, shap
features = settings["features"]
weights = numpy.array(settings["weights"]).reshape(features, -1)
biases, outer = numpy.array(settings["biases"]), numpy.array(settings["outer"])
background = numpy.array(settings["background"]).reshape(-1, features)
rows = numpy.array(settings["rows"]).reshape(-1, features)
explainer = shap.KernelExplainer(lambda x: numpy.maximum(0, x @ weights + biases) @ outer, background)
print(json.dumps({"version": shap.__version__}))
for line in sys.stdin:
    begin = time.perf_counter()
    explainer.shap_values(rows, nsamples=settings["samples"], l1_reg=False, silent=True)
    print(json.dumps({"seconds": time.perf_counter() - begin}))
)";

std::vector<double> normals(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = random.normal();
  return values;
}

Measurement measured(const Job& job, const BenchSettings& settings) {
  const Network network(job.features, kSeed);
  const auto predictor = network.predictor();
  const auto background_rows = normals(kBackground * job.features, kSeed + 1);
  const auto rows = normals(job.rows * job.features, kSeed + 2);
  const auto background = explain::wholeBackground(background_rows, job.features);
  Context quiet = settings.context;
  quiet.progress = nullptr;

  std::uint64_t model_rows = 0;
  const auto ours = [&] {
    return secondsOf([&] {
      const auto made = job.samples == 0
                            ? explain::exactShap(*predictor, background, rows, quiet)
                            : explain::kernelShap(*predictor, background, rows, job.samples, quiet);
      model_rows = made.model_rows;
    });
  };
  Measurement measurement{job.name, 0, "s"};
  if (settings.peer_python.empty()) {
    std::vector<double> times;
    ours();
    for (int i = 0; i < settings.pairs; ++i) times.push_back(ours());
    measurement.value = median(times);
  } else {
    nlohmann::json description = network.description();
    description["features"] = job.features;
    description["background"] = background_rows;
    description["rows"] = rows;
    description["samples"] = job.samples > 0 ? job.samples : (std::size_t{1} << job.features) - 2;
    PeerProcess shap(settings.peer_python, kShap, description, quiet.threads);
    comparePairs(measurement, {"shap", shap.version()}, settings.pairs, ours,
                 [&] { return shap.runOnce().at("seconds").get<double>(); });
  }
  // What a mixed row takes at the least, in double precision (half the single-precision ceiling):
  // one addition and the outer product per hidden unit.
  const double least =
      static_cast<double>(model_rows) * 3 * kHidden * 1e-9 / (settings.ceilings.fma_gflops / 2);
  measurement.floor_share = least / measurement.value;
  return measurement;
}

}  // namespace

std::vector<Measurement> benchShap(const BenchSettings& settings) {
  std::vector<Measurement> all;
  for (const Job& job :
       {Job{"shap.exact_12_features", 12, 10, 0}, Job{"shap.kernel_100_features", 100, 5, 2048}}) {
    settings.context.checkpoint(static_cast<double>(all.size()) / 2, "Explaining");
    all.push_back(measured(job, settings));
  }
  return all;
}

}  // namespace lineament::app
