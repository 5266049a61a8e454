// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace lineament::project {

// Says that this process has a project open for changes: a file beside it that names host and
// process, held by a lock of the operating system. The lock of a process that ended is gone with
// it, so what it left behind is recognised and taken over.
class LockFile {
 public:
  // Throws Error "project.in_use" naming who has it, "project.folder" when no file can be made.
  explicit LockFile(const std::filesystem::path& project);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  static std::filesystem::path pathFor(const std::filesystem::path& project);

 private:
  bool openOnce();  // false: the file was taken away in between
  void refuseOthers() const;
  void writeOwner() const;
  std::filesystem::path project_;
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace lineament::project
