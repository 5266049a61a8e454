// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/run.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <new>

#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/base/version.h"

namespace lineament {

namespace {

constexpr ErrorText kMissingInput{"run.missing_input", "Run {analysis}",
                                  "the input '{input}' was not given", "",
                                  "Give it: {input}=FILE; {help}"};
constexpr ErrorText kTooMany{"run.too_many_inputs", "Run {analysis}",
                             "the input '{input}' was given {count} times, it takes one", "",
                             "Leave all but one out"};
constexpr ErrorText kWrongKind{"run.input_kind", "Run {analysis}",
                               "the input '{input}' takes a {expected}, this is a {found}", "",
                               "Choose data of that kind"};
constexpr ErrorText kMalformed{"record.malformed", "Read the record of a run", "{reason}", "",
                               "The record was damaged or written by another program"};
constexpr ErrorText kOutOfMemory{"run.memory", "Run {analysis}", "the machine has no memory left",
                                 "", "Close other data, or work on fewer rows"};
constexpr ErrorText kUnforeseen{"run.unforeseen", "Run {analysis}", "{reason}", "",
                                "This is a fault of the program: report it with the record"};

void checkInputs(const Declaration& declaration, const Inputs& inputs) {
  for (const Input& input : declaration.inputs) {
    const std::vector<Data>& given = inputs.all(input.id);
    if (given.empty() && input.required) {
      throw Error::usage(kMissingInput,
                         {{"analysis", declaration.id}, {"input", input.id}, {"help", input.help}});
    }
    if (given.size() > 1 && !input.many) {
      throw Error::usage(
          kTooMany, {{"analysis", declaration.id}, {"input", input.id}, {"count", given.size()}});
    }
    for (const Data& data : given) {
      if (std::find(input.kinds.begin(), input.kinds.end(), data.kind()) != input.kinds.end()) {
        continue;
      }
      std::vector<std::string_view> kinds;
      for (const Kind kind : input.kinds) kinds.push_back(name(kind));
      throw Error::usage(kWrongKind, {{"analysis", declaration.id},
                                      {"input", input.id},
                                      {"expected", fmt::format("{}", fmt::join(kinds, " or "))},
                                      {"found", name(data.kind())}});
    }
  }
}

std::string utcNow() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  return timeText(now.time_since_epoch().count() / 1'000'000 * 1'000'000);
}

// Collects log lines from any thread and passes them on.
class LogKeeper {
 public:
  explicit LogKeeper(Context::Log next) : next_(std::move(next)) {}

  void operator()(Context::Severity severity, std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back({severity, std::string(line)});
    if (next_) next_(severity, line);
  }
  std::vector<RunRecord::LogLine> take() { return std::move(lines_); }

 private:
  std::mutex mutex_;
  Context::Log next_;
  std::vector<RunRecord::LogLine> lines_;
};

void settle(const Analysis& analysis, const Inputs& inputs, const Parameters& parameters,
            const Context& context, RunResult& result) {
  const std::string& id = analysis.declaration().id;
  try {
    result.outputs = analysis.run(inputs, parameters, context);
    return;
  } catch (const Cancelled&) {
    result.record.outcome = "cancelled";
    return;
  } catch (const Error& error) {
    result.error = error;
  } catch (const std::bad_alloc&) {
    result.error = Error(kOutOfMemory, {{"analysis", id}});
  } catch (const std::exception& unforeseen) {
    result.error = Error(kUnforeseen, {{"analysis", id}, {"reason", unforeseen.what()}});
  }
  result.record.outcome = "failed";
  result.record.error = result.error->what();
}

nlohmann::json metricsJson(const std::map<std::string, double>& metrics) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [id, value] : metrics) {
    json[id] = std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
  }
  return json;
}

