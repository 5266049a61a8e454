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

bool PlainRecords::isPlain(std::size_t line) {
  const std::size_t last = structure_.lineEnds()[line];
  if (last - firstEnd(line) != columns_ - 1) return false;
  const std::size_t begin = lineBegin(line), end = structure_.ends()[last];
  const auto& marks = structure_.marks();
  while (mark_ < marks.size() && marks[mark_] < begin) ++mark_;
  if (mark_ < marks.size() && marks[mark_] < end) return false;
  const auto idle = [this](char c) {
    return dialect_.isDelimiter(c) || c == ' ' || c == '\t' || c == '\r';
  };
  // A record has words: most have one right at their start.
  return end > begin &&
         !(idle(text_[begin]) && std::all_of(text_.begin() + begin, text_.begin() + end, idle));
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

std::string_view PlainRecords::word(std::size_t row, std::size_t column) const {
  const std::size_t field = firstEnd(first_) + row * columns_ + column;
  const std::size_t begin = field == 0 ? 0 : structure_.ends()[field - 1] + std::size_t{1};
  std::size_t end = structure_.ends()[field];
  const bool last = column + 1 == columns_;
  if (last && dialect_.line_end == '\n' && end > begin && text_[end - 1] == '\r') --end;
  return text_.substr(begin, end - begin);
}

std::size_t PlainRecords::end() const {
  return lineBegin(line_);
}

}  // namespace lineament::io
