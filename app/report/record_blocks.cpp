// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/record_blocks.h"

#include <algorithm>

#include "app/report/numbers.h"
#include "app/report/words.h"
#include "core/base/memory.h"

namespace lineament::app {

namespace {

QString valueText(const nlohmann::json& value) {
  if (value.is_string()) return text(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? Words::tr("yes") : Words::tr("no");
  if (value.is_number_integer()) return QString::number(value.get<qint64>());
  if (value.is_number()) return numberText(value.get<double>());
  if (!value.is_array()) return text(value.dump());
  QStringList parts;
  for (const auto& part : value) parts << valueText(part);
  return parts.join(QStringLiteral(", "));
}

// Whether the parameter says anything in this run: a network's settings do not in a ridge fit.
bool isOfUse(const Parameter* parameter, const nlohmann::json& all) {
  if (!parameter || parameter->shown_if.empty()) return true;
  const std::string& condition = parameter->shown_if;
  const nlohmann::json value =
      all.value(condition.substr(0, condition.find('=')), nlohmann::json());
  if (!value.is_string()) return true;
  std::map<std::string, ParameterValue, std::less<>> values;
  values.emplace(condition.substr(0, condition.find('=')), value.get<std::string>());
  return isShown(*parameter, values);
}

// Ids in the order of the declaration; those it does not know (another version's) behind.
template <class Declared, class Known>
std::vector<std::string> inOrder(const std::vector<Declared>& declared, const Known& known) {
  std::vector<std::string> order;
  for (const Declared& one : declared) {
    if (std::find(known.begin(), known.end(), one.id) != known.end()) order.push_back(one.id);
  }
  for (const std::string& id : known) {
    if (std::find(order.begin(), order.end(), id) == order.end()) order.push_back(id);
  }
  return order;
}

Grid parameterGrid(const RunRecord& record, const Declaration& declaration) {
  Grid grid;
  grid.title = Words::tr("Parameters");
  grid.head = false;
  grid.columns = {{Words::tr("Parameter")}, {Words::tr("Value")}};
  std::vector<std::string> known;
  for (const auto& entry : record.parameters.items()) known.push_back(entry.key());
  for (const std::string& id : inOrder(declaration.parameters, known)) {
    const Parameter* parameter = declaration.findParameter(id);
    const QString shown = valueText(record.parameters.at(id));
    if (shown.isEmpty() || !isOfUse(parameter, record.parameters)) continue;
    const QString unit =
        parameter && !parameter->unit.empty() ? " " + text(parameter->unit) : QString();
    grid.rows.push_back({parameter ? text(parameter->title) : text(id), shown + unit});
  }
  return grid;
}

constexpr const char* kUnitOfTarget = "target";  // what the declarations write there

// The unit of a metric. That of the target is known to the run's model or explanation, if at all.
QString unitOf(const Metric& metric, const RunRecord& record) {
  if (metric.unit != kUnitOfTarget) return text(metric.unit);
  for (const auto& output : record.outputs) {
    const bool says = output.summary.is_object() && output.summary.contains("unit");
    if (says) return valueText(output.summary.at("unit"));
  }
  return {};
}

Grid metricGrid(const RunRecord& record, const Declaration& declaration) {
  Grid grid;
  grid.title = Words::tr("Metrics");
  grid.columns = {{Words::tr("Metric")},
                  {Words::tr("Value"), true},
                  {Words::tr("Unit")},
                  {Words::tr("Meaning")}};
  std::vector<std::string> known;
  for (const auto& entry : record.metrics) known.push_back(entry.first);
  for (const std::string& id : inOrder(declaration.metrics, known)) {
    const auto metric = std::find_if(declaration.metrics.begin(), declaration.metrics.end(),
                                     [&id](const Metric& one) { return one.id == id; });
    const bool found = metric != declaration.metrics.end();
    grid.rows.push_back({found ? text(metric->title) : text(id), numberText(record.metrics.at(id)),
                         found ? unitOf(*metric, record) : QString(),
                         found ? text(metric->help) : QString()});
  }
  return grid;
}

// The SHA-256 of the run's input `index`. A record lists its inputs by name, a run as they were
// given; those of one name keep their order in both.
std::string hashOfInput(const project::Run& run, std::size_t index) {
  const std::string& name = run.inputs[index].name;
  const auto named = [&name](const auto& input) { return input.name == name; };
  auto earlier = std::count_if(run.inputs.begin(),
                               run.inputs.begin() + static_cast<std::ptrdiff_t>(index), named);
  for (const auto& input : run.record.inputs) {
    if (named(input) && earlier-- == 0) return input.sha256;
  }
  return {};
}

QString outcomeText(const RunRecord& record) {
  if (record.outcome == "done") return secondsText(record.seconds);
  if (record.outcome == "failed") return Words::tr("failed");
  return Words::tr("cancelled");
}

}  // namespace

std::vector<Block> runBlocks(const RunRecord& record, const Declaration* declaration,
                             const std::vector<QString>& inputs) {
  static const Declaration unknown;
  const Declaration& declared = declaration ? *declaration : unknown;
  std::vector<Block> blocks;
  QStringList line{declaration ? text(declaration->title) : text(record.analysis)};
  for (const QString& input : inputs) line << input;
  blocks.emplace_back(plainParagraph(line.join(QStringLiteral(" · ")), Paragraph::Style::muted));
  if (declaration && !declaration->summary.empty()) {
    blocks.emplace_back(plainParagraph(text(declaration->summary)));
    if (!declaration->source.empty()) {
      blocks.emplace_back(plainParagraph(Words::tr("Source: %1.").arg(text(declaration->source)),
                                         Paragraph::Style::muted));
    }
  }
  if (!record.error.empty()) {
    blocks.emplace_back(plainParagraph(text(record.error), Paragraph::Style::warning));
  }
  for (const auto& entry : record.log) {
    if (entry.severity != Context::Severity::warning) continue;
    blocks.emplace_back(plainParagraph(text(entry.line), Paragraph::Style::warning));
  }
  if (!record.metrics.empty()) blocks.emplace_back(metricGrid(record, declared));
  if (Grid grid = parameterGrid(record, declared); !grid.rows.empty()) {
    blocks.emplace_back(std::move(grid));
  }
  return blocks;
}

std::vector<Block> sourceRecords(const std::vector<project::Source>& sources) {
  if (sources.empty()) return {};
  Grid grid;
  grid.title = Words::tr("Files");
  grid.columns = {
      {Words::tr("File")}, {Words::tr("Size"), true}, {Words::tr("SHA-256"), false, true}};
  for (const auto& source : sources) {
    grid.rows.push_back({text(source.name), text(bytesText(static_cast<double>(source.size))),
                         text(source.sha256)});
  }
  return {grid};
}

std::vector<Block> runRecord(const project::Run& run, const std::vector<QString>& inputs) {
  const RunRecord& record = run.record;
  Grid grid;
  grid.head = false;
  grid.title = text(run.title.empty() ? record.analysis : run.title);
  grid.columns = {{Words::tr("Property")}, {Words::tr("Value")}};
  grid.rows = {
      {Words::tr("Analysis"), text(fmt::format("{}, version {}", record.analysis, record.version))},
      {Words::tr("Program"), QStringLiteral("Lineament ") + text(record.program)},
      {Words::tr("Seed"), QString::number(record.seed)},
      {Words::tr("Device"),
       text(fmt::format("{}, {} threads, {}", record.device, record.threads, record.simd))},
      {Words::tr("Started"), text(record.started)},
      {Words::tr("Took"), outcomeText(record)}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string hash = hashOfInput(run, i);
    grid.rows.push_back(
        {Words::tr("Input"), inputs[i] + (hash.empty() ? "" : ", SHA-256 " + text(hash))});
  }
  return {grid};
}

}  // namespace lineament::app
