// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_field.h"

#include <algorithm>
#include <cstring>

#include "core/io/delimited_word.h"

namespace lineament::io {

namespace {

// The part of a field behind its closing quote belongs to it, except for blanks.
void takeTail(const char* p, const Dialect& dialect, std::string& scratch, Field& field) {
  const char* const stop = fieldEnd(p, dialect);
  const std::string_view tail = trimmed({p, static_cast<std::size_t>(stop - p)});
  field.next = stop;
  if (tail.empty()) return;
  if (field.word.data() != scratch.data()) scratch.assign(field.word);
  scratch += tail;
  field.word = scratch;
}

Field quotedField(const char* p, const char* end, const Dialect& dialect, std::string& scratch) {
  Field field;
  field.quoted = true;
  scratch.clear();
  const char* const begin = p;
  bool doubled = false;
  while (true) {
    const auto* close =
        static_cast<const char*>(std::memchr(p, dialect.quote, static_cast<std::size_t>(end - p)));
    if (!close) {
      field.open = true;
      close = end;
    }
    if (close + 1 < end && close[1] == dialect.quote) {
      scratch.append(p, close + 1);
      p = close + 2;
      doubled = true;
      continue;
    }
    if (doubled) scratch.append(p, close);
    field.word = doubled ? std::string_view(scratch)
                         : std::string_view(p, static_cast<std::size_t>(close - p));
    p = close < end ? close + 1 : end;
    break;
  }
  field.line_ends = static_cast<std::size_t>(std::count(begin, p, dialect.line_end));
  takeTail(p, dialect, scratch, field);
  return field;
}

}  // namespace

const char* fieldEnd(const char* p, const Dialect& dialect) {
  while (!dialect.isDelimiter(*p) && *p != dialect.line_end) ++p;
  return p;
}

Field readField(const char* p, const char* end, const Dialect& dialect, std::string& scratch) {
  const char* const start = pastBlanks(p, dialect);
  if (dialect.quote != '\0' && *start == dialect.quote && start < end) {
    return quotedField(start + 1, end, dialect, scratch);
  }
  Field field;
  field.next = fieldEnd(start, dialect);
  const char* stop = field.next;
  if (*stop == '\n' && stop > p && stop[-1] == '\r') --stop;
  field.word = {p, static_cast<std::size_t>(stop - p)};
  return field;
}

const char* pastIdleLine(const char* p, const char* end, const Dialect& dialect) {
  const char* q = p;
  while (*q == ' ' || (*q == '\t' && dialect.delimiter != '\t')) ++q;
  const bool comment = dialect.comment != '\0' && *q == dialect.comment;
  if (*q == '\r' && q[1] == '\n') ++q;
  if (!comment && *q != dialect.line_end) return nullptr;
  const auto* stop = static_cast<const char*>(
      std::memchr(q, dialect.line_end, static_cast<std::size_t>(std::max(end, q) - q)));
  return (stop ? stop : end) + 1;
}

const char* recordEnd(const char* p, const Dialect& dialect) {
  while (*p != dialect.line_end) ++p;
  return p;
}

}  // namespace lineament::io
