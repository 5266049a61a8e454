// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <QTemporaryDir>
#include <array>
#include <cstring>
#include <string>

#include "app/bench/bench.h"
#include "app/bench/process_memory.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/io/reader.h"

namespace lineament::app {

namespace {

// As large as a model of five billion parameters in half precision, in as many tensors.
constexpr std::uint64_t kBytes = 10'000'000'000;
constexpr int kTensors = 2000;
constexpr int kShards = 5;

std::string nameOf(int tensor) {
  return fmt::format("model.layers.{}.self_attn.part_{}.weight", tensor / 20, tensor % 20);
}

// Tensors [first, last) with their values left out: the file is sparse.
void writeShard(const std::filesystem::path& path, int first, int last) {
  constexpr std::uint64_t kColumns = 1000, kRows = kBytes / kTensors / 2 / kColumns;
  nlohmann::json header = nlohmann::json::object();
  std::uint64_t end = 0;
  for (int i = first; i < last; ++i) {
    const std::uint64_t begin = end;
    end += kRows * kColumns * 2;
    header[nameOf(i)] = {
        {"dtype", "F16"}, {"shape", {kRows, kColumns}}, {"data_offsets", {begin, end}}};
  }
  const std::string text = header.dump();
  const std::uint64_t length = text.size();
  std::array<char, sizeof length> prefix{};
  std::memcpy(prefix.data(), &length, sizeof length);
  OutputFile file(path);
  file.write(std::string_view(prefix.data(), prefix.size()));
  file.write(text);
  file.commit();
  std::filesystem::resize_file(path, prefix.size() + length + end);
}

// One file, or five with their index.
std::filesystem::path writeModel(const std::filesystem::path& folder, int shards) {
  nlohmann::json places = nlohmann::json::object();
  std::filesystem::path path;
  for (int shard = 0; shard < shards; ++shard) {
    const int first = shard * kTensors / shards, last = (shard + 1) * kTensors / shards;
    const std::string name =
        shards == 1 ? "model.safetensors"
                    : fmt::format("model-{:05}-of-{:05}.safetensors", shard + 1, shards);
    path = folder / name;
    writeShard(path, first, last);
    for (int i = first; i < last; ++i) places[nameOf(i)] = name;
  }
  if (shards == 1) return path;
  path = folder / "model.safetensors.index.json";
  writeWhole(path, nlohmann::json{{"weight_map", places}}.dump());
  return path;
}

std::vector<Measurement> measure(const std::string& name, const std::filesystem::path& path,
                                 const BenchSettings& settings) {
  Context quiet = settings.context;
  quiet.progress = nullptr;
  const auto list = [&] {
    const Data data = io::readFile(path, quiet);
    summaryOf(data);
  };
  restartPeakMemory();
  const std::size_t before = memoryNow();
  list();
  Measurement memory{name + ".memory", static_cast<double>(peakMemory() - before) / (1 << 20),
                     "MiB"};
  memory.bar = 64;
  std::vector<double> times;
  for (int i = 0; i < settings.pairs; ++i) times.push_back(1000 * secondsOf(list));
  Measurement time{name + ".list", median(times), "ms"};
  time.bar = 50;
  return {time, memory};
}

}  // namespace

std::vector<Measurement> benchCheckpoints(const BenchSettings& settings) {
  std::vector<Measurement> all;
  for (const int shards : {1, kShards}) {
    settings.context.checkpoint(shards == 1 ? 0 : 0.5, "Listing a checkpoint");
    const QTemporaryDir folder;
    const auto path = writeModel(folder.path().toStdString(), shards);
    const auto found =
        measure(shards == 1 ? "checkpoints.one_file" : "checkpoints.shards", path, settings);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace lineament::app
