// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data/shared_array.h"
#include "core/io/zip_directory.h"

struct zip;

namespace lineament::io {

// A zip archive opened for reading (through libzip, whose view of it has to agree with our own
// reading of the directory). Safe to use from several threads.
class ZipArchive {
 public:
  // `archive` is the whole file, `file` its name for messages. Errors as readZipDirectory.
  ZipArchive(SharedArray<std::byte> archive, std::string file);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  const std::string& file() const { return file_; }
  const std::vector<ZipMember>& members() const { return members_; }
  std::optional<std::size_t> find(std::string_view name) const;

  // The content of a member, its checksum compared: a part of the (mapped) file where it is
  // stored, unpacked into memory where it is deflated. Error "zip.content" for damaged content.
  SharedArray<std::byte> read(std::size_t member) const;

  // Its first bytes, `most` of them or all there are, without a look at the checksum.
  SharedArray<std::byte> readStart(std::size_t member, std::uint64_t most) const;

 private:
  SharedArray<std::byte> unpack(std::size_t member, std::uint64_t count, bool whole) const;

  SharedArray<std::byte> archive_;
  std::string file_;
  std::vector<ZipMember> members_;
  std::unique_ptr<std::atomic<bool>[]> checked_;  // stored members whose checksum was compared
  mutable std::mutex lock_;                       // libzip's handle serves one thread at a time
  zip* handle_ = nullptr;
};

// One member to be written: its content is the parts one after the other.
struct ZipContent {
  std::string name;
  std::vector<std::span<const std::byte>> parts;
};

// Stored, not deflated, so that readers can map it; the same bytes at any time of day.
void writeZip(const std::vector<ZipContent>& members, const std::filesystem::path& path);

}  // namespace lineament::io
