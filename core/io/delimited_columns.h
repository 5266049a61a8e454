// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/table.h"
#include "core/io/delimited_chunk.h"

namespace lineament::io {

// Memory at the end of which more is put, without ever holding two copies of it: large pieces grow
// by moving pages, and pages that nothing was written to take no memory.
class GrowingBytes {
 public:
  GrowingBytes() = default;
  GrowingBytes(GrowingBytes&& other) noexcept;
  GrowingBytes& operator=(GrowingBytes&& other) noexcept;
  ~GrowingBytes();

  std::size_t size() const { return size_; }
  std::byte* data() { return data_; }
  std::byte* extend(std::size_t count);  // room for `count` more; not cleared

  // What was collected, as shared elements; leaves nothing behind here.
  template <class T>
  SharedArray<T> share() {
    shrink();
    auto owner = std::make_shared<GrowingBytes>(std::move(*this));
    const auto* first = reinterpret_cast<const T*>(owner->data_);
    const std::size_t count = owner->size_ / sizeof(T);
    return SharedArray<T>(std::move(owner), {first, count});
  }

 private:
  void reserve(std::size_t capacity);
  void shrink();
  void release();

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  bool mapped_ = false;
};

// Puts a column together from its chunks, in their order.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(bool keep) : keep_(keep) {}  // false: only seen() and rows() are wanted

  void append(const ChunkColumn& chunk, std::size_t rows);
  void appendMissing(std::size_t rows);

  Seen seen() const { return seen_; }
  std::size_t rows() const { return rows_; }
  std::size_t bytes() const { return values_.size() + letters_.size() + mask_.size(); }

  // Whether chunks came in types that do not go together, so that the values were dropped and
  // have to be read again as typeFor(seen()).
  bool unfinished() const;

  Column finish(std::string name, std::string unit);

 private:
  void adopt(Column::Type type);
  void retype(Column::Type type);
  void appendValues(const ChunkColumn& chunk, std::size_t rows);
  void appendText(const ChunkColumn& chunk, std::size_t rows);
  void appendBlank(std::size_t rows);
  std::byte* extendMask(std::size_t rows);
  void appendMask(const ChunkColumn& chunk, std::size_t rows);
  void blankOut();
  void drop();
  Column::Values values();

  std::optional<Column::Type> type_;  // of what is collected; nothing while all are missing
  Seen seen_ = 0;
  bool keep_;
  bool dropped_ = false;
  std::size_t rows_ = 0;
  GrowingBytes values_;  // for text the offsets of its words
  GrowingBytes letters_;
  GrowingBytes mask_;  // empty while nothing is missing
};

}  // namespace lineament::io
