// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/items.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/project/rows.h"

namespace lineament::project {

namespace {

constexpr std::array<std::string_view, 4> kStates{"unchanged", "changed", "moved", "missing"};
constexpr std::array<std::string_view, 6> kTypes{"heading", "note", "figure",
                                                 "table",   "run",  "page_break"};

nlohmann::json toJson(const std::vector<Run::Input>& inputs) {
  nlohmann::json json = nlohmann::json::array();
  for (const Run::Input& input : inputs) json.push_back({{"name", input.name}, {"id", input.id}});
  return json;
}

// Whatever goes wrong in reading a row says the same: the file is damaged.
template <class Read>
auto reading(const Database& database, Read read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& problem) {
    throwDamaged(database, problem.what());
  } catch (const Error& error) {
    throwDamaged(database, error.found());
  }
}

nlohmann::json jsonIn(const Database& database, const Row& row, const char* column) {
  return parseJson(database, row.at(column).get_ref<const std::string&>());
}

nlohmann::json objectIn(const Database& database, const Row& row, const char* column) {
  nlohmann::json json = jsonIn(database, row, column);
  if (!json.is_object()) throwDamaged(database, std::string(column) + " is not an object");
  return json;
}

}  // namespace

std::string_view name(SourceState state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::string_view name(ReportItem::Type type) {
  return kTypes[static_cast<std::size_t>(type)];
}

bool ChangeSet::touches(ItemType type) const {
  return std::any_of(items.begin(), items.end(),
                     [type](const Item& item) { return item.type == type; });
}

Row rowOf(const Source& source, Id payload) {
  return {{"id", source.id},
          {"name", source.name},
          {"relative_path", source.relative_path.string()},
          {"absolute_path", source.absolute_path.string()},
          {"sha256", source.sha256},
          {"size", source.size},
          {"modified", source.modified},
          {"kind", name(source.kind)},
          {"reader", source.reader},
          {"reader_options", textOf(source.reader_options)},
          {"payload", payload},
          {"added", source.added}};
}

Source sourceOf(const Database& database, const Row& row) {
  return reading(database, [&] {
    Source source;
    row.at("id").get_to(source.id);
    row.at("name").get_to(source.name);
    source.relative_path = row.at("relative_path").get<std::string>();
    source.absolute_path = row.at("absolute_path").get<std::string>();
    row.at("sha256").get_to(source.sha256);
    row.at("size").get_to(source.size);
    row.at("modified").get_to(source.modified);
    source.kind = kindFromName(row.at("kind").get<std::string>());
    row.at("reader").get_to(source.reader);
    source.reader_options = objectIn(database, row, "reader_options");
    source.embedded = row.at("payload").get<Id>() != 0;
    row.at("added").get_to(source.added);
    return source;
  });
}

Row rowOf(const Run& run) {
  return {{"id", run.id},
          {"title", run.title},
          {"hidden", run.hidden ? 1 : 0},
          {"inputs", textOf(toJson(run.inputs))},
          {"record", textOf(toJson(run.record))}};
}

Run runOf(const Database& database, const Row& row) {
  return reading(database, [&] {
    Run run;
    row.at("id").get_to(run.id);
    row.at("title").get_to(run.title);
    run.hidden = row.at("hidden").get<int>() != 0;
    run.record = runRecordFromJson(objectIn(database, row, "record"));
    for (const auto& input : jsonIn(database, row, "inputs")) {
      run.inputs.push_back({input.at("name").get<std::string>(), input.at("id").get<Id>()});
    }
    return run;
  });
}

Row rowOf(const Result& result, const std::string& origin, Id payload) {
  return {{"id", result.id},
          {"run", result.run},
          {"output", result.output},
          {"kind", name(result.kind)},
          {"title", result.title},
          {"origin", origin},
          {"summary", textOf(result.summary)},
          {"payload", payload}};
}

Result resultOf(const Database& database, const Row& row) {
  return reading(database, [&] {
    Result result;
    row.at("id").get_to(result.id);
    row.at("run").get_to(result.run);
    row.at("output").get_to(result.output);
    result.kind = kindFromName(row.at("kind").get<std::string>());
    row.at("title").get_to(result.title);
    result.summary = jsonIn(database, row, "summary");
    Statement size = database.prepare("SELECT bytes FROM payloads WHERE id = ?1");
    if (size.bind(row.at("payload").get<Id>()).step()) {
      result.bytes = static_cast<std::uint64_t>(size.integer(0));
    }
    return result;
  });
}

Row rowOf(const Figure& figure, std::int64_t position) {
  return {{"id", figure.id},
          {"data", figure.data},
          {"spec", textOf(toJson(figure.spec))},
          {"position", position}};
}

Figure figureOf(const Database& database, const Row& row) {
  return reading(database, [&] {
    return Figure{row.at("id").get<Id>(), row.at("data").get<Id>(),
                  figureSpecFromJson(objectIn(database, row, "spec"))};
  });
}

Row rowOf(const ReportItem& item, std::int64_t position) {
  return {{"id", item.id},         {"type", name(item.type)},         {"text", item.text},
          {"target", item.target}, {"options", textOf(item.options)}, {"position", position}};
}

ReportItem reportItemOf(const Database& database, const Row& row) {
  return reading(database, [&] {
    ReportItem item;
    const auto type = std::find(kTypes.begin(), kTypes.end(), row.at("type").get<std::string>());
    if (type == kTypes.end()) throwDamaged(database, "an item of the report has an unknown type");
    row.at("id").get_to(item.id);
    item.type = static_cast<ReportItem::Type>(type - kTypes.begin());
    row.at("text").get_to(item.text);
    row.at("target").get_to(item.target);
    item.options = objectIn(database, row, "options");
    return item;
  });
}

}  // namespace lineament::project
