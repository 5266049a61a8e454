// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/io/delimited_decimals.h"
#include "core/io/delimited_field.h"
#include "core/io/delimited_structure.h"

namespace lineament::io {

// Finds the plain records of a text and decodes their numbers many at a time. A record is plain
// when it has as many fields as the table has columns, at least one of them with a word, no
// comment sign, and no quotes but those around whole words: there the delimiters alone say where
// its fields are. Everything else is left to who goes letter by letter.
class PlainRecords {
 public:
  PlainRecords(const Dialect& dialect, std::size_t columns);

  // The text must outlive what is asked about it, and be followed by a line end and kTextPadding
  // readable bytes.
  void open(std::string_view text);

  // Takes the plain records that start at `at`, up to a batch of them, and decodes their fields of
  // the kinds that the columns want. Gives how many there are: none when what starts at `at` is no
  // plain record. Places are asked for in rising order.
  std::size_t next(std::size_t at, std::span<const DecimalKind> kinds);

  // Of the batch taken last:
  const double* values(std::size_t column) const { return batch_.values() + column; }
  struct PlainWord {
    std::string_view word;  // without its quotes
    bool quoted = false;
  };
  PlainWord word(std::size_t row, std::size_t column) const;
  std::size_t end() const;  // behind its last record

 private:
  bool goTo(std::size_t at);
  bool isPlain(std::size_t line);
  std::size_t marksIn(std::size_t begin, std::size_t end);
  std::size_t quotesAroundWords(std::size_t line) const;
  std::string_view fieldAt(std::size_t end_index, bool last) const;
  bool isQuoted(std::string_view field) const;
  std::size_t lineBegin(std::size_t line) const;
  std::size_t firstEnd(std::size_t line) const {
    return line == 0 ? 0 : structure_.lineEnds()[line - 1] + 1;
  }

  Dialect dialect_;
  std::size_t columns_;
  std::size_t batch_rows_;
  std::string_view text_;
  TextStructure structure_;
  DecimalBatch batch_;
  std::size_t line_ = 0;   // the one to look at next
  std::size_t mark_ = 0;   // the first one not before that line
  std::size_t first_ = 0;  // line of the batch
};

}  // namespace lineament::io
