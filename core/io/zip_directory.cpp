// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/zip_directory.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/io/byte_cursor.h"

namespace lineament::io {

namespace {

constexpr ErrorText kDirectory{"zip.directory", "Read the zip archive {file}", "{problem}", "",
                               "The download is incomplete or the file is damaged: fetch it again"};
constexpr ErrorText kMember{"zip.member", "Read the zip archive {file}", "{problem}",
                            "member '{name}'",
                            "Save it again; if it came from a stranger, do not use it"};
constexpr ErrorText kBomb{"zip.bomb", "Read the zip archive {file}",
                          "its {packed} would unpack to {size}", "",
                          "It was made to fill the memory: do not use it"};

constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kLocator64Mark = 0x07064b50;
constexpr std::uint32_t kCentralMark = 0x02014b50;
constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::uint64_t kMostMembers = 100'000;
constexpr std::size_t kLongestName = 64 << 10;
// A deflated byte stands for at most 1032 (a match of 258 in two bits).
constexpr std::uint64_t kMostDeflation = 1032;

template <class T>
T load(std::span<const std::byte> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
  std::size_t member;
};

class DirectoryReader {
 public:
  DirectoryReader(std::span<const std::byte> archive, const std::string& file)
      : archive_(archive), file_(file) {}

  std::vector<ZipMember> members() {
    locate();
    if (count_ > kMostMembers) fail(fmt::format("it says it has {} members", count_));
    if (offset_ > archive_.size()) fail("its directory lies outside the file");
    ByteCursor cursor(archive_.subspan(offset_), file_);
    for (std::uint64_t i = 0; i < count_; ++i) readEntry(cursor);
    checkOverlaps();
    checkTotal();
    return std::move(members_);
  }

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(kDirectory, {{"file", file_}, {"problem", problem}});
  }
  [[noreturn]] void fail(const ZipMember& member, std::string_view problem) const {
    throw Error(kMember, {{"file", file_}, {"name", member.name}, {"problem", problem}});
  }

  // The end record is the last one whose comment ends with the file.
  std::size_t endRecord() const {
    if (archive_.size() >= kEndSize) {
      const std::size_t last = archive_.size() - kEndSize;
      const std::size_t first = last - std::min(last, kLongestComment);
      for (std::size_t at = last + 1; at-- > first;) {
        if (load<std::uint32_t>(archive_, at) == kEndMark &&
            at + kEndSize + load<std::uint16_t>(archive_, at + 20) == archive_.size()) {
          return at;
        }
      }
    }
    fail("the end of the archive is not there");
  }

  void locate() {
    const std::size_t end = endRecord();
    if (load<std::uint16_t>(archive_, end + 4) != 0 ||
        load<std::uint16_t>(archive_, end + 6) != 0) {
      fail("it is one part of several");
    }
    count_ = load<std::uint16_t>(archive_, end + 10);
    offset_ = load<std::uint32_t>(archive_, end + 16);
    limit_ = end;
    if (end < kLocator64Size ||
        load<std::uint32_t>(archive_, end - kLocator64Size) != kLocator64Mark) {
      return;
    }
    const auto at = load<std::uint64_t>(archive_, end - kLocator64Size + 8);
    if (at > archive_.size() || archive_.size() - at < 56 ||
        load<std::uint32_t>(archive_, at) != kEnd64Mark) {
      fail("its ZIP64 end record is not where it should be");
    }
    count_ = load<std::uint64_t>(archive_, at + 32);
    offset_ = load<std::uint64_t>(archive_, at + 48);
    limit_ = at;
  }

  void readEntry(ByteCursor& cursor) {
    if (cursor.number<std::uint32_t>() != kCentralMark) fail("its directory is damaged");
    const auto fixed = cursor.take(42);
    ZipMember member;
    const auto flags = load<std::uint16_t>(fixed, 4);
    const auto method = load<std::uint16_t>(fixed, 6);
    member.crc = load<std::uint32_t>(fixed, 12);
    member.packed = load<std::uint32_t>(fixed, 16);
    member.size = load<std::uint32_t>(fixed, 20);
    std::uint64_t local = load<std::uint32_t>(fixed, 38);
    member.raw_name = std::string(cursor.text(load<std::uint16_t>(fixed, 24)));
    member.name = member.raw_name;
    std::replace(member.name.begin(), member.name.end(), '\\', '/');
    readZip64(cursor.take(load<std::uint16_t>(fixed, 26)), member, local);
    cursor.take(load<std::uint16_t>(fixed, 28));
    if (flags & 0x2041) fail(member, "it is encrypted");
    if (method != 0 && method != 8) {
      fail(member, fmt::format("it is packed by method {}, which is not supported", method));
    }
    member.deflated = method == 8;
    if (!member.deflated && member.packed != member.size) fail(member, "its sizes disagree");
    if (member.size / kMostDeflation > member.packed) bomb(member.size);
    checkName(member);
    locateContent(member, method, local);
    members_.push_back(std::move(member));
  }

