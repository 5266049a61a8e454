// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/error.h"

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

  // Calls work(where to write until commit()). An Error names the folder people know instead.
  template <class Work>
  void write(const Work& work) const {
    try {
      work(staging_);
    } catch (const Error& error) {
      throwOfFolder(error);
    }
  }
  const std::filesystem::path& path() const { return folder_; }

  // Moves everything into place, the file `last` behind all others.
  void commit(const std::filesystem::path& last);

 private:
  void removeMade() const;
  [[noreturn]] void throwOfFolder(const Error& error) const;

  std::filesystem::path folder_;
  std::filesystem::path staging_;
  std::filesystem::path made_;  // the topmost folder that was made; empty: it was there
};

}  // namespace lineament::app::cli
