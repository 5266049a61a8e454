// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/arguments.h"
#include "app/cli/terminal.h"

namespace lineament::app::cli {

// The command line in one table: a new command is a function in a file of its own and an entry in
// commands.cpp.
const std::vector<Command>& commands();

// Null when there is none of that name. Names have one word or two ("run", "project new").
const Command* findCommand(std::string_view name);

std::string programHelp();
std::string commandHelp(const Command& command);

// Each does its work or throws Error or Cancelled.
void inspect(const Arguments& arguments, Terminal& terminal);
void listAnalyses(const Arguments& arguments, Terminal& terminal);
void runAnalysis(const Arguments& arguments, Terminal& terminal);
void demonstrate(const Arguments& arguments, Terminal& terminal);
void newProject(const Arguments& arguments, Terminal& terminal);
void addToProject(const Arguments& arguments, Terminal& terminal);
void readSourceAnew(const Arguments& arguments, Terminal& terminal);
void runInProjectFile(const Arguments& arguments, Terminal& terminal);
void listProject(const Arguments& arguments, Terminal& terminal);
void exportFromProject(const Arguments& arguments, Terminal& terminal);
void writeProjectReport(const Arguments& arguments, Terminal& terminal);
void runBenches(const Arguments& arguments, Terminal& terminal);

}  // namespace lineament::app::cli
