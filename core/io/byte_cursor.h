// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/data/shared_array.h"

namespace lineament::io {

// A whole file as shared bytes, mapped where it is large. Slices keep it alive.
SharedArray<std::byte> mapFile(const std::filesystem::path& path);

// Walks over bytes that nobody has vouched for. Every step is checked against what is left; one
// that would leave the bytes is an Error "file.cut_short" naming the file and the position.
class ByteCursor {
 public:
  ByteCursor(std::span<const std::byte> bytes, std::string file)
      : bytes_(bytes), file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return bytes_.size() - position_; }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > remaining()) cutShort(count);
    const auto part = bytes_.subspan(position_, count);
    position_ += count;
    return part;
  }

  std::string_view text(std::uint64_t count) {
    const auto part = take(count);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

  // A little-endian number.
  template <class T>
  T number() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

 private:
  [[noreturn]] void cutShort(std::uint64_t wanted) const;
  std::span<const std::byte> bytes_;
  std::string file_;
  std::uint64_t position_ = 0;
};

}  // namespace lineament::io
