// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_settings.h"

#include <limits>

#include "core/base/gpu.h"

namespace lineament::app::cli {

namespace {

constexpr int kMostThreads = 1024;

}  // namespace

std::vector<Option> runOptions() {
  return {{"--device", "cpu|cuda|auto", "Where to run; auto (the default) takes a GPU if it helps"},
          {"--threads", "N", "How many threads; 0 (the default): as many as the machine has"},
          {"--seed", "N", "Where random numbers start; the same seed gives the same bytes"}};
}

Context runContext(const Arguments& arguments, const Declaration& declaration, std::stop_token stop,
                   Terminal& terminal) {
  Context context;
  context.stop = std::move(stop);
  context.progress = terminal.progress();
  context.log = terminal.log();
  context.threads = static_cast<int>(arguments.integer("--threads", 0, 0, kMostThreads));
  context.seed = static_cast<std::uint64_t>(
      arguments.integer("--seed", 0, 0, std::numeric_limits<std::int64_t>::max()));
  // A device that is asked for by name has to be there, even where the analysis will not use it.
  const Device device = deviceFromText(arguments.text("--device", "auto"));
  context.device = declaration.uses_gpu ? device : Device::cpu;
  return context;
}

}  // namespace lineament::app::cli
