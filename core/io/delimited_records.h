// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/delimited_field.h"
#include "core/io/delimited_source.h"

namespace lineament::io {

// Some whole records. Behind them stands a line end as a sentinel, then zeros, so that a scan
// needs no test for the end at each letter.
class RecordBlock {
 public:
  std::string_view text() const { return {storage_.data(), size_}; }
  std::uint64_t offset() const { return offset_; }  // of the first letter in the decoded file

 private:
  friend class RecordBlocks;
  std::vector<char> storage_;
  std::size_t size_ = 0;
  std::uint64_t offset_ = 0;
};

// Cuts a text into blocks of whole records. Where quotes may hide a line end, they are followed
// exactly: from each closing quote to the next one that opens a field.
class RecordBlocks {
 public:
  // Starts at the source's place, which is `offset` letters into the text.
  RecordBlocks(TextSource& source, const Dialect& dialect, std::size_t block_bytes,
               std::uint64_t offset);

  // False at the end. An Error for a quote that is never closed and for a record over 16 MiB.
  bool next(RecordBlock& block);

 private:
  bool fill(RecordBlock& block);
  void scan(const RecordBlock& block, bool at_end);
  void scanPlain(std::string_view text, std::size_t stop);
  std::size_t openingQuote(std::string_view text, std::size_t from) const;
  bool opensField(std::string_view text, std::size_t at) const;
  [[noreturn]] void failUnended(const RecordBlock& block) const;

  TextSource& source_;
  Dialect dialect_;
  std::size_t block_bytes_;
  std::uint64_t offset_;
  std::vector<char> carry_;  // the start of a record from the block before
  // Of the block at hand:
  std::size_t scanned_ = 0;      // how far it has been looked at
  std::size_t records_end_ = 0;  // behind the last line end outside quotes
  bool quoted_ = false;
  std::size_t opened_at_ = 0;  // where the quote opened
  std::size_t closed_at_ = 0;  // behind the quote that closed last
};

// The error for a quote that opens a field at `offset` and is never closed: like pandas, and unlike
// readers that take the rest of the file for one cell, such a file is not guessed at. A quote
// inside a word is a letter and opens nothing.
[[noreturn]] void failUnclosedQuote(const TextSource& source, char line_end, std::uint64_t offset);

inline constexpr std::size_t kLongestRecord = std::size_t{16} << 20;

// The number of the line (from 1) that holds the letter at `offset` of the decoded file.
std::size_t lineAt(const std::filesystem::path& path, TextEncoding encoding, char line_end,
                   std::uint64_t offset);

}  // namespace lineament::io
