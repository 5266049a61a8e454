// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "app/bench/bench.h"
#include "app/bench/peer_process.h"
#include "core/sequence/mechanism.h"

namespace lineament::app {

// A mechanism's forward pass as PyTorch expresses it best on the CPU: in chunks of matrix products
// where it can be, in single precision, with the same number of threads.
class SequencePeer {
 public:
  SequencePeer(const std::filesystem::path& python, const nlohmann::json& settings, int threads);

  Measurement::Peer description() const { return {"PyTorch", process_.version()}; }
  double runOnce();  // seconds

 private:
  PeerProcess process_;
};

// Null where no Python is given or there is no such expression for the mechanism.
std::unique_ptr<SequencePeer> makeSequencePeer(const sequence::Mechanism& mechanism,
                                               const sequence::Sizes& sizes,
                                               const BenchSettings& settings);

}  // namespace lineament::app