RunRecord parsed(const nlohmann::json& json) {
  RunRecord record;
  json.at("analysis").get_to(record.analysis);
  json.at("version").get_to(record.version);
  record.program = json.value("program", "");
  record.parameters = json.at("parameters");
  for (const auto& [input, entries] : json.at("inputs").items()) {
    const auto one = [&record, &name = input](const nlohmann::json& entry) {
      record.inputs.push_back({name, entry.at("path").get<std::string>(), entry.value("sha256", ""),
                               entry.value("format", ""),
                               entry.value("read", nlohmann::json::object())});
    };
    if (entries.is_array()) {
      for (const auto& entry : entries) one(entry);
    } else {
      one(entries);
    }
  }
  json.at("seed").get_to(record.seed);
  record.device = json.value("device", "cpu");
  record.simd = json.value("simd", "");
  record.threads = json.value("threads", 0);
  record.started = json.value("started", "");
  record.seconds = json.value("seconds", 0.0);
  json.at("outcome").get_to(record.outcome);
  record.error = json.value("error", "");
  for (const auto& [output, entry] : json.at("outputs").items()) {
    record.outputs.push_back({output, kindFromName(entry.at("kind").get<std::string>()),
                              entry.value("files", std::vector<std::string>{}),
                              entry.value("summary", nlohmann::json::object())});
  }
  for (const auto& [id, value] : json.at("metrics").items()) {
    record.metrics[id] = value.is_null() ? std::nan("") : value.get<double>();
  }
  for (const auto& line : json.value("log", nlohmann::json::array())) {
    record.log.push_back(
        {line.value("warning", false) ? Context::Severity::warning : Context::Severity::information,
         line.at("line").get<std::string>()});
  }
  return record;
}

}  // namespace

nlohmann::json toJson(const RunRecord& record) {
  nlohmann::json json{{"analysis", record.analysis},
                      {"version", record.version},
                      {"program", record.program},
                      {"parameters", record.parameters},
                      {"inputs", nlohmann::json::object()},
                      {"seed", record.seed},
                      {"device", record.device},
                      {"simd", record.simd},
                      {"threads", record.threads},
                      {"started", record.started},
                      {"seconds", record.seconds},
                      {"outcome", record.outcome},
                      {"outputs", nlohmann::json::object()},
                      {"metrics", metricsJson(record.metrics)},
                      {"log", nlohmann::json::array()}};
  if (!record.error.empty()) json["error"] = record.error;
  for (const auto& input : record.inputs) {
    nlohmann::json entry{{"path", input.path}, {"sha256", input.sha256}};
    if (!input.format.empty()) entry["format"] = input.format;
    if (!input.read.empty()) entry["read"] = input.read;
    nlohmann::json& slot = json["inputs"][input.name];
    if (slot.is_null()) {
      slot = std::move(entry);
    } else {
      if (slot.is_object()) slot = nlohmann::json::array({slot});
      slot.push_back(std::move(entry));
    }
  }
  for (const auto& output : record.outputs) {
    nlohmann::json entry{{"kind", name(output.kind)}, {"summary", output.summary}};
    if (!output.files.empty()) {
      entry["file"] = output.files.front();
      entry["files"] = output.files;
    }
    json["outputs"][output.name] = std::move(entry);
  }
  for (const auto& line : record.log) {
    json["log"].push_back(
        {{"warning", line.severity == Context::Severity::warning}, {"line", line.line}});
  }
  return json;
}

RunRecord runRecordFromJson(const nlohmann::json& json) {
  try {
    return parsed(json);
  } catch (const nlohmann::json::exception& problem) {
    throw Error(kMalformed, {{"reason", problem.what()}});
  } catch (const Error& unknown_kind) {
    throw Error(kMalformed, {{"reason", unknown_kind.found()}});
  }
}

RunResult runRecorded(const Analysis& analysis, const Inputs& inputs, const Parameters& parameters,
                      std::vector<RunRecord::InputRecord> input_records, const Context& context) {
  const Declaration& declaration = analysis.declaration();
  checkInputs(declaration, inputs);

  RunResult result;
  RunRecord& record = result.record;
  record.analysis = declaration.id;
  record.version = declaration.version;
  record.program = versionText();
  record.parameters = parameters.toJson();
  record.inputs = std::move(input_records);
  record.seed = context.seed;
  record.device = name(context.device);
  record.simd = simdTarget();
  record.threads = context.threads > 0 ? context.threads : hardwareThreads();
  record.started = utcNow();

  LogKeeper log(context.log);
  Context inner = context;
  inner.log = [&log](Context::Severity severity, std::string_view line) { log(severity, line); };
  const ThreadLimit limit(context.threads);
  const auto begin = std::chrono::steady_clock::now();
  settle(analysis, inputs, parameters, inner, result);
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  record.log = log.take();
  record.metrics = result.outputs.metrics;
  for (const auto& [id, data] : result.outputs.data) {
    record.outputs.push_back({id, data.kind(), {}, summaryOf(data)});
  }
  return result;
}

}  // namespace lineament
