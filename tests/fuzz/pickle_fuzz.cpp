// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes, read as the object pickle of a PyTorch archive whose storages are all there.
#include <memory>

#include "core/io/torch_file.h"

using namespace lineament;
using namespace lineament::io;

namespace {

constexpr std::uint64_t kStorageBytes = 4096;

void readPickle(std::span<const std::byte> bytes) {
  auto file = std::make_shared<TorchFile>("fuzz");
  ByteCursor cursor(bytes, "fuzz");
  const Context context;
  file->root = PickleMachine(file->arena, file->objects, context).run(cursor);
  file->storage_size = [](const std::string&) { return kStorageBytes; };
  file->storage_bytes = [](const std::string&) {
    return SharedArray<std::byte>(std::vector<std::byte>(kStorageBytes));
  };
  const Checkpoint checkpoint = torchCheckpoint(file, context);
  for (std::size_t i = 0; i < checkpoint.entries().size(); ++i) {
    if (checkpoint.entries()[i].bytes <= kStorageBytes) checkpoint.tensor(i);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    readPickle({reinterpret_cast<const std::byte*>(bytes), size});
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
