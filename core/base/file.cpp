// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kMissing{"file.missing", "Open {file}", "there is no such file", "{path}",
                             "Check the name, or whether the drive it is on is connected"};
constexpr ErrorText kFolder{"file.folder", "Open {file}", "it is a folder, a file was expected",
                            "{path}", "Choose a file inside the folder"};
constexpr ErrorText kNotRegular{"file.special", "Open {file}",
                                "it is a device, pipe or socket, a file was expected", "{path}",
                                "Save the data to a file first"};
constexpr ErrorText kUnreadable{"file.unreadable", "Open {file}", "{reason}", "{path}",
                                "Check the file's permissions and the drive it is on"};
constexpr ErrorText kReadFailed{"file.read", "Read {file}", "{reason}", "byte {offset}",
                                "Check the drive the file is on, then try again"};
constexpr ErrorText kTruncated{
    "file.truncated", "Read {file}", "{expected} bytes were expected here, {found} are left",
    "byte {offset}", "The file is incomplete: copy or download it again"};
constexpr ErrorText kUnwritable{"file.write", "Write {file}", "{doing} failed: {reason}", "{path}",
                                "Choose another folder, or free space on this drive"};
constexpr ErrorText kNoFolder{"file.make_folder", "Make the folder {path}", "{reason}", "",
                              "Choose another folder"};

std::string reasonText(int error_number) {
  return std::error_code(error_number, std::generic_category()).message();
}

constexpr std::uint64_t kMapFrom = std::uint64_t{64} << 20;

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : path_(path) {
  const std::string file = path.filename().string();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      throw Error(kMissing, {{"file", file}, {"path", path.string()}});
    }
    throw Error(kUnreadable,
                {{"file", file}, {"path", path.string()}, {"reason", reasonText(errno)}});
  }
  if (S_ISDIR(status.st_mode)) throw Error(kFolder, {{"file", file}, {"path", path.string()}});
  if (!S_ISREG(status.st_mode)) {
    throw Error(kNotRegular, {{"file", file}, {"path", path.string()}});
  }
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) {
    throw Error(kUnreadable,
                {{"file", file}, {"path", path.string()}, {"reason", reasonText(errno)}});
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t InputFile::readSome(std::uint64_t offset, std::span<std::byte> block) const {
  std::size_t done = 0;
  while (done < block.size()) {
    const ssize_t count = ::pread(descriptor_, block.data() + done, block.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      throw Error(kReadFailed, {{"file", path_.filename().string()},
                                {"reason", reasonText(errno)},
                                {"offset", offset + done}});
    }
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void InputFile::readExactly(std::uint64_t offset, std::span<std::byte> bytes) const {
  const std::size_t found = readSome(offset, bytes);
  if (found == bytes.size()) return;
  throw Error(kTruncated, {{"file", path_.filename().string()},
                           {"expected", bytes.size()},
                           {"found", found},
                           {"offset", offset}});
}

std::string InputFile::readAll() const {
  std::string content(size_, '\0');
  readExactly(0, std::as_writable_bytes(std::span(content)));
  return content;
}

std::shared_ptr<const std::byte> InputFile::map() const {
  if (size_ < kMapFrom) {
    std::shared_ptr<std::byte[]> copy(new std::byte[size_ + 1]);
    readExactly(0, std::span(copy.get(), size_));
    return {copy, copy.get()};
  }
  void* start = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
  if (start == MAP_FAILED) {
    throw Error(
        kReadFailed,
        {{"file", path_.filename().string()}, {"reason", reasonText(errno)}, {"offset", 0}});
  }
  return {static_cast<const std::byte*>(start), [size = size_](const std::byte* mapped) {
            ::munmap(const_cast<std::byte*>(mapped), size);
          }};
}

OutputFile::OutputFile(const std::filesystem::path& path) : path_(path) {
  static std::atomic<unsigned> counter{0};
  temporary_ = path.parent_path() /
               fmt::format(".{}.{}-{}.part", path.filename().string(), ::getpid(), counter++);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("creating it", errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void OutputFile::fail(const char* doing, int error_number) const {
  throw Error(kUnwritable, {{"file", path_.filename().string()},
                            {"path", path_.string()},
                            {"doing", doing},
                            {"reason", reasonText(error_number)}});
}

void OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("writing", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void OutputFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

void OutputFile::commit() {
  if (::fsync(descriptor_) != 0) fail("flushing to the disk", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("putting it in place", errno);
  ::close(descriptor_);
  descriptor_ = -1;
}

void writeWhole(const std::filesystem::path& path, std::string_view content) {
  OutputFile file(path);
  file.write(content);
  file.commit();
}

void makeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(kNoFolder, {{"path", folder.string()}, {"reason", error.message()}});
}

}  // namespace lineament
