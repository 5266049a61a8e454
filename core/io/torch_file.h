// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/data/checkpoint.h"
#include "core/io/pickle_value.h"
#include "core/io/torch_objects.h"

namespace lineament::io {

// A PyTorch file after its pickle was read: what it built, and where the storages' bytes are.
struct TorchFile {
  explicit TorchFile(std::string file) : objects(std::move(file)) {}

  TorchObjects objects;
  PickleArena arena;
  const PickleValue* root = nullptr;
  std::string format;  // "PyTorch", "TorchScript", "PyTorch (legacy)"
  bool big_endian = false;
  std::function<std::optional<std::uint64_t>(const std::string& key)> storage_size;  // bytes
  std::function<SharedArray<std::byte>(const std::string& key)> storage_bytes;
};

// The zip container (since PyTorch 1.6), and TorchScript, of which `code/` is never looked at.
std::unique_ptr<TorchFile> openTorchArchive(const SharedArray<std::byte>& bytes,
                                            const std::string& file, const Context& context);

// The stream of pickles that came before. Any other pickle is refused: "torch.pickle".
std::unique_ptr<TorchFile> openTorchStream(const SharedArray<std::byte>& bytes,
                                           const std::string& file, const Context& context);

// Lists the tensors by dotted path, checks each against its storage, and describes module trees.
// Where the root only wraps a state_dict ("model_state_dict", ...), its tensors go without that
// prefix. Numbers and texts beside them go to metadata's "values". Throws Error "torch.tensor"
// naming the one that does not fit its storage, or "torch.no_tensors".
Checkpoint torchCheckpoint(std::shared_ptr<const TorchFile> file, const Context& context);

// The dotted path of every tensor and, for a tree of TorchScript modules, its description.
struct TorchTree {
  struct Leaf {
    std::string path;
    std::size_t tensor;  // number in TorchObjects::tensors
  };
  std::vector<Leaf> leaves;
  nlohmann::json structure;  // as Checkpoint::structure
  nlohmann::json values = nlohmann::json::object();
};
TorchTree walkTorchTree(const TorchFile& file);

}  // namespace lineament::io
