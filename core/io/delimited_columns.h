// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/data/table.h"
#include "core/io/delimited_chunk.h"
#include "core/io/growing_bytes.h"

namespace lineament::io {

// Puts a column together from its chunks, in their order.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(bool keep) : keep_(keep) {}  // false: only seen() and rows() are wanted

  // How many rows there will be, as far as one can tell.
  void expect(std::size_t rows);

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
  std::size_t expected_rows_ = 0;
  GrowingBytes values_;  // for text the offsets of its words
  GrowingBytes letters_;
  GrowingBytes mask_;  // empty while nothing is missing
};

}  // namespace lineament::io
