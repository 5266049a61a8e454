// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_dialect.h"

#include <algorithm>
#include <array>

#include "core/io/delimited_sample.h"
#include "core/io/delimited_word.h"

namespace lineament::io {

namespace {

constexpr std::size_t kScoredRecords = 100;
constexpr std::size_t kScoredFields = 200;

bool isData(std::string_view bare) {
  return understand(bare, '.').seen != seen::kText || understand(bare, ',').seen != seen::kText;
}

// How much a field looks like one field: 1 for numbers and dates, little for a word that still
// has another delimiter in it.
double cleanness(const SampleField& field) {
  if (field.quoted) return 0.95;
  const std::string_view bare = trimmed(field.word);
  if (bare.empty()) return 0.9;
  if (isData(bare)) return 1.0;
  if (bare.find_first_of(";\t|\"") != bare.npos) return 0.2;
  if (bare.size() > 1 && bare.front() == '\'' && bare.back() == '\'') return 0.5;
  return bare.find(',') == bare.npos ? 0.8 : 0.6;
}

struct Score {
  Dialect dialect;
  double value = 0;
  std::size_t columns = 0;
};

Score scoreOf(const Dialect& dialect, std::string_view sample, bool whole) {
  Score score{dialect};
  const auto records = sampleRecords(sample, whole, dialect, kScoredRecords);
  score.columns = usualFields(records);
  double clean = 0, fields = 0, data = 0, usual = 0;
  for (const SampleRecord& record : records) {
    if (record.fields.size() != score.columns) continue;
    ++usual;
    for (std::size_t i = 0; i < std::min(record.fields.size(), kScoredFields); ++i) {
      clean += cleanness(record.fields[i]);
      const std::string_view bare = trimmed(record.fields[i].word);
      data += !bare.empty() && isData(bare);
      ++fields;
    }
  }
  if (fields == 0) return score;
  score.value = usual / static_cast<double>(records.size()) * clean / fields;
  if (score.columns < 2) score.value *= 0.3;
  // Words are often separated by blanks without being columns: most have to be numbers.
  if (dialect.blankRuns() && data < 0.4 * fields) score.value = 0;
  return score;
}

bool better(const Score& score, const Score& best) {
  constexpr double kTie = 0.02;
  const double lead = score.value - best.value;
  if (score.dialect.blankRuns()) return lead > 2 * kTie;
  return lead > kTie || (lead > -kTie && score.columns > best.columns);
}

std::vector<char> quotesToTry(std::string_view sample, const CsvOptions& options) {
  if (options.quote) return {*options.quote};
  const bool only_single = sample.find('"') == sample.npos && sample.find('\'') != sample.npos;
  return only_single ? std::vector<char>{'"', '\''} : std::vector<char>{'"'};
}

enum class CommaSign {
  none,     // no number where a comma stands before the fraction
  whole,    // a number without one
  perhaps,  // "1,234", which may have its thousands set off
  sure,
};

CommaSign commaSign(std::string_view word) {
  const Word understood = understand(word, ',');
  const std::size_t comma = word.find(',');
  if (comma == word.npos) {
    return understood.type == Column::Type::integer ? CommaSign::whole : CommaSign::none;
  }
  if (understood.type != Column::Type::real) return CommaSign::none;
  return word.size() - comma == 4 ? CommaSign::perhaps : CommaSign::sure;
}

// Whether in some column four cells of five have a comma before their fraction. Whole numbers
// count as such where another cell leaves no doubt: "1,5" and "3".
bool hasDecimalCommas(const std::vector<SampleRecord>& records, std::size_t columns) {
  for (std::size_t column = 0; column < columns; ++column) {
    std::size_t filled = 0, commas = 0, wholes = 0, sure = 0;
    for (std::size_t row = 1; row < records.size(); ++row) {
      if (records[row].fields.size() <= column) continue;
      const std::string_view bare = trimmed(records[row].fields[column].word);
      if (bare.empty()) continue;
      const CommaSign sign = commaSign(bare);
      ++filled;
      commas += sign >= CommaSign::perhaps;
      wholes += sign == CommaSign::whole;
      sure += sign == CommaSign::sure;
    }
    const std::size_t numbers = sure > 0 ? commas + wholes : commas;
    if (commas > 0 && 5 * numbers > 4 * filled) return true;
  }
  return false;
}

char leadingComment(std::string_view sample) {
  const std::size_t first = sample.find_first_not_of(" \t\r\n");
  if (first == sample.npos) return '\0';
  return sample[first] == '#' || sample[first] == '%' ? sample[first] : '\0';
}

// Lines with a # among the data are comments when none of them has the fields of a record.
bool hasInnerComments(const std::vector<SampleRecord>& records, std::size_t columns) {
  bool any = false;
  for (const SampleRecord& record : records) {
    const SampleField& first = record.fields[0];
    if (first.quoted || trimmed(first.word).substr(0, 1) != "#") continue;
    if (record.fields.size() == columns) return false;
    any = true;
  }
  return any;
}

}  // namespace

Dialect detectDialect(std::string_view sample, bool whole, const CsvOptions& options) {
  Dialect start;
  start.line_end =
      sample.find('\n') == sample.npos && sample.find('\r') != sample.npos ? '\r' : '\n';
  start.comment = options.comment.value_or(leadingComment(sample));
  constexpr std::array kDelimiters{',', ';', '\t', '|', ' '};
  Score best{start, -1, 0};
  for (const char quote : quotesToTry(sample, options)) {
    for (const char delimiter : kDelimiters) {
      if (options.delimiter && *options.delimiter != delimiter) continue;
      Dialect dialect = start;
      dialect.quote = quote;
      dialect.delimiter = delimiter;
      const Score score = scoreOf(dialect, sample, whole);
      if (best.value < 0 || better(score, best)) best = score;
    }
  }
  if (best.value < 0) {  // a delimiter of one's own
    best.dialect.delimiter = *options.delimiter;
    best.dialect.quote = options.quote.value_or('"');
    best.columns = scoreOf(best.dialect, sample, whole).columns;
  }
  const auto records = sampleRecords(sample, whole, best.dialect, kScoredRecords);
  if (!options.comment && best.dialect.comment == '\0' && hasInnerComments(records, best.columns)) {
    best.dialect.comment = '#';
  }
  const bool commas = best.dialect.delimiter != ',' && hasDecimalCommas(records, best.columns);
  best.dialect.decimal = options.decimal.value_or(commas ? ',' : '.');
  return best.dialect;
}

}  // namespace lineament::io
