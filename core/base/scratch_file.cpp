// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/scratch_file.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "core/base/error.h"
#include "core/base/file.h"

namespace lineament {

namespace {

constexpr ErrorText kOpen{"scratch.open", "Make room on disk for what does not fit in memory",
                          "{reason}", "{folder}",
                          "Free space on the drive of this folder, or set XDG_CACHE_HOME to a "
                          "folder on another one"};
constexpr ErrorText kWrite{"scratch.write", "Put aside what does not fit in memory", "{reason}", "",
                           "Free space on the drive of the cache folder, or set XDG_CACHE_HOME to "
                           "a folder on another one"};
constexpr ErrorText kRead{"scratch.read", "Read back what did not fit in memory", "{reason}", "",
                          "Check the drive of the cache folder"};

std::string reasonText(int error_number) {
  return std::error_code(error_number, std::generic_category()).message();
}

std::filesystem::path cacheFolder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return std::filesystem::path(cache) / "lineament";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::filesystem::path(home) / ".cache" / "lineament";
  }
  return std::filesystem::temp_directory_path();
}

}  // namespace

ScratchFile::ScratchFile() {
  const std::filesystem::path folder = cacheFolder();
  makeFolder(folder);
  std::string path = (folder / "scratch-XXXXXX").string();  // mkstemp fills the letters in
  descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    throw Error(kOpen, {{"reason", reasonText(errno)}, {"folder", folder.string()}});
  }
  ::unlink(path.c_str());
}

ScratchFile::~ScratchFile() {
  ::close(descriptor_);
}

std::uint64_t ScratchFile::freeBytes() const {
  struct statvfs status {};
  if (::fstatvfs(descriptor_, &status) != 0) return 0;
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

void ScratchFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(kWrite, {{"reason", reasonText(errno)}});
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void ScratchFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(kRead, {{"reason", reasonText(errno)}});
    if (count == 0) throw Error(kRead, {{"reason", "it ends before what was written"}});
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

}  // namespace lineament
