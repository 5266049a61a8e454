// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/json.h"
#include "core/data/shared_array.h"
#include "core/io/byte_cursor.h"

namespace lineament::io {

// The pieces that blobs are made of, little-endian. Texts and lists have a 64-bit count in front.
class BlobWriter {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
    raw(std::as_bytes(std::span(&value, 1)));
  }
  void flag(bool value) { number<std::uint8_t>(value ? 1 : 0); }
  void count(std::size_t value) { number<std::uint64_t>(value); }
  void text(std::string_view value) {
    count(value.size());
    raw(std::as_bytes(std::span(value)));
  }
  void texts(const std::vector<std::string>& values);

  template <class T>
  void array(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    count(values.size());
    raw(std::as_bytes(values));
  }
  template <class T>
  void array(const SharedArray<T>& values) {
    array(values.span());
  }

  // Exact: unlike JSON text it keeps NaN, infinities and the difference of 1 and 1.0.
  void json(const nlohmann::json& value) { json(value, 0); }

  void raw(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void json(const nlohmann::json& value, int depth);
  std::vector<std::byte> bytes_;
};

// Reads them back; every count is held against the bytes that are left before anything is made.
// Throws Error "blob.malformed", or "file.cut_short" where the bytes end early.
class BlobReader {
 public:
  explicit BlobReader(std::span<const std::byte> bytes) : cursor_(bytes, "stored data") {}

  template <class T>
  T number() {
    return cursor_.number<T>();
  }
  bool flag();
  // A count of things that take at least `each` bytes.
  std::size_t count(std::size_t each);
  std::string text() { return std::string(cursor_.text(count(1))); }
  std::vector<std::string> texts();

  template <class T>
  std::vector<T> array() {
    const std::size_t size = count(sizeof(T));
    std::vector<T> values(size);
    const auto bytes = cursor_.take(size * sizeof(T));
    if (size != 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  nlohmann::json json() { return json(0); }
  std::uint64_t remaining() const { return cursor_.remaining(); }

  // The layout that the data were stored in, for what came later.
  std::uint16_t layout() const { return layout_; }
  void setLayout(std::uint16_t layout) { layout_ = layout; }

  [[noreturn]] void malformed(std::string_view problem) const;

 private:
  nlohmann::json json(int depth);
  ByteCursor cursor_;
  std::uint16_t layout_ = 1;
};

}  // namespace lineament::io
