// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_chunk.h"

#include <algorithm>
#include <bit>

#include "core/base/error.h"
#include "core/io/delimited_number.h"

namespace lineament::io {

namespace {

constexpr ErrorText kTooManyColumns{"csv.columns", "Read a table",
                                    "a line has more than {limit} cells", "",
                                    "Check which sign stands between the cells (delimiter=...)"};

constexpr std::size_t kFirstCapacity = 1024;

bool holdsNumbers(const ChunkColumn& column) {
  return column.type == Column::Type::real || column.type == Column::Type::integer;
}

DecimalKind wantedKind(const ChunkColumn& column) {
  if (!column.wanted || !holdsNumbers(column)) return DecimalKind::none;
  return column.type == Column::Type::real ? DecimalKind::real : DecimalKind::whole;
}

// A number in a column of that type, which holds it.
std::uint64_t bitsOf(double value, Column::Type type) {
  if (type == Column::Type::real) return std::bit_cast<std::uint64_t>(value);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

void resizeValues(ChunkColumn& column, std::size_t capacity) {
  if (column.wanted && column.type) column.bits.resize(capacity);
}

}  // namespace

void ChunkParser::parse(const RecordBlock& block, const std::vector<ColumnPlan>& plans,
                        Chunk& chunk) {
  chunk_ = &chunk;
  start(plans);
  run(block.text());
  if (settleConflicts()) run(block.text());
}

void ChunkParser::start(const std::vector<ColumnPlan>& plans) {
  chunk_->columns.resize(std::max(plans.size(), columns_));
  capacity_ = kFirstCapacity;
  for (std::size_t i = 0; i < chunk_->columns.size(); ++i) {
    const ColumnPlan plan = i < plans.size() ? plans[i] : ColumnPlan{};
    ChunkColumn& column = chunk_->columns[i];
    column.seen = plan.seen;
    column.type = plan.fixed ? plan.type : typeFor(plan.seen);
    column.fixed = plan.fixed || settled(plan.seen);
    column.wanted = plan.wanted;
    column.conflict = false;
    capacity_ = std::max(capacity_, column.bits.size());
  }
}

// Columns whose words turned out to be of no one narrow type are read again, as what they are.
bool ChunkParser::settleConflicts() {
  const auto& columns = chunk_->columns;
  if (std::none_of(columns.begin(), columns.end(), [](const auto& c) { return c.conflict; })) {
    return false;
  }
  for (ChunkColumn& column : chunk_->columns) {
    if (!column.fixed) column.type = typeFor(column.seen);
    if (!column.fixed) column.conflict = false;
    column.fixed = true;
  }
  return true;
}

void ChunkParser::run(std::string_view text) {
  Chunk& chunk = *chunk_;
  chunk.rows = chunk.lines = chunk.empty_rows = chunk.short_rows = chunk.long_rows = 0;
  chunk.ragged_lines.clear();
  for (ChunkColumn& column : chunk.columns) {
    column.letters.clear();
    column.missing.clear();
    resizeValues(column, capacity_);
  }
  const char* p = text.data();
  end_ = p + text.size();
  plain_.open(text);
  while (p < end_) {
    if (const char* next = plainRecords(p, text.data())) {
      p = next;
      continue;
    }
    if (const char* next = pastIdleLine(p, end_, dialect_)) {
      p = next;
      ++chunk.lines;
      continue;
    }
    p = record(p);
  }
  finish();
}

void ChunkParser::reserveRows(std::size_t rows) {
  if (rows <= capacity_) return;
  while (rows > capacity_) capacity_ *= 2;
  for (ChunkColumn& column : chunk_->columns) resizeValues(column, capacity_);
}

// Behind the plain records that start at `p`; null when there is none.
const char* ChunkParser::plainRecords(const char* p, const char* begin) {
  Chunk& chunk = *chunk_;
  std::transform(chunk.columns.begin(),
                 chunk.columns.begin() + static_cast<std::ptrdiff_t>(columns_), kinds_.begin(),
                 wantedKind);
  const std::size_t rows = plain_.next(static_cast<std::size_t>(p - begin), kinds_);
  if (rows == 0) return nullptr;
  const std::size_t first = chunk.rows;
  reserveRows(first + rows);
  for (std::size_t i = 0; i < chunk.columns.size(); ++i) {
    if (i < columns_ && takeDecimals(i, rows)) continue;
    for (std::size_t row = 0; row < rows; ++row) {
      chunk.rows = first + row;
      if (i < columns_) {
        takeWord(i, row);
      } else {
        setMissing(chunk.columns[i]);
      }
    }
    chunk.rows = first;
  }
  chunk.rows = first + rows;
  chunk.lines += rows;
  return begin + plain_.end();
}

// Takes a column's part of the plain records; false when not all of it was decoded.
bool ChunkParser::takeDecimals(std::size_t index, std::size_t rows) {
  ChunkColumn& column = chunk_->columns[index];
  if (kinds_[index] == DecimalKind::none) return false;
  const double* values = plain_.values(index);
  std::uint64_t* bits = column.bits.data() + chunk_->rows;
  const auto takeAs = [&](auto type) {
    for (std::size_t row = 0; row < rows; ++row, values += columns_) {
      if (!DecimalBatch::decoded(*values)) return false;
      bits[row] = bitsOf(*values, type());
    }
    return true;
  };
  const bool real = kinds_[index] == DecimalKind::real;
  column.seen |= real ? seen::kReal : seen::kInteger;
  return real ? takeAs(std::integral_constant<Column::Type, Column::Type::real>())
              : takeAs(std::integral_constant<Column::Type, Column::Type::integer>());
}

// One field of the plain records.
void ChunkParser::takeWord(std::size_t index, std::size_t row) {
  ChunkColumn& column = chunk_->columns[index];
  if (kinds_[index] != DecimalKind::none) {
    if (const double value = plain_.values(index)[row * columns_]; DecimalBatch::decoded(value)) {
      column.bits[chunk_->rows] = bitsOf(value, *column.type);
      return;
    }
  }
  const auto [word, quoted] = plain_.word(row, index);
  const char* p = word.data();
  const bool number = !quoted && wantedKind(column) != DecimalKind::none;
  if (number && numberField(p, column)) return;
  take(column, word, quoted);
}

const char* ChunkParser::record(const char* p) {
  Chunk& chunk = *chunk_;
  reserveRows(chunk.rows + 1);
  const std::size_t line = chunk.lines;
  bool any_word = false, extra_word = false;
  if (dialect_.blankRuns()) {
    while (dialect_.isDelimiter(*p)) ++p;
  }
  std::size_t count = 0;
  for (const char* next = p; next; next = nextField(p, dialect_)) {
    if (count == chunk.columns.size()) addColumn();
    p = field(next, chunk.columns[count]);
    any_word |= has_word_;
    extra_word |= has_word_ && count >= columns_;
    ++count;
  }
  if (any_word) {
    endRow(count, extra_word, line);
  } else {
    dropRow();
  }
  ++chunk.lines;
  return recordEnd(p, dialect_) + 1;
}

void ChunkParser::addColumn() {
  Chunk& chunk = *chunk_;
  if (chunk.columns.size() == kMostColumns) throw Error(kTooManyColumns, {{"limit", kMostColumns}});
  ChunkColumn& column = chunk.columns.emplace_back();
  column.missing.assign(chunk.rows, 1);
}

void ChunkParser::endRow(std::size_t fields, bool extra_word, std::size_t line) {
  Chunk& chunk = *chunk_;
  for (std::size_t i = fields; i < chunk.columns.size(); ++i) setMissing(chunk.columns[i]);
  const bool is_short = fields < columns_;
  chunk.short_rows += is_short;
  chunk.long_rows += extra_word;
  if ((is_short || extra_word) && chunk.ragged_lines.size() < kRaggedLinesNamed) {
    chunk.ragged_lines.push_back(line);
  }
  ++chunk.rows;
}

void ChunkParser::dropRow() {
  ++chunk_->empty_rows;
  finish();
}

// Masks end with the last row that something was missing in; now all end with the last row.
void ChunkParser::finish() {
  for (ChunkColumn& column : chunk_->columns) {
    if (!column.missing.empty()) column.missing.resize(chunk_->rows);
  }
}

const char* ChunkParser::field(const char* p, ChunkColumn& column) {
  if (wantedKind(column) != DecimalKind::none && numberField(p, column)) return p;
  return anyField(p, column);
}

// The frequent case without detours: a plain number in a column of numbers. False, with `p` as it
// was, for everything else.
bool ChunkParser::numberField(const char*& p, ChunkColumn& column) {
  const char* const begin = pastBlanks(p, dialect_);
  ScannedNumber scanned;
  const char* const end = scanNumber(begin, dialect_.decimal, scanned);
  if (!end) return false;
  const char* next = pastBlanks(end, dialect_);
  if (*next == '\r' && next[1] == '\n') ++next;
  if (!dialect_.isDelimiter(*next) && *next != dialect_.line_end) return false;
  const bool real = column.type == Column::Type::real;
  if (scanned.integral) {
    if (scanned.padded || !scanned.exact || scanned.mantissa > kExactWhole) return false;
    column.seen |= seen::kInteger;
  } else {
    if (!real) return false;
    column.seen |= seen::kReal;
  }
  std::uint64_t& bits = column.bits[chunk_->rows];
  if (real) {
    bits = std::bit_cast<std::uint64_t>(valueOf(scanned, begin, end, dialect_.decimal));
  } else {
    const auto value = static_cast<std::int64_t>(scanned.mantissa);
    bits = static_cast<std::uint64_t>(scanned.negative ? -value : value);
  }
  has_word_ = true;
  p = next;
  return true;
}

const char* ChunkParser::anyField(const char* p, ChunkColumn& column) {
  const Field field = readField(p, end_, dialect_, scratch_);
  chunk_->lines += field.line_ends;
  take(column, field.word, field.quoted);
  return field.next;
}

void ChunkParser::take(ChunkColumn& column, std::string_view word, bool quoted) {
  const std::string_view bare = trimmed(word);
  has_word_ = quoted || !bare.empty();
  if (!column.wanted) return;
  if (missing_.contains(bare)) return takeBlank(column, word, quoted);
  if (column.fixed && column.type == Column::Type::text) return store(column, word, Word{});
  const Word understood = understand(bare, dialect_.decimal);
  if (!column.fixed) admit(column, understood.seen);
  if (!column.type) {
    column.conflict = true;  // fixed as all missing, which it is not
    return;
  }
  store(column, word, understood);
}

// An empty word or one that says "missing". In quotes it is a word like others in a text column.
void ChunkParser::takeBlank(ChunkColumn& column, std::string_view word, bool quoted) {
  if (quoted && !column.fixed) admit(column, seen::kQuotedBlank);
  if (quoted && column.type == Column::Type::text) return store(column, word, Word{});
  setMissing(column);
}

void ChunkParser::store(ChunkColumn& column, std::string_view word, const Word& understood) {
  std::uint64_t& bits = column.bits[chunk_->rows];
  if (column.type == Column::Type::text) {
    column.letters.insert(column.letters.end(), word.begin(), word.end());
    bits = column.letters.size();
  } else if (widens(understood.type, *column.type)) {
    bits = widened(understood.bits, understood.type, *column.type);
  } else {
    column.conflict = true;
  }
}

// Lets the column's type grow to hold a word of this kind.
void ChunkParser::admit(ChunkColumn& column, Seen kind) {
  const Seen all = column.seen | kind;
  if (all == column.seen) return;
  column.seen = all;
  const Column::Type type = *typeFor(all);
  if (!column.type) {
    column.type = type;
    column.bits.assign(capacity_, 0);
  } else if (widens(*column.type, type)) {
    for (std::size_t row = 0; row < chunk_->rows; ++row) {
      column.bits[row] = widened(column.bits[row], *column.type, type);
    }
    column.type = type;
  } else {
    column.conflict = true;
  }
}

void ChunkParser::setMissing(ChunkColumn& column) {
  const std::size_t row = chunk_->rows;
  column.missing.resize(row);
  column.missing.push_back(1);
  if (column.type && column.wanted) {
    column.bits[row] = column.type == Column::Type::text ? column.letters.size() : 0;
  }
}

}  // namespace lineament::io
