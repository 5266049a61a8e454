// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace lineament::app::cli {

// Where a run's files go. They are collected in a hidden folder inside it and moved into place
// together at the end, so that a run that fails or is cancelled leaves the folder as it found it,
// or does not leave it at all where it was made for this run.
class OutputFolder {
 public:
  // Makes the folder. Throws Error where that cannot be, or nothing can be written in it: before
  // the work, not after.
  explicit OutputFolder(std::filesystem::path folder);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Where to write until commit().
  const std::filesystem::path& staging() const { return staging_; }
  const std::filesystem::path& path() const { return folder_; }

  // Moves everything into place, the file `last` behind all others.
  void commit(const std::filesystem::path& last);

 private:
  void removeMade() const;

  std::filesystem::path folder_;
  std::filesystem::path staging_;
  std::filesystem::path made_;  // the topmost folder that was made; empty: it was there
};

}  // namespace lineament::app::cli
