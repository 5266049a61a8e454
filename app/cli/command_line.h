// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lineament::app::cli {

// What the words behind the program's name ask for.
struct Call {
  bool window = false;                            // open the window ...
  std::vector<std::string> files;                 // ... with these
  std::optional<long long> measure_startup_from;  // bench: print the start-up time and end
  bool measure_frames = false;  // bench: open the window, use it, print what its loop did
  std::string
      measure_attention;  // bench: the same with attention of one of attention_flow.h's sizes
  int status = 0;         // otherwise the command ran and ended like this
};

// Runs the command that is asked for and prints what it says, or tells that the window is wanted.
// No exception leaves it: errors become one line on standard error and an exit status.
Call runCommandLine(std::span<const std::string> words);

}  // namespace lineament::app::cli
