// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>

#include "app/bench/bench.h"
#include "app/bench/peer_process.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/spatial/kmeans.h"
#include "core/spatial/planar_points.h"

namespace lineament::app {

namespace {

constexpr std::size_t kFeatures = 12;
constexpr std::size_t kPoints = 10'000'000;
constexpr int kIterations = 10;
constexpr std::uint64_t kSeed = 12;

// scikit-learn wants a point's features beside each other; turning them is no part of its time.
constexpr const char* kScikitLearn = R"(
import json, sys, time
settings = json.loads(sys.stdin.readline())
import numpy, sklearn
from sklearn.cluster import KMeans
planar = numpy.fromfile(settings["path"], dtype=numpy.float32).reshape(settings["features"], -1)
points = numpy.ascontiguousarray(planar.T)
del planar
start = numpy.array(settings["start"], dtype=numpy.float32).reshape(-1, settings["features"])
print(json.dumps({"version": sklearn.__version__}))
for line in sys.stdin:
    model = KMeans(len(start), init=start, n_init=1, max_iter=settings["iterations"], tol=0,
                   algorithm="lloyd", copy_x=False)
    begin = time.perf_counter()
    model.fit(points)
    print(json.dumps({"seconds": time.perf_counter() - begin, "inertia": float(model.inertia_)}))
)";

// Bands of a scene: forty kinds of ground with their noise, planar.
std::vector<float> drawPoints(const Context& context) {
  std::vector<float> values(kFeatures * kPoints);
  Random random(kSeed);
  for (std::size_t i = 0; i < kPoints; ++i) {
    if (i % 65536 == 0) {
      context.checkpoint(static_cast<double>(i) / kPoints, "Drawing points");
    }
    const auto kind = static_cast<double>(random.below(40));
    for (std::size_t f = 0; f < kFeatures; ++f) {
      const double ground = 0.5 + 0.3 * std::sin((kind + 1) * static_cast<double>(f + 1));
      values[f * kPoints + i] = static_cast<float>(ground + 0.2 * (random.uniform() - 0.5));
    }
  }
  return values;
}

std::vector<double> startOf(const std::vector<float>& values, std::size_t clusters) {
  std::vector<double> start;
  for (std::size_t k = 0; k < clusters; ++k) {
    const std::size_t point = k * (kPoints / clusters);
    for (std::size_t f = 0; f < kFeatures; ++f) {
      start.push_back(static_cast<double>(values[f * kPoints + point]));
    }
  }
  return start;
}

// Each iteration reads the points once and compares each with each centre.
double floorSeconds(std::size_t clusters, const Ceilings& ceilings) {
  const double numbers = static_cast<double>(kPoints) * kFeatures;
  const double bytes = numbers * sizeof(float);
  const double flops = 2 * numbers * static_cast<double>(clusters);
  return kIterations *
         std::max(bytes * 1e-9 / ceilings.read_gigabytes, flops * 1e-9 / ceilings.fma_gflops);
}

}  // namespace

std::vector<Measurement> benchKMeans(const BenchSettings& settings) {
  const std::vector<float> values = drawPoints(settings.context.part(0, 0.1));
  const spatial::PlanarPoints points(values.data(), kFeatures, kPoints);
  const QTemporaryDir folder;
  const std::filesystem::path path = (folder.path() + "/points.bin").toStdString();
  if (!settings.peer_python.empty()) {
    writeWhole(path, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  }
  Context quiet = settings.context;
  quiet.progress = nullptr;
  quiet.log = nullptr;
  std::vector<Measurement> all;
  for (const std::size_t clusters : {std::size_t{8}, std::size_t{16}, std::size_t{64}}) {
    spatial::KMeansOptions options;
    options.clusters = clusters;
    options.iterations = kIterations;
    options.tolerance = 0;
    options.start = startOf(values, clusters);
    Measurement fit{fmt::format("kmeans.k{}", clusters), 0, "s"};
    double inertia = 0, theirs = 0;
    const auto ours = [&] {
      return secondsOf([&] { inertia = spatial::fitKMeans(points, options, quiet).inertia; });
    };
    settings.context.checkpoint(0.1 + 0.3 * static_cast<double>(all.size()), fit.name);
    if (settings.peer_python.empty()) {
      std::vector<double> times;
      for (int i = 0; i < settings.pairs; ++i) times.push_back(ours());
      fit.value = median(times);
    } else {
      PeerProcess peer(settings.peer_python, kScikitLearn,
                       {{"path", path.string()},
                        {"features", kFeatures},
                        {"start", options.start},
                        {"iterations", kIterations}},
                       quiet.threads);
      comparePairs(fit, {"scikit-learn", peer.version()}, settings.pairs, ours, [&] {
        const nlohmann::json answer = peer.runOnce();
        theirs = answer.at("inertia").get<double>();
        return answer.at("seconds").get<double>();
      });
      fit.note = fmt::format("inertia {:.8g}, its own {:.8g}", inertia, theirs);
    }
    fit.floor_share = floorSeconds(clusters, settings.ceilings) / fit.value;
    all.push_back(std::move(fit));
  }
  return all;
}

}  // namespace lineament::app
