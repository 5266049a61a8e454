// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <cmath>

#include "app/bench/bench.h"
#include "app/bench/peer_process.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/spatial/autoencoder_training.h"
#include "core/spatial/planar_points.h"

namespace lineament::app {

namespace {

using nets::Layer;

// An epoch of a network: inputs, widths of its layers, points and points of a batch.
struct Task {
  const char* name;
  std::size_t inputs;
  std::vector<std::size_t> widths;
  std::size_t points, batch;
};

std::vector<Task> tasks() {
  return {{"autoencoder.batch8192", 12, {64, 16, 64, 12}, std::size_t{1} << 20, 8192},
          {"autoencoder.published", 19, {15, 10, 5, 2, 5, 10, 15, 19}, std::size_t{1} << 16, 16}};
}

// The same layers, order of shuffling apart, on the same points; an epoch each time it is asked.
constexpr const char* kTorch = R"(
import json, sys, time
settings = json.loads(sys.stdin.readline())
import numpy, torch
torch.set_num_threads(settings["threads"])
torch.manual_seed(1)
points = torch.from_numpy(numpy.fromfile(settings["path"], dtype=numpy.float32)
                          .reshape(settings["inputs"], -1).T.copy())
layers, width = [], settings["inputs"]
for index, outputs in enumerate(settings["widths"]):
    last = index + 1 == len(settings["widths"])
    layers += [torch.nn.Linear(width, outputs), torch.nn.Sigmoid() if last else torch.nn.SELU()]
    width = outputs
network = torch.nn.Sequential(*layers)
adam = torch.optim.Adam(network.parameters(), lr=1e-3, eps=1e-7)
loss_of = torch.nn.MSELoss()
batch = settings["batch"]
print(json.dumps({"version": torch.__version__}))
for line in sys.stdin:
    begin = time.perf_counter()
    order = torch.randperm(len(points))
    total = 0.0
    for first in range(0, len(points), batch):
        x = points[order[first:first + batch]]
        adam.zero_grad(set_to_none=True)
        loss = loss_of(network(x), x)
        loss.backward()
        adam.step()
        total += loss.item() * len(x)
    print(json.dumps({"seconds": time.perf_counter() - begin, "loss": total / len(points)}))
)";

// Numbers in 0 to 1 that depend on three others.
std::vector<float> drawPoints(std::size_t features, std::size_t count) {
  std::vector<float> values(features * count);
  Random random(12);
  for (std::size_t i = 0; i < count; ++i) {
    const double a = random.uniform(), b = random.uniform(), c = random.uniform();
    for (std::size_t f = 0; f < features; ++f) {
      const auto k = static_cast<double>(f + 1);
      values[f * count + i] = static_cast<float>(0.5 + 0.15 * std::sin(k * a + b) +
                                                 0.15 * std::cos(k * b) + 0.15 * std::sin(c + k));
    }
  }
  return values;
}

nets::Autoencoder networkOf(const Task& task) {
  std::vector<nets::AutoencoderLayer> layers;
  for (const std::size_t width : task.widths) layers.push_back({width, Layer::Type::selu});
  layers.back().activation = Layer::Type::sigmoid;
  return nets::Autoencoder(task.inputs, std::move(layers), Random(1));
}

// Forward, by the inputs and by the weights: three products, but for the inputs of the first layer.
double floorSeconds(const Task& task, const Ceilings& ceilings) {
  double products = 0;
  std::size_t width = task.inputs;
  for (std::size_t layer = 0; layer < task.widths.size(); ++layer) {
    products += (layer == 0 ? 2.0 : 3.0) * static_cast<double>(width * task.widths[layer]);
    width = task.widths[layer];
  }
  return 2 * products * static_cast<double>(task.points) * 1e-9 / ceilings.fma_gflops;
}

}  // namespace

std::vector<Measurement> benchAutoencoder(const BenchSettings& settings) {
  Context quiet = settings.context;
  quiet.progress = nullptr;
  quiet.log = nullptr;
  const QTemporaryDir folder;
  const std::filesystem::path path = (folder.path() + "/points.bin").toStdString();
  std::vector<Measurement> all;
  for (const Task& task : tasks()) {
    settings.context.checkpoint(0.5 * static_cast<double>(all.size()), task.name);
    const std::vector<float> values = drawPoints(task.inputs, task.points);
    const spatial::PlanarPoints points(values.data(), task.inputs, task.points);
    nets::Autoencoder network = networkOf(task);
    double loss = 0, theirs = 0;
    const auto ours = [&] {
      return secondsOf([&] {
        loss = spatial::trainAutoencoder(network, points, {.epochs = 1, .batch = task.batch}, quiet)
                   .back();
      });
    };
    Measurement epoch{task.name, 0, "s"};
    if (settings.peer_python.empty()) {
      std::vector<double> times;
      for (int i = 0; i < settings.pairs; ++i) times.push_back(ours());
      epoch.value = median(times);
    } else {
      writeWhole(path,
                 {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
      PeerProcess peer(settings.peer_python, kTorch,
                       {{"path", path.string()},
                        {"inputs", task.inputs},
                        {"widths", task.widths},
                        {"batch", task.batch},
                        {"threads", quiet.threads > 0 ? quiet.threads : hardwareThreads()}},
                       quiet.threads);
      comparePairs(epoch, {"torch", peer.version()}, settings.pairs, ours, [&] {
        const nlohmann::json answer = peer.runOnce();
        theirs = answer.at("loss").get<double>();
        return answer.at("seconds").get<double>();
      });
      epoch.note = fmt::format("loss {:.3g}, its own {:.3g} after as many epochs", loss, theirs);
    }
    epoch.floor_share = floorSeconds(task, settings.ceilings) / epoch.value;
    all.push_back(std::move(epoch));
  }
  return all;
}

}  // namespace lineament::app
