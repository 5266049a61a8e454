// SPDX-License-Identifier: GPL-3.0-or-later
// The figures and the report of a Project: two ordered lists.
#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/project/document.h"
#include "core/project/uses.h"

namespace lineament::project {

namespace {

constexpr ErrorText kWrongOrder{"project.order", "Put a list of the project {file} in order",
                                "the new order does not name each item once", "",
                                "Give the ids of all items of the list"};

// Gives each row its place in the list; only those that move are written.
void number(Edit& edit, std::string_view table, const std::vector<Id>& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Row row = edit.row(table, ids[i]);
    row["position"] = static_cast<std::int64_t>(i);
    edit.put(table, row);
  }
}

std::vector<Id> idsIn(const Database& database, std::string_view table) {
  std::vector<Id> ids;
  for (const Row& row : readRows(database, table)) ids.push_back(row.at("id").get<Id>());
  return ids;
}

void order(Edit& edit, std::string_view table, const std::vector<Id>& ids) {
  const std::vector<Id> known = idsIn(edit.database(), table);
  if (ids.size() != known.size() ||
      std::set<Id>(ids.begin(), ids.end()) != std::set<Id>(known.begin(), known.end())) {
    throw Error::usage(kWrongOrder, {{"file", edit.database().path().filename().string()}});
  }
  number(edit, table, ids);
}

// A source's or a result's id.
void requireData(const Database& database, Id id) {
  if (readRow(database, "results", id).is_null() && readRow(database, "sources", id).is_null()) {
    throwNoItem(database, id);
  }
}

void requireTarget(const Edit& edit, const ReportItem& item) {
  switch (item.type) {
    case ReportItem::Type::figure:
      edit.row("figures", item.target);
      return;
    case ReportItem::Type::run:
      edit.row("runs", item.target);
      return;
    case ReportItem::Type::table:
      requireData(edit.database(), item.target);
      return;
    default:
      return;
  }
}

}  // namespace

Id Project::addFigure(Id data, const FigureSpec& spec) {
  Edit edit(*document_, "Add the figure " + spec.title);
  requireData(edit.database(), data);
  const Id id = edit.newId();
  const auto last = edit.database().integer("SELECT max(position) FROM figures");
  edit.put("figures", rowOf(Figure{id, data, spec}, last + 1));
  edit.commit();
  return id;
}

std::vector<Figure> Project::figures() const {
  const Reading reading(*document_);
  std::vector<Figure> figures;
  for (const Row& row : readRows(reading.database(), "figures")) {
    figures.push_back(figureOf(reading.database(), row));
  }
  return figures;
}

Figure Project::figure(Id id) const {
  const Reading reading(*document_);
  return figureOf(reading.database(), reading.row("figures", id));
}

void Project::updateFigure(Id id, const FigureSpec& spec, const ChangeOptions& change) {
  const std::string title = "Change the figure " + spec.title;
  Edit edit(*document_, change.title.empty() ? title : change.title, change);
  Row row = edit.row("figures", id);
  row["spec"] = textOf(toJson(spec));
  edit.put("figures", row);
  edit.commit();
}

void Project::orderFigures(const std::vector<Id>& ids) {
  Edit edit(*document_, "Reorder the figures");
  order(edit, "figures", ids);
  edit.commit();
}

void Project::removeFigure(Id id) {
  Edit edit(*document_, "Remove a figure");
  edit.remove("figures", id);
  removeShown(edit, {id});
  edit.commit();
}

Id Project::addReportItem(const ReportItem& item, std::size_t position) {
  Edit edit(*document_, "Add to the report");
  requireTarget(edit, item);
  std::vector<Id> ids = idsIn(edit.database(), "report_items");
  ReportItem added = item;
  added.id = edit.newId();
  position = std::min(position, ids.size());
  edit.put("report_items", rowOf(added, static_cast<std::int64_t>(position)));
  ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(position), added.id);
  number(edit, "report_items", ids);
  edit.commit();
  return added.id;
}

std::vector<ReportItem> Project::report() const {
  const Reading reading(*document_);
  std::vector<ReportItem> items;
  for (const Row& row : readRows(reading.database(), "report_items")) {
    items.push_back(reportItemOf(reading.database(), row));
  }
  return items;
}

void Project::updateReportItem(const ReportItem& item, const ChangeOptions& change) {
  Edit edit(*document_, "Change the report", change);
  requireTarget(edit, item);
  edit.put("report_items",
           rowOf(item, edit.row("report_items", item.id).at("position").get<std::int64_t>()));
  edit.commit();
}

void Project::orderReport(const std::vector<Id>& ids) {
  Edit edit(*document_, "Reorder the report");
  order(edit, "report_items", ids);
  edit.commit();
}

void Project::removeReportItem(Id id) {
  Edit edit(*document_, "Remove from the report");
  edit.remove("report_items", id);
  edit.commit();
}

}  // namespace lineament::project
