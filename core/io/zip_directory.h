// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lineament::io {

struct ZipMember {
  std::string name;          // with '/' between folders
  std::string raw_name;      // as the archive has it
  std::uint64_t size = 0;    // of the content
  std::uint64_t packed = 0;  // as it lies in the archive
  std::uint64_t begin = 0;   // where the packed content begins, in bytes from the file's start
  std::uint32_t crc = 0;
  bool deflated = false;  // otherwise stored as it is
};

// The members of a zip archive from its central directory (APPNOTE 4.3, with ZIP64). Refuses what
// an honest archive of arrays never has: encryption, methods other than stored and deflated,
// members that overlap, reach outside the file or disagree with their local header, doubled or
// path-escaping names, and more content than 8 times the archive plus 1 GiB. Throws Error
// "zip.directory" (no end of archive: an incomplete download), "zip.member" naming the member, or
// "zip.bomb".
std::vector<ZipMember> readZipDirectory(std::span<const std::byte> archive,
                                        const std::string& file);

}  // namespace lineament::io
