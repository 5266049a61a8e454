// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/ranges.h>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/text_grid.h"
#include "app/cli/tokenizer_line.h"
#include "core/data/checkpoint_facts.h"
#include "core/io/reader.h"

namespace lineament::app::cli {

namespace {

constexpr std::size_t kTensorsShown = 200;

std::string details(const Table& table) {
  TextGrid grid;
  if (table.columnCount() == 0) return {};
  grid.add({"  column", "type", "unit", "missing"});
  grid.alignRight(3);
  for (const Column& column : table.columns()) {
    grid.add({"  " + column.name(), std::string(name(column.type())), column.unit(),
              countText(column.missingCount())});
  }
  return grid.text();
}

std::string details(const Checkpoint& checkpoint) {
  TextGrid facts, grid;
  for (const CheckpointFact& fact : factsOf(checkpoint)) facts.add({"  " + fact.name, fact.value});
  grid.add({"  tensor", "type", "shape", "note"});
  for (const Checkpoint::Entry& entry : checkpoint.entries()) {
    if (&entry - checkpoint.entries().data() == kTensorsShown) {
      grid.add({fmt::format("  and {} more (--json lists all)",
                            checkpoint.entries().size() - kTensorsShown)});
      break;
    }
    grid.add(
        {"  " + entry.name, std::string(name(entry.dtype)), shapeText(entry.shape), entry.note});
  }
  return facts.empty() ? grid.text() : facts.text() + "\n" + grid.text();
}

std::string details(const PointCloud& cloud) {
  const auto extent = extentOf(cloud);
  TextGrid grid;
  grid.add({"  axis", "low", "high", "unit"});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.add({std::string("  ") + "xyz"[axis], fmt::format("{:.3f}", extent[axis].low),
              fmt::format("{:.3f}", extent[axis].high), "m"});
  }
  grid.alignRight(1);
  grid.alignRight(2);
  for (const auto& attribute : cloud.attributes) {
    grid.add({"  " + attribute.name, "", "", attribute.unit});
  }
  return grid.text();
}

std::string details(const Features& features) {
  TextGrid grid;
  const Extent extent = features.geometries().extent();
  const std::string& unit = features.crs().unit;
  if (!extent.empty()) {
    grid.add({"  axis", "low", "high", "unit"});
    grid.add({"  x", fmt::format("{}", extent.low_x), fmt::format("{}", extent.high_x), unit});
    grid.add({"  y", fmt::format("{}", extent.low_y), fmt::format("{}", extent.high_y), unit});
    grid.alignRight(1);
    grid.alignRight(2);
  }
  const bool both = !grid.empty() && features.attributes().columnCount() != 0;
  return grid.text() + (both ? "\n" : "") + details(features.attributes());
}

// What a person reads below the summary line; empty for kinds that the line says all of.
std::string detailsOf(const Data& data) {
  if (const auto* table = data.as<Table>()) return details(*table);
  if (const auto* checkpoint = data.as<Checkpoint>()) return details(*checkpoint);
  if (const auto* cloud = data.as<PointCloud>()) return details(*cloud);
  if (const auto* features = data.as<Features>()) return details(*features);
  return {};
}

}  // namespace

void inspect(const Arguments& arguments, Terminal& terminal) {
  const std::filesystem::path path = io::fileAt(arguments.operands().front());
  const Interrupt interrupt;
  Context context;
  context.stop = interrupt.token();
  context.progress = terminal.progress();
  context.log = terminal.log();

  const io::Reader& reader = io::readerFor(path);
  const Parameters options = io::readerOptions(reader, arguments.pairs("--read"));
  const Data data = reader.read(path, options, context);
  const TokenizerFacts tokenizer = tokenizerFacts(data, reader.id() == "tokenizer");
  if (terminal.json()) {
    nlohmann::json summary = summaryOf(data);
    if (!tokenizer.json.is_null()) summary["tokenizer"] = tokenizer.json;
    terminal.printJson(nlohmann::json{{"file", path.string()},
                                      {"kind", name(data.kind())},
                                      {"format", reader.id()},
                                      {"read", options.toJson()},
                                      {"summary", std::move(summary)}});
    return;
  }
  TextGrid head;
  head.add({path.filename().string() + ": " + std::string(reader.title())});
  head.add({summaryLine(data)});
  if (!tokenizer.line.empty()) head.add({tokenizer.line});
  terminal.print(head.text());
  if (const std::string rest = detailsOf(data); !rest.empty()) terminal.print("\n" + rest);
}

}  // namespace lineament::app::cli
