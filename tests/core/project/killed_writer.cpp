// SPDX-License-Identifier: GPL-3.0-or-later
// Changes a project until it is killed, and says on standard output what it was told is kept:
// "setting N" and "run N" after the N-th of each, "undo" and "redo".
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "tests/core/project/fixture.h"

using namespace lineament::project;

int main(int count, char** arguments) {
  if (count != 3) return 2;
  try {
    const auto project = Project::open(arguments[1]);
    const auto say = [](const std::string& line) {
      std::puts(line.c_str());
      std::fflush(stdout);
    };
    for (int i = std::stoi(arguments[2]);; ++i) {
      project->setSetting("count", i);
      say("setting " + std::to_string(i));
      project->addRun(
          test::runMaking("run " + std::to_string(i), std::vector<double>(60'000 * (i % 3), i)));
      say("run " + std::to_string(i));
      project->undo();
      say("undo");
      project->redo();
      say("redo");
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
