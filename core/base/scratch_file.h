// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lineament {

// Room on disk for numbers that do not fit in memory: a file without a name in the user's cache
// folder ($XDG_CACHE_HOME/lineament, by default ~/.cache/lineament), gone with this object or with
// the program, however it ends.
class ScratchFile {
 public:
  // Error "scratch.open" where there can be none.
  ScratchFile();
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  // Bytes that the drive still has for it.
  std::uint64_t freeBytes() const;

  // Safe to call from several threads. Error "scratch.write" (such as on a full drive) and Error
  // "scratch.read".
  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  int descriptor_ = -1;
};

}  // namespace lineament
