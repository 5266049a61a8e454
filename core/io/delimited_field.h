// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lineament::io {

// How records and fields are told apart.
struct Dialect {
  char delimiter = ',';  // ' ' stands for runs of blanks and tabs
  char quote = '"';      // '\0': none
  char decimal = '.';
  char comment = '\0';   // '\0': none
  char line_end = '\n';  // '\r' in files that know no other; "\r\n" counts as '\n'

  bool blankRuns() const { return delimiter == ' '; }
  bool isDelimiter(char c) const { return c == delimiter || (c == '\t' && blankRuns()); }
  bool isBlank(char c) const { return (c == ' ' || c == '\t') && !isDelimiter(c); }
};

struct Field {
  std::string_view word;  // quotes undone; lives as long as the text and the scratch string
  bool quoted = false;
  bool open = false;           // its quote is never closed: the text ended first
  std::size_t line_ends = 0;   // inside the quotes
  const char* next = nullptr;  // at the delimiter or line end that closes the field
};

// The field at `p` of a text that ends at `end`, where a line end stands (as a sentinel if the text
// has none of its own). A quote opens at the start of a field only; a quote elsewhere is a letter.
Field readField(const char* p, const char* end, const Dialect& dialect, std::string& scratch);

// Where the field at `p` that has no quotes ends.
const char* fieldEnd(const char* p, const Dialect& dialect);

// Behind a line that is no record: empty or a comment. Null when `p` is at a record.
const char* pastIdleLine(const char* p, const char* end, const Dialect& dialect);

// Over the blanks that may stand before a field; with blank runs also those at a line's start.
inline const char* pastBlanks(const char* p, const Dialect& dialect) {
  while (dialect.isBlank(*p)) ++p;
  return p;
}

// From the end of a field to the start of the next one; null when the record ends there.
inline const char* nextField(const char* p, const Dialect& dialect) {
  if (!dialect.isDelimiter(*p)) return nullptr;
  ++p;
  if (!dialect.blankRuns()) return p;
  while (dialect.isDelimiter(*p)) ++p;
  const bool ended = *p == dialect.line_end || (*p == '\r' && p[1] == '\n');
  return ended ? nullptr : p;
}

// The line end that closes the record, from where its last field ended.
const char* recordEnd(const char* p, const Dialect& dialect);

}  // namespace lineament::io
