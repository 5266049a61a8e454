// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/bench.h"

#include <QCoreApplication>
#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "core/base/cpu.h"
#include "core/base/parallel.h"

namespace lineament::app::cli {

void runBenches(const Arguments& arguments, Terminal& terminal) {
  std::vector<Bench> wanted;
  for (const std::string& name : arguments.operands()) {
    const std::vector<Bench> named = benchesNamed(name);
    wanted.insert(wanted.end(), named.begin(), named.end());
  }
  if (wanted.empty()) wanted = benches();

  static char name[] = "lineament";
  char* words[] = {name, nullptr};
  int count = 1;
  const QCoreApplication application(count, words);  // processes are started through Qt
  const Interrupt interrupt;
  BenchSettings settings;
  settings.peer_python = arguments.text("--peer-python");
  settings.pairs = static_cast<int>(arguments.integer("--pairs", settings.pairs, 3, 1000));
  settings.context.stop = interrupt.token();
  settings.context.progress = terminal.progress();
  const int machine = std::min(2, hardwareThreads());
  settings.context.threads = static_cast<int>(arguments.integer("--threads", machine, 1, 1024));
  const ThreadLimit limit(settings.context.threads);

  settings.ceilings = measureCeilings(settings.context);
  std::vector<Measurement> all{
      {"machine.fma", settings.ceilings.fma_gflops, "GFLOP/s"},
      {"machine.memory_read", settings.ceilings.read_gigabytes, "GB/s"},
      {"machine.memory_update", settings.ceilings.update_gigabytes, "GB/s"}};
  if (!terminal.json()) {
    terminal.print(
        fmt::format("{}, {} threads, {}\n", cpuName(), settings.context.threads, simdTarget()));
    for (const Measurement& measurement : all) terminal.print(textLine(measurement));
  }
  for (const Bench& bench : wanted) {
    for (const Measurement& measurement : bench.run(settings)) {
      if (!terminal.json()) terminal.print(textLine(measurement));
      all.push_back(measurement);
    }
  }
  if (!terminal.json()) return;
  nlohmann::json list = nlohmann::json::array();
  for (const Measurement& measurement : all) list.push_back(toJson(measurement));
  terminal.printJson(list);
}

}  // namespace lineament::app::cli
