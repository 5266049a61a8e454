// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_plain.h"

#include <algorithm>
#include <limits>

namespace lineament::io {

namespace {

// So many fields stay in the nearest cache while they are decoded.
constexpr std::size_t kBatchFields = 512;

}  // namespace

PlainRecords::PlainRecords(const Dialect& dialect, std::size_t columns)
    : dialect_(dialect),
      columns_(columns),
      batch_rows_(std::max<std::size_t>(1, kBatchFields / std::max<std::size_t>(1, columns))) {}

void PlainRecords::open(std::string_view text) {
  text_ = text;
  line_ = mark_ = first_ = 0;
  // Runs of blanks are delimiters of many letters.
  const bool countable = text.size() < std::numeric_limits<std::uint32_t>::max();
  if (columns_ == 0 || dialect_.blankRuns() || !countable) return structure_.clear();
  structure_.find(text, dialect_);
}

std::size_t PlainRecords::lineBegin(std::size_t line) const {
  return line == 0 ? 0 : structure_.ends()[structure_.lineEnds()[line - 1]] + std::size_t{1};
}

// Whether a line begins at `at`, which then is the one to look at next.
bool PlainRecords::goTo(std::size_t at) {
  const std::size_t lines = structure_.lineEnds().size();
  while (line_ < lines && lineBegin(line_) < at) ++line_;
  return line_ < lines && lineBegin(line_) == at;
}

// How many marks a line has. Lines are asked about in rising order.
std::size_t PlainRecords::marksIn(std::size_t begin, std::size_t end) {
  const auto& marks = structure_.marks();
  while (mark_ < marks.size() && marks[mark_] < begin) ++mark_;
  std::size_t last = mark_;
  while (last < marks.size() && marks[last] < end) ++last;
  return last - mark_;
}

// The field that ends at that place of the structure's ends.
std::string_view PlainRecords::fieldAt(std::size_t end_index, bool last) const {
  const auto ends = structure_.ends();
  const std::size_t begin = end_index == 0 ? 0 : ends[end_index - 1] + std::size_t{1};
  std::size_t end = ends[end_index];
  if (last && dialect_.line_end == '\n' && end > begin && text_[end - 1] == '\r') --end;
  return text_.substr(begin, end - begin);
}

bool PlainRecords::isQuoted(std::string_view field) const {
  return field.size() > 1 && field.front() == dialect_.quote && field.back() == dialect_.quote;
}

// The quotes at both ends of fields. When a line has no others, none of its delimiters is in
// quotes: such a delimiter would leave a field with a quote at one end only.
std::size_t PlainRecords::quotesAroundWords(std::size_t line) const {
  const std::size_t first = firstEnd(line);
  std::size_t quotes = 0;
  for (std::size_t i = 0; i < columns_; ++i) {
    if (isQuoted(fieldAt(first + i, i + 1 == columns_))) quotes += 2;
  }
  return quotes;
}

bool PlainRecords::isPlain(std::size_t line) {
  const std::size_t last = structure_.lineEnds()[line];
  if (last - firstEnd(line) != columns_ - 1) return false;
  const std::size_t begin = lineBegin(line), end = structure_.ends()[last];
  const std::size_t marks = marksIn(begin, end);
  if (marks > 0 && marks != quotesAroundWords(line)) return false;
  const auto idle = [this](char c) {
    return dialect_.isDelimiter(c) || c == ' ' || c == '\t' || c == '\r';
  };
  // A record has words: most have one right at their start.
  if (end == begin) return false;
  return !idle(text_[begin]) || !std::all_of(text_.begin() + begin, text_.begin() + end, idle);
}

std::size_t PlainRecords::next(std::size_t at, std::span<const DecimalKind> kinds) {
  if (!goTo(at)) return 0;
  first_ = line_;
  const std::size_t most = std::min(first_ + batch_rows_, structure_.lineEnds().size());
  while (line_ < most && isPlain(line_)) ++line_;
  const std::size_t rows = line_ - first_;
  if (rows > 0) {
    batch_.decode(text_.data(), at, structure_.ends().subspan(firstEnd(first_), rows * columns_),
                  kinds, dialect_.decimal);
  }
  return rows;
}

PlainRecords::PlainWord PlainRecords::word(std::size_t row, std::size_t column) const {
  const std::string_view field =
      fieldAt(firstEnd(first_) + row * columns_ + column, column + 1 == columns_);
  if (dialect_.quote == '\0' || !isQuoted(field)) return {field, false};
  return {field.substr(1, field.size() - 2), true};
}

std::size_t PlainRecords::end() const {
  return lineBegin(line_);
}

}  // namespace lineament::io