  // Sizes and offset that do not fit 32 bits lie in an extra field, in this order.
  void readZip64(std::span<const std::byte> extra, ZipMember& member, std::uint64_t& local) const {
    constexpr std::uint32_t kElsewhere = 0xffffffff;
    while (extra.size() >= 4) {
      const auto id = load<std::uint16_t>(extra, 0);
      const std::size_t size = load<std::uint16_t>(extra, 2);
      if (size > extra.size() - 4) return;  // padding of some writers
      ByteCursor field(extra.subspan(4, size), file_);
      extra = extra.subspan(4 + size);
      if (id != 1) continue;
      for (std::uint64_t* value : {&member.size, &member.packed, &local}) {
        if (*value == kElsewhere) *value = field.number<std::uint64_t>();
      }
    }
  }

  void checkName(const ZipMember& member) {
    const std::string& name = member.name;
    if (name.empty() || name.size() > kLongestName || name.find('\0') != name.npos) {
      fail(member, "its name is empty or too long");
    }
    const bool drive = name.size() > 1 && name[1] == ':';
    if (name[0] == '/' || drive || ("/" + name + "/").find("/../") != std::string::npos) {
      fail(member, "its name points outside the archive");
    }
    if (!names_.insert(name).second) fail(member, "two members have this name");
  }

  void locateContent(ZipMember& member, std::uint16_t method, std::uint64_t local) {
    if (local > limit_ || limit_ - local < 30) fail(member, "it lies outside the file");
    const auto header = archive_.subspan(local);
    const std::size_t name_size = load<std::uint16_t>(header, 26);
    const std::size_t extra_size = load<std::uint16_t>(header, 28);
    if (load<std::uint32_t>(header, 0) != kLocalMark || header.size() < 30 + name_size ||
        member.raw_name !=
            std::string_view(reinterpret_cast<const char*>(header.data()) + 30, name_size) ||
        load<std::uint16_t>(header, 8) != method) {
      fail(member, "its two headers disagree");
    }
    member.begin = local + 30 + name_size + extra_size;
    if (member.begin > limit_ || member.packed > limit_ - member.begin) {
      fail(member, "it lies outside the file");
    }
    ranges_.push_back({local, member.begin + member.packed, members_.size()});
  }

  void checkOverlaps() {
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < ranges_.size(); ++i) {
      if (ranges_[i].begin < ranges_[i - 1].end) {
        fail(members_[ranges_[i].member], "it overlaps another member");
      }
    }
    if (!ranges_.empty() && ranges_.back().end > offset_ && offset_ >= ranges_.front().begin) {
      fail("its directory overlaps a member");
    }
  }

  void checkTotal() const {
    const std::uint64_t most = 8 * archive_.size() + (std::uint64_t{1} << 30);
    std::uint64_t total = 0;
    for (const ZipMember& member : members_) {
      if (member.size > most - total) bomb(member.size);
      total += member.size;
    }
  }

  [[noreturn]] void bomb(std::uint64_t size) const {
    throw Error(kBomb, {{"file", file_},
                        {"packed", bytesText(static_cast<double>(archive_.size()))},
                        {"size", bytesText(static_cast<double>(size))}});
  }

  std::span<const std::byte> archive_;
  const std::string& file_;
  std::uint64_t count_ = 0;
  std::uint64_t offset_ = 0;  // of the directory
  std::uint64_t limit_ = 0;   // where the end records begin: no member reaches there
  std::vector<ZipMember> members_;
  std::vector<Range> ranges_;
  std::unordered_set<std::string> names_;
};

}  // namespace

std::vector<ZipMember> readZipDirectory(std::span<const std::byte> archive,
                                        const std::string& file) {
  return DirectoryReader(archive, file).members();
}

}  // namespace lineament::io
