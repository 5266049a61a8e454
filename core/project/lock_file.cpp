// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "core/base/error.h"

namespace lineament::project {

namespace {

constexpr ErrorText kInUse{
    "project.in_use", "Open the project {file}", "process {process} on {host} has it open",
    "{path}", "Close it there, or open it to look only; if that computer is gone, remove {lock}"};
constexpr ErrorText kFolder{"project.folder", "Open the project {file}",
                            "no lock file can be made beside it: {reason}", "{path}",
                            "Choose a folder where you may write"};

std::string hostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "this computer";
}

struct Owner {
  std::string host;
  std::string process;
};

// The first line is the process, the second the host.
Owner ownerIn(int descriptor) {
  std::array<char, 512> bytes{};
  const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  const std::string content(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  const std::size_t line = content.find('\n');
  const std::size_t end = content.find('\n', line == content.npos ? line : line + 1);
  if (line == content.npos || end == content.npos) return {};
  return {content.substr(line + 1, end - line - 1), content.substr(0, line)};
}

[[noreturn]] void throwInUse(const std::filesystem::path& project,
                             const std::filesystem::path& lock, const Owner& owner) {
  throw Error(kInUse, {{"file", project.filename().string()},
                       {"path", project.string()},
                       {"process", owner.process.empty() ? "(unknown)" : owner.process},
                       {"host", owner.host.empty() ? hostName() : owner.host},
                       {"lock", lock.string()}});
}

}  // namespace

std::filesystem::path LockFile::pathFor(const std::filesystem::path& project) {
  return project.parent_path() / ("." + project.filename().string() + ".lock");
}

LockFile::LockFile(const std::filesystem::path& project)
    : project_(project), path_(pathFor(project)) {
  while (!openOnce()) {
  }
  try {
    refuseOthers();
    writeOwner();
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

bool LockFile::openOnce() {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) {
    throw Error(kFolder, {{"file", project_.filename().string()},
                          {"path", project_.string()},
                          {"reason", std::error_code(errno, std::generic_category()).message()}});
  }
  // Where the file system has no such locks, the content alone must do.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    const Owner owner = ownerIn(descriptor_);
    ::close(descriptor_);
    throwInUse(project_, path_, owner);
  }
  // The one who had it may have removed the file between our opening and locking it.
  struct stat ours {
  }, there{};
  const bool same = ::fstat(descriptor_, &ours) == 0 && ::stat(path_.c_str(), &there) == 0 &&
                    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
  if (!same) ::close(descriptor_);
  return same;
}

// We have the lock. A process of this host that is named here has ended; of another host we know
// nothing, since locks of network drives may not reach us.
void LockFile::refuseOthers() const {
  const Owner owner = ownerIn(descriptor_);
  if (!owner.host.empty() && owner.host != hostName()) throwInUse(project_, path_, owner);
}

void LockFile::writeOwner() const {
  const std::string content = fmt::format("{}\n{}\n", ::getpid(), hostName());
  const bool written = ::ftruncate(descriptor_, 0) == 0 &&
                       ::pwrite(descriptor_, content.data(), content.size(), 0) ==
                           static_cast<ssize_t>(content.size());
  if (written) return;
  throw Error(kFolder, {{"file", project_.filename().string()},
                        {"path", project_.string()},
                        {"reason", std::error_code(errno, std::generic_category()).message()}});
}

LockFile::~LockFile() {
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace lineament::project
