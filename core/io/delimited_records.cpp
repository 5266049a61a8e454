// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_records.h"

#include <algorithm>
#include <cstring>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/io/delimited_number.h"

namespace lineament::io {

namespace {

constexpr ErrorText kUnclosedQuote{"csv.unclosed_quote", "Read {file} as a table",
                                   "the quote that opens here is never closed", "line {line}",
                                   "Close the quote, or choose another quote sign (quote=none)"};
constexpr ErrorText kLongRecord{"csv.long_record", "Read {file} as a table",
                                "the line is longer than {limit}", "line {line}",
                                "Check that the file is a table, and which sign ends its lines"};

}  // namespace

RecordBlocks::RecordBlocks(TextSource& source, const Dialect& dialect, std::size_t block_bytes,
                           std::uint64_t offset)
    : source_(source),
      dialect_(dialect),
      block_bytes_(std::max<std::size_t>(block_bytes, 1)),
      offset_(offset) {}

bool RecordBlocks::fill(RecordBlock& block) {
  if (block.storage_.size() < block.size_ + block_bytes_ + kTextPadding) {
    block.storage_.resize(block.size_ + block_bytes_ + kTextPadding);
  }
  const std::size_t count =
      source_.read(std::span(block.storage_).subspan(block.size_, block_bytes_));
  block.size_ += count;
  return count == block_bytes_;
}

bool RecordBlocks::next(RecordBlock& block) {
  block.offset_ = offset_;
  block.size_ = carry_.size();
  if (block.storage_.size() < carry_.size()) block.storage_.resize(carry_.size());
  std::copy(carry_.begin(), carry_.end(), block.storage_.begin());
  carry_.clear();
  scanned_ = records_end_ = closed_at_ = 0;
  quoted_ = false;
  bool at_end = false;
  while (records_end_ == 0 && !at_end) {
    at_end = !fill(block);
    scan(block, at_end);
    if (records_end_ == 0 && block.size_ > kLongestRecord) failUnended(block);
  }
  if (at_end && quoted_) failUnended(block);
  if (at_end) records_end_ = block.size_;
  const auto rest = block.storage_.begin() + static_cast<std::ptrdiff_t>(records_end_);
  carry_.assign(rest, block.storage_.begin() + static_cast<std::ptrdiff_t>(block.size_));
  block.size_ = records_end_;
  offset_ += block.size_;
  block.storage_[block.size_] = dialect_.line_end;
  std::memset(block.storage_.data() + block.size_ + 1, 0, kTextPadding - 1);
  return block.size_ > 0;
}

void RecordBlocks::failUnended(const RecordBlock& block) const {
  if (quoted_) failUnclosedQuote(source_, dialect_.line_end, block.offset_ + opened_at_);
  const std::size_t line =
      lineAt(source_.path(), source_.encoding(), dialect_.line_end, block.offset_);
  throw Error(kLongRecord, {{"file", source_.path().filename().string()},
                            {"line", line},
                            {"limit", bytesText(static_cast<double>(kLongestRecord))}});
}

void failUnclosedQuote(const TextSource& source, char line_end, std::uint64_t offset) {
  const std::size_t line = lineAt(source.path(), source.encoding(), line_end, offset);
  throw Error(kUnclosedQuote, {{"file", source.path().filename().string()}, {"line", line}});
}

// Line ends in [scanned_, stop), where no quotes are.
void RecordBlocks::scanPlain(std::string_view text, std::size_t stop) {
  const void* last = ::memrchr(text.data() + scanned_, dialect_.line_end, stop - scanned_);
  if (last) {
    records_end_ = static_cast<std::size_t>(static_cast<const char*>(last) - text.data()) + 1;
  }
  scanned_ = stop;
}

bool RecordBlocks::opensField(std::string_view text, std::size_t at) const {
  while (at > 0 && dialect_.isBlank(text[at - 1])) --at;
  const bool opens =
      at == 0 || text[at - 1] == dialect_.line_end || dialect_.isDelimiter(text[at - 1]);
  if (!opens || dialect_.comment == '\0') return opens;
  // A quote in a comment opens nothing. A line that holds a quoted field before is no comment.
  const std::string_view gap = text.substr(closed_at_, at - closed_at_);
  const std::size_t line_end = gap.rfind(dialect_.line_end);
  if (line_end == gap.npos && closed_at_ > 0) return true;
  std::size_t first = closed_at_ + (line_end == gap.npos ? 0 : line_end + 1);
  while (first < at && (text[first] == ' ' || text[first] == '\t')) ++first;
  return text[first] != dialect_.comment;
}

std::size_t RecordBlocks::openingQuote(std::string_view text, std::size_t from) const {
  for (std::size_t at = text.find(dialect_.quote, from); at != text.npos;
       at = text.find(dialect_.quote, at + 1)) {
    if (opensField(text, at)) return at;
  }
  return text.npos;
}

void RecordBlocks::scan(const RecordBlock& block, bool at_end) {
  const std::string_view text = block.text();
  if (dialect_.quote == '\0') return scanPlain(text, text.size());
  while (scanned_ < text.size()) {
    if (!quoted_) {
      const std::size_t open = openingQuote(text, scanned_);
      scanPlain(text, std::min(open, text.size()));
      if (open == text.npos) return;
      quoted_ = true;
      opened_at_ = open;
      scanned_ = open + 1;
      continue;
    }
    const std::size_t close = text.find(dialect_.quote, scanned_);
    // A quote that is the last letter so far may turn out to be one of a pair.
    const bool last_letter = close != text.npos && close + 1 == text.size();
    if (close == text.npos || (last_letter && !at_end)) {
      scanned_ = std::min(close, text.size());
      return;
    }
    const bool pair = !last_letter && text[close + 1] == dialect_.quote;
    quoted_ = pair;
    scanned_ = close + (pair ? 2 : 1);
    closed_at_ = scanned_;
  }
}

std::size_t lineAt(const std::filesystem::path& path, TextEncoding encoding, char line_end,
                   std::uint64_t offset) {
  TextSource source(path, encoding);
  std::vector<char> block(256 << 10);
  std::size_t line = 1;
  while (offset > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(offset, block.size()));
    const std::size_t count = source.read(std::span(block).first(wanted));
    line += static_cast<std::size_t>(
        std::count(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count), line_end));
    if (count < wanted) break;
    offset -= count;
  }
  return line;
}

}  // namespace lineament::io
