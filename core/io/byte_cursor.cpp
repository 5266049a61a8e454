// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/byte_cursor.h"

#include "core/base/error.h"
#include "core/base/file.h"

namespace lineament::io {

namespace {

constexpr ErrorText kCutShort{
    "file.cut_short", "Read {file}", "{expected} bytes were expected here, {found} are left",
    "byte {offset}", "The file is incomplete or damaged: copy or download it again"};

}  // namespace

SharedArray<std::byte> mapFile(const std::filesystem::path& path) {
  const InputFile file(path);
  auto start = file.map();
  const std::span<const std::byte> bytes(start.get(), file.size());
  return {std::move(start), bytes};
}

void ByteCursor::cutShort(std::uint64_t wanted) const {
  throw Error(
      kCutShort,
      {{"file", file_}, {"expected", wanted}, {"found", remaining()}, {"offset", position_}});
}

}  // namespace lineament::io
