// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output_folder.h"

#include <unistd.h>

#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"

namespace lineament::app::cli {

namespace fs = std::filesystem;

namespace {

constexpr ErrorText kNotFolder{"output.not_folder", "Write into {path}",
                               "a folder was expected, this is a file", "",
                               "Choose another folder"};
constexpr ErrorText kStaging{"output.write", "Write into {path}", "{reason}", "",
                             "Choose a folder that you may write to"};
constexpr ErrorText kMove{"output.move", "Put {file} in place", "{reason}", "{path}",
                          "Check whether a folder of that name is in the way"};

fs::path topmostMissing(const fs::path& folder) {
  fs::path missing;
  std::error_code ignored;
  for (fs::path at = fs::absolute(folder).lexically_normal(); !fs::exists(at, ignored);
       at = at.parent_path()) {
    if (at.has_filename()) missing = at;  // "out/" ends with an empty name
    if (at == at.root_path()) break;
  }
  return missing;
}

void moveFile(const fs::path& from, const fs::path& to) {
  std::error_code problem;
  fs::rename(from, to, problem);
  if (problem) {
    throw Error(
        kMove,
        {{"file", to.filename().string()}, {"path", to.string()}, {"reason", problem.message()}});
  }
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

OutputFolder::OutputFolder(fs::path folder) : folder_(std::move(folder)) {
  std::error_code problem;
  if (fs::exists(folder_, problem) && !fs::is_directory(folder_, problem)) {
    throw Error::usage(kNotFolder, {{"path", folder_.string()}});
  }
  made_ = topmostMissing(folder_);
  makeFolder(folder_);
  staging_ = folder_ / fmt::format(".lineament-{}.part", ::getpid());
  fs::create_directory(staging_, problem);
  if (!problem) return;
  removeMade();
  throw Error(kStaging, {{"path", folder_.string()}, {"reason", problem.message()}});
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
  removeMade();
}

// Only what is still empty: somebody else may have put something there meanwhile.
void OutputFolder::removeMade() const {
  if (made_.empty()) return;
  std::error_code ignored;
  for (fs::path at = fs::absolute(folder_).lexically_normal(); at.has_relative_path();
       at = at.parent_path()) {
    if (at.has_filename() && !fs::remove(at, ignored)) return;
    if (at == made_) return;
  }
}

void OutputFolder::throwOfFolder(const Error& error) const {
  const auto told = [this](const std::string& part) {
    return replaced(part, staging_.string(), folder_.string());
  };
  const ErrorText text{error.key().c_str(), "{asked}", "{found}", "{where}", "{remedy}"};
  throw Error(text,
              {{"asked", told(error.asked())},
               {"found", told(error.found())},
               {"where", told(error.where())},
               {"remedy", told(error.remedy())}},
              error.cause());
}

void OutputFolder::commit(const fs::path& last) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(staging_)) files.push_back(entry.path());
  for (const fs::path& file : files) {
    if (file.filename() != last) moveFile(file, folder_ / file.filename());
  }
  moveFile(staging_ / last, folder_ / last);
  made_.clear();
}

}  // namespace lineament::app::cli
