// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/delimited_field.h"
#include "core/io/delimited_plain.h"
#include "core/io/delimited_records.h"
#include "core/io/delimited_word.h"

namespace lineament::io {

// A column's part of a block. Values are kept as 64 bits each: the number's, boolean's, day's or
// microsecond's; for text where the word ends in `letters`.
struct ChunkColumn {
  std::optional<Column::Type> type;  // nothing while all are missing
  Seen seen = 0;
  bool fixed = false;               // the type is final, words need not be judged
  bool wanted = true;               // false: its values are not needed
  bool conflict = false;            // words were met that `type` cannot hold
  std::vector<std::uint64_t> bits;  // at least one per row where the type is known
  std::vector<char> letters;
  std::vector<std::uint8_t> missing;  // empty, or one per row
};

// How a block's columns are to be read, from what was met before.
struct ColumnPlan {
  Seen seen = 0;                     // by other blocks; all of it counts for this one too
  std::optional<Column::Type> type;  // with `fixed`
  bool fixed = false;
  bool wanted = true;
};

struct Chunk {
  std::vector<ChunkColumn> columns;
  std::size_t rows = 0;
  std::size_t lines = 0;                  // line ends passed
  std::size_t empty_rows = 0;             // rows of delimiters alone, left out
  std::size_t short_rows = 0;             // filled up with missing values
  std::size_t long_rows = 0;              // brought columns that others do not have
  std::vector<std::size_t> ragged_lines;  // the first few of both, counted from the chunk's start
};

inline constexpr std::size_t kRaggedLinesNamed = 5;
inline constexpr std::size_t kMostColumns = 65536;

// Parses blocks of whole records into typed columns: plain records many at a time, a column after
// the other; all else letter by letter. What is found is the same either way.
class ChunkParser {
 public:
  // `columns` is what a record should have; fewer and more are counted as ragged.
  ChunkParser(const Dialect& dialect, const MissingWords& missing, std::size_t columns)
      : dialect_(dialect),
        missing_(missing),
        columns_(columns),
        plain_(dialect, columns),
        kinds_(columns) {}

  // Reuses the memory of `chunk`. An Error "csv.columns" when a record has more than 65,536.
  void parse(const RecordBlock& block, const std::vector<ColumnPlan>& plans, Chunk& chunk);

 private:
  void start(const std::vector<ColumnPlan>& plans);
  void run(std::string_view text);
  const char* plainRecords(const char* p, const char* begin);
  bool takeDecimals(std::size_t index, std::size_t rows);
  void takeWord(std::size_t index, std::size_t row);
  void reserveRows(std::size_t rows);
  const char* record(const char* p);
  const char* field(const char* p, ChunkColumn& column);
  const char* anyField(const char* p, ChunkColumn& column);
  bool numberField(const char*& p, ChunkColumn& column);
  void take(ChunkColumn& column, std::string_view word, bool quoted);
  void takeBlank(ChunkColumn& column, std::string_view word, bool quoted);
  void store(ChunkColumn& column, std::string_view word, const Word& understood);
  void admit(ChunkColumn& column, Seen kind);
  void setMissing(ChunkColumn& column);
  void addColumn();
  void endRow(std::size_t fields, bool extra_word, std::size_t line);
  void dropRow();
  void finish();
  bool settleConflicts();

  Dialect dialect_;
  const MissingWords& missing_;
  std::size_t columns_;
  PlainRecords plain_;
  std::vector<DecimalKind> kinds_;  // per column, for the plain records to come
  Chunk* chunk_ = nullptr;
  const char* end_ = nullptr;
  std::size_t capacity_ = 0;  // rows that the columns' memory holds
  bool has_word_ = false;     // whether the field read last is more than blanks
  std::string scratch_;
};

}  // namespace lineament::io
