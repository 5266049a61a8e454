// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <QTemporaryDir>
#include <charconv>
#include <string>

#include "app/bench/bench.h"
#include "app/bench/peer_process.h"
#include "app/bench/process_memory.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/io/reader.h"

namespace lineament::app {

namespace {

constexpr std::size_t kRows = 1'000'000;
constexpr std::size_t kColumns = 20;
constexpr std::size_t kRowsPerWrite = 10'000;
constexpr std::uint64_t kSeed = 20;

constexpr const char* kPandas = R"(
import json, sys, time
settings = json.loads(sys.stdin.readline())
import pandas
print(json.dumps({"version": pandas.__version__}))
for line in sys.stdin:
    begin = time.perf_counter()
    table = pandas.read_csv(settings["path"], engine="c")
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "rows": len(table), "sum": float(table.to_numpy().sum())}))
)";

void writeCsv(const std::filesystem::path& path, const Context& context) {
  OutputFile file(path);
  std::string text;
  for (std::size_t column = 0; column < kColumns; ++column) {
    text += fmt::format("{}x{}", column == 0 ? "" : ",", column + 1);
  }
  text += '\n';
  Random random(kSeed);
  char number[32];
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      const double value = random.normal() * 100;
      const auto end =
          std::to_chars(number, number + sizeof number, value, std::chars_format::general, 8).ptr;
      text.append(number, end);
      text += column + 1 == kColumns ? '\n' : ',';
    }
    if (row % kRowsPerWrite != 0) continue;
    context.checkpoint(static_cast<double>(row) / kRows, "Writing the CSV file");
    file.write(text);
    text.clear();
  }
  file.write(text);
  file.commit();
}

// The most memory while reading, beyond what was there before, over the table's own size.
double peakShare(const std::filesystem::path& path, const Context& context) {
  restartPeakMemory();
  const std::size_t before = memoryNow();
  const Data data = io::readFile(path, context);
  return static_cast<double>(peakMemory() - before) /
         static_cast<double>(data.require<Table>().bytes());
}

}  // namespace

std::vector<Measurement> benchCsv(const BenchSettings& settings) {
  const QTemporaryDir folder;
  const std::filesystem::path path = (folder.path() + "/numbers.csv").toStdString();
  Context quiet = settings.context;
  writeCsv(path, settings.context.part(0, 0.3));
  quiet.progress = nullptr;

  Measurement memory{"csv.peak_memory", peakShare(path, quiet), "x table"};
  Measurement read{"csv.read", 0, "s"};
  const auto ours = [&] { return secondsOf([&] { io::readFile(path, quiet); }); };
  if (settings.peer_python.empty()) {
    std::vector<double> times;
    ours();
    for (int i = 0; i < settings.pairs; ++i) {
      settings.context.checkpoint(0.3 + 0.7 * i / settings.pairs, "Reading the CSV file");
      times.push_back(ours());
    }
    read.value = median(times);
  } else {
    PeerProcess pandas(settings.peer_python, kPandas, {{"path", path.string()}}, quiet.threads);
    comparePairs(read, {"pandas", pandas.version()}, settings.pairs, ours,
                 [&] { return pandas.runOnce().at("seconds").get<double>(); });
  }
  // The file is read once, the table written once.
  const double bytes =
      static_cast<double>(std::filesystem::file_size(path)) + kRows * kColumns * sizeof(double);
  read.floor_share = bytes * 1e-9 / settings.ceilings.read_gigabytes / read.value;
  return {read, memory};
}

}  // namespace lineament::app
