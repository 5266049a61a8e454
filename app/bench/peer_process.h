// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <filesystem>
#include <string>

#include "core/base/json.h"

namespace lineament::app {

// A Python program that does the same job as we, for comparison. Its script says one line when it
// is ready, {"version": ...}, and then for each line it gets does the job once and says how long it
// took, {"seconds": ...}: so that starting Python and importing are no part of the time.
class PeerProcess {
 public:
  // Throws Error "bench.peer" when the program cannot be started or ends before it is ready.
  PeerProcess(const std::filesystem::path& python, const char* script,
              const nlohmann::json& settings, int threads);
  ~PeerProcess();

  const std::string& version() const { return version_; }
  nlohmann::json runOnce();  // has "seconds"

 private:
  nlohmann::json answer();

  QProcess process_;
  std::string version_;
};

}  // namespace lineament::app
