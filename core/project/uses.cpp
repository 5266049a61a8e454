// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/uses.h"

#include <string>

#include "core/base/error.h"

namespace lineament::project {

namespace {

constexpr ErrorText kUsed{"project.used", "Remove an item of the project {file}",
                          "the run '{run}' worked on it", "",
                          "Remove that run first, or hide what is not wanted"};

}  // namespace

void refuseUsed(const Database& database, const std::set<Id>& items, Id except) {
  for (const Row& row : readRows(database, "runs")) {
    if (row.at("id") == except) continue;
    const Run run = runOf(database, row);
    for (const Run::Input& input : run.inputs) {
      if (!items.contains(input.id)) continue;
      throw Error::usage(kUsed,
                         {{"file", database.path().filename().string()}, {"run", run.title}});
    }
  }
}

void removeShown(Edit& edit, const std::set<Id>& items) {
  std::set<Id> gone = items;
  for (const Row& row : readRows(edit.database(), "figures")) {
    if (!items.contains(row.at("data").get<Id>())) continue;
    gone.insert(row.at("id").get<Id>());
    edit.remove("figures", row.at("id").get<Id>());
  }
  for (const Row& row : readRows(edit.database(), "report_items")) {
    if (gone.contains(row.at("target").get<Id>()))
      edit.remove("report_items", row.at("id").get<Id>());
  }
}

}  // namespace lineament::project
