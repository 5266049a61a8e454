// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lineament {

// A file opened for reading. Says in one Error what is wrong with a path: it is missing, a
// directory, not a regular file, or not readable.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }  // taken once, when the file was opened

  // Reads up to block.size() bytes from `offset`; fewer only at the end of the file.
  std::size_t readSome(std::uint64_t offset, std::span<std::byte> block) const;

  // Reads exactly `bytes`; an Error "file.truncated" when the file ends before.
  void readExactly(std::uint64_t offset, std::span<std::byte> bytes) const;

  std::string readAll() const;

  // The whole file mapped read-only; the mapping lives as long as the returned pointer. Files
  // under 64 MiB are read into memory instead, since a mapped file that shrinks ends the process.
  std::shared_ptr<const std::byte> map() const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// Writes a file so that either the new content is there in full or the old file is untouched:
// into a temporary file beside it, flushed to the disk, then renamed.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();  // without commit(), nothing is left behind
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  // Where the content is collected until commit(); for libraries that write by name.
  const std::filesystem::path& temporaryPath() const { return temporary_; }
  void commit();

 private:
  [[noreturn]] void fail(const char* doing, int error_number) const;
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

void writeWhole(const std::filesystem::path& path, std::string_view content);

// Makes the folder and those above it; an Error when that cannot be.
void makeFolder(const std::filesystem::path& folder);

}  // namespace lineament
