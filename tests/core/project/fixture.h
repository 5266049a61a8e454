// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/project/project.h"

namespace lineament::project::test {

// The key of the Error that `work` throws, or what came instead.
template <class Work>
std::string keyOf(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.key();
  } catch (const Cancelled&) {
    return "(cancelled)";
  }
  return "(no error)";
}

// A folder of its own with a project in it.
class Scratch {
 public:
  Scratch() : folder_(directory_.path().toStdString()) {}

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  std::filesystem::path projectPath() const { return folder_ / "piles.lineament"; }
  std::unique_ptr<Project> make() const { return Project::create(projectPath()); }
  std::unique_ptr<Project> open(const OpenOptions& options = {}) const {
    return Project::open(projectPath(), options);
  }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  QTemporaryDir directory_;
  std::filesystem::path folder_;
};

inline std::string contentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Data tableOf(std::vector<double> values, const std::string& column = "ppv") {
  return Data(Table({Column(column, SharedArray<double>(std::move(values)))}));
}

// A run as an analysis would have left it: one table and a figure of it.
inline Project::NewRun runMaking(const std::string& title, std::vector<double> values,
                                 std::vector<Run::Input> inputs = {}) {
  Project::NewRun run;
  run.title = title;
  run.record.analysis = "test.make";
  run.record.metrics["r2"] = 0.5;
  run.record.seed = 0xffff'ffff'ffff'fffe;
  run.inputs = std::move(inputs);
  run.outputs.push_back({"made", "Made", tableOf(std::move(values))});
  FigureSpec figure;
  figure.view = "table";
  figure.data = "made";
  figure.title = title + ", as a table";
  run.figures.push_back(figure);
  return run;
}

inline std::vector<double> numbersOf(const Data& data) {
  return data.require<Table>().column(0).numbers();
}

}  // namespace lineament::project::test
