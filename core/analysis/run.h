// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/analysis/analysis.h"
#include "core/base/json.h"

namespace lineament {

// All that is needed to do a run again, and what came of it: run.json on the command line, a row
// of the project in the window.
struct RunRecord {
  struct InputRecord {
    std::string name;         // the declared input
    std::string path;         // the file, or the id of a result of this project
    std::string sha256;       // of the file's content; empty for a result
    std::string format = {};  // id of the reader; empty for a result
    nlohmann::json read = nlohmann::json::object();  // how it read: its options with their values
  };
  struct OutputRecord {
    std::string name;
    Kind kind = Kind::table;
    std::vector<std::string> files;  // relative to run.json; empty in a project
    nlohmann::json summary;
  };
  struct LogLine {
    Context::Severity severity = Context::Severity::information;
    std::string line;
  };

  std::string analysis;
  int version = 1;
  std::string program;  // "0.1.0"
  nlohmann::json parameters = nlohmann::json::object();
  std::vector<InputRecord> inputs;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::string simd;
  int threads = 0;
  std::string started;  // UTC, ISO 8601
  double seconds = 0;
  std::string outcome = "done";  // done, failed, cancelled
  std::string error;             // the Error's line when it failed
  std::vector<OutputRecord> outputs;
  std::map<std::string, double> metrics;
  std::vector<LogLine> log;
};

// A metric that is not a number (an R2 of a constant target) is written as null.
nlohmann::json toJson(const RunRecord& record);
RunRecord runRecordFromJson(const nlohmann::json& json);  // Error "record.malformed"

struct RunResult {
  RunRecord record;
  Outputs outputs;  // empty unless the outcome is "done"
  std::optional<Error> error;
};

// Checks the inputs against the declaration (missing, too many, wrong kind: Error, usage), runs
// the analysis with `context.threads` threads, and records it. Errors and cancelling of the run
// itself do not leave the call: they are in the result. Log lines go to context.log too.
RunResult runRecorded(const Analysis& analysis, const Inputs& inputs, const Parameters& parameters,
                      std::vector<RunRecord::InputRecord> input_records, const Context& context);

}  // namespace lineament
