// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <filesystem>

#include "app/bench/bench.h"
#include "app/bench/peer_process.h"
#include "core/analyses/all.h"
#include "core/analyses/rock_scene.h"
#include "core/base/parallel.h"
#include "core/io/geotiff_writer.h"
#include "core/io/raster_file.h"

namespace lineament::app {

namespace {

constexpr std::int64_t kColumns = 100, kRows = 96;
constexpr int kClasses = 6, kRestarts = 10;

// The same work by rasterio, PyTorch and scikit-learn: three networks one after the other, as
// map.cluster has them, then k-means and the labels as GeoTIFF. Without the measures of the
// clusters and the majority filter, which map.cluster has to do besides.
constexpr const char* kPipeline = R"(
import json, sys, time
settings = json.loads(sys.stdin.readline())
import numpy, rasterio, sklearn, torch
from sklearn.cluster import KMeans
torch.set_num_threads(settings["threads"])
torch.manual_seed(1)

def network(width, hidden, code):
    sizes = hidden + [code] + hidden[::-1]
    layers, before = [], width
    for size in sizes:
        layers += [torch.nn.Linear(before, size), torch.nn.SELU()]
        before = size
    layers += [torch.nn.Linear(before, width), torch.nn.Sigmoid()]
    return torch.nn.Sequential(*layers)

def train(points, hidden, code, epochs, batch):
    net = network(points.shape[1], hidden, code)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7)
    for epoch in range(epochs):
        order = torch.randperm(len(points))
        for first in range(0, len(points), batch):
            x = points[order[first:first + batch]]
            adam.zero_grad(set_to_none=True)
            y, penalty = x, 0.0
            for layer in net:
                y = layer(y)
                if not isinstance(layer, torch.nn.Linear):
                    penalty = penalty + y.abs().sum()
            loss = ((y - x) ** 2).mean() + 1e-4 * penalty / len(x)
            loss.backward()
            adam.step()
    return net

def run():
    with rasterio.open(settings["scene"]) as source:
        bands, profile = source.read().astype(numpy.float32), source.profile
    there = numpy.isfinite(bands).all(axis=0)
    points = bands[:, there].T
    low, high = points.min(axis=0), points.max(axis=0)
    x = torch.from_numpy(numpy.ascontiguousarray((points - low) / (high - low)))
    first = train(x, [6, 4], 2, 10, 64)
    with torch.no_grad():
        second_input = torch.cat([first(x), x], 1)
    second = train(second_input, [10, 5], 2, 5, 32)
    with torch.no_grad():
        third_input = torch.cat([second[:4](second_input), second_input], 1)
    third = train(third_input, [15, 10, 5], 2, 5, 16)
    with torch.no_grad():
        codes = third[:8](third_input).numpy()
    model = KMeans(settings["classes"], n_init=settings["restarts"], max_iter=300).fit(codes)
    labels = numpy.full(there.shape, 255, numpy.uint8)
    labels[there] = model.labels_
    profile.update(count=1, dtype="uint8", nodata=255, compress="deflate", tiled=True,
                   blockxsize=256, blockysize=256)
    with rasterio.open(settings["labels"], "w", **profile) as target:
        target.write(labels, 1)

print(json.dumps({"version": "torch " + torch.__version__ + ", scikit-learn " +
                  sklearn.__version__ + ", rasterio " + rasterio.__version__}))
for line in sys.stdin:
    begin = time.perf_counter()
    run()
    print(json.dumps({"seconds": time.perf_counter() - begin}))
)";

}  // namespace

std::vector<Measurement> benchMap(const BenchSettings& settings) {
  Context quiet = settings.context;
  quiet.progress = nullptr;
  quiet.log = nullptr;
  const QTemporaryDir folder;
  const auto path = [&folder](const char* name) {
    return std::filesystem::path((folder.path() + u'/' + name).toStdString());
  };
  io::writeGeoTiff(rockScene(1, kColumns, kRows).scene, path("scene.tif"), quiet);
  const Analysis& analysis = allAnalyses().require("map.cluster");
  const Parameters parameters =
      Parameters::fromText(analysis.declaration(), {{"k", std::to_string(kClasses)},
                                                    {"restarts", std::to_string(kRestarts)},
                                                    {"features", "stacked-autoencoder"}});
  const auto ours = [&] {
    return secondsOf([&] {
      Inputs inputs;
      inputs.add("raster", Data(io::readRaster(path("scene.tif"), "auto", quiet)));
      const Outputs made = analysis.run(inputs, parameters, quiet);
      io::writeGeoTiff(made.find("labels")->require<Raster>(), path("labels.tif"), quiet);
    });
  };
  Measurement whole{"map.stacked-autoencoder", 0, "s"};
  whole.note =
      fmt::format("{} pixels of 6 bands to a map of {} classes", kColumns * kRows, kClasses);
  if (settings.peer_python.empty()) {
    std::vector<double> times;
    for (int i = 0; i < settings.pairs; ++i) times.push_back(ours());
    whole.value = median(times);
    return {whole};
  }
  const int threads = quiet.threads > 0 ? quiet.threads : hardwareThreads();
  PeerProcess peer(settings.peer_python, kPipeline,
                   {{"scene", path("scene.tif").string()},
                    {"labels", path("theirs.tif").string()},
                    {"classes", kClasses},
                    {"restarts", kRestarts},
                    {"threads", threads}},
                   threads);
  comparePairs(whole, {"Python", peer.version()}, settings.pairs, ours,
               [&] { return peer.runOnce().at("seconds").get<double>(); });
  return {whole};
}

}  // namespace lineament::app
