// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <new>

#include "app/cli/commands.h"
#include "core/base/cpu.h"
#include "core/base/version.h"
#include "core/data/table.h"

namespace lineament::app::cli {

namespace {

constexpr ErrorText kUnknownCommand{"cli.unknown_command", "Understand '{word}'",
                                    "there is no such command, and no such file", "",
                                    "{suggestion}"};
constexpr ErrorText kOutOfMemory{"cli.memory", "Run '{command}'", "the machine has no memory left",
                                 "", "Close other programs, or work on less data"};
constexpr ErrorText kUnforeseen{"cli.unforeseen", "Run '{command}'", "{reason}", "",
                                "This is a fault of the program: report it with the call"};

using Words = std::span<const std::string>;

std::vector<std::string> commandNames() {
  std::vector<std::string> names{"help"};
  for (const Command& command : commands()) names.emplace_back(command.name);
  return names;
}

[[noreturn]] void unknownCommand(const std::string& word) {
  const auto nearest = nearestNames(word, commandNames());
  throw Error::usage(
      kUnknownCommand,
      {{"word", word},
       {"suggestion", nearest.empty() ? "See: lineament help" : "Did you mean " + nearest[0]}});
}

struct Named {
  const Command* command = nullptr;
  std::size_t words = 0;  // how many of them are the command's name
};

Named commandOf(Words words) {
  if (words.size() > 1) {
    if (const Command* command = findCommand(words[0] + " " + words[1])) return {command, 2};
  }
  return {findCommand(words[0]), 1};
}

// A group has commands of two words ("project new") and none of its own name.
bool isGroup(std::string_view word) {
  return std::ranges::any_of(commands(), [word](const Command& command) {
    return command.name.starts_with(word) && command.name.substr(word.size()).starts_with(' ');
  });
}

void printHelp(Words words, Terminal& terminal) {
  if (words.empty()) return terminal.print(programHelp());
  if (const Named named = commandOf(words); named.command) {
    return terminal.print(commandHelp(*named.command));
  }
  if (!isGroup(words[0])) unknownCommand(words[0]);
  for (const Command& command : commands()) {
    if (command.name.starts_with(words[0] + " ")) terminal.print(commandHelp(command) + "\n");
  }
}

void useSimdTarget(const Arguments& arguments) {
  const char* environment = std::getenv("LINEAMENT_SIMD");
  const std::string target = arguments.text("--simd", environment ? environment : "");
  if (!target.empty()) forceSimdTarget(target);
}

void runCommand(const Command& command, Words words, Terminal& terminal) {
  const Arguments arguments = Arguments::parse(command, words);
  if (arguments.has("--help")) return terminal.print(commandHelp(command));
  useSimdTarget(arguments);
  command.run(arguments, terminal);
}

// The window's own words: files and the options that go with them.
const Command& windowCommand() {
  static const Command window{
      "",
      "[FILE...]",
      0,
      kAny,
      "Open the window",
      {{"--measure-startup", "NANOSECONDS",
        "Print how long it took from this time of the monotonic clock (0: "
        "the start of the process) until the window was usable, and end"},
       {"--measure-frames", "",
        "Use the window for a while, print how long its event loop was "
        "away, and end"},
       {"--measure-attention", "SIZE",
        "Look at attention (grid, long, million, gla or deltanet), print how "
        "long it took, and end"}},
      {}};
  return window;
}

bool looksLikeFile(const std::string& word) {
  std::error_code ignored;
  return word.find_first_of("./") != word.npos || std::filesystem::exists(word, ignored);
}

void openWindow(Words words, Call& call, Terminal& terminal) {
  const Arguments arguments = Arguments::parse(windowCommand(), words);
  if (arguments.has("--help")) return terminal.print(programHelp());
  const auto& files = arguments.operands();
  if (!files.empty() && !looksLikeFile(files.front())) unknownCommand(files.front());
  useSimdTarget(arguments);
  call.window = true;
  call.files = files;
  call.measure_frames = arguments.has("--measure-frames");
  call.measure_attention = arguments.text("--measure-attention");
  if (arguments.has("--measure-startup")) {
    call.measure_startup_from = arguments.integer("--measure-startup", 0, 0, INT64_MAX);
  }
}

void dispatch(Words words, Call& call, Terminal& terminal) {
  const std::string first = words.empty() ? "" : words[0];
  if (first == "--version") return terminal.print("Lineament " + versionText() + "\n");
  if (first == "help") return printHelp(words.subspan(1), terminal);
  if (first.empty() || first[0] == '-') return openWindow(words, call, terminal);
  if (const Named named = commandOf(words); named.command) {
    return runCommand(*named.command, words.subspan(named.words), terminal);
  }
  if (isGroup(first)) {
    const bool asks = words.size() > 1 && (words[1] == "--help" || words[1] == "-h");
    if (words.size() == 1 || asks) return printHelp(words.first(1), terminal);
    unknownCommand(first + " " + words[1]);
  }
  openWindow(words, call, terminal);
}

ExitStatus fail(Terminal& terminal, const Error& error) {
  terminal.report(error);
  return error.cause() == Error::Cause::usage ? ExitStatus::usage : ExitStatus::failed;
}

ExitStatus settled(Words words, Call& call, Terminal& terminal) {
  const std::string command = words.empty() ? "window" : words[0];
  try {
    dispatch(words, call, terminal);
    terminal.flush();
    return ExitStatus::done;
  } catch (const Cancelled&) {
    terminal.reportCancelled();
    return ExitStatus::cancelled;
  } catch (const Error& error) {
    return fail(terminal, error);
  } catch (const std::bad_alloc&) {
    return fail(terminal, Error(kOutOfMemory, {{"command", command}}));
  } catch (const std::exception& unforeseen) {
    return fail(terminal,
                Error(kUnforeseen, {{"command", command}, {"reason", unforeseen.what()}}));
  }
}

}  // namespace

Call runCommandLine(std::span<const std::string> words) {
  Terminal terminal;
  terminal.setJson(std::ranges::find(words, "--json") != words.end());
  Call call;
  call.status = static_cast<int>(settled(words, call, terminal));
  return call;
}

}  // namespace lineament::app::cli
