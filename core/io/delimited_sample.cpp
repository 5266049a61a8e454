// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_sample.h"

#include <algorithm>
#include <map>

#include "core/io/delimited_number.h"

namespace lineament::io {

namespace {

constexpr std::size_t kMostFields = 65536;

SampleRecord readRecord(const char* p, const char* begin, const char* end, const Dialect& dialect) {
  SampleRecord record;
  record.begin = static_cast<std::size_t>(p - begin);
  while (dialect.blankRuns() && dialect.isDelimiter(*p)) ++p;
  std::string scratch;
  for (const char* next = p; next; next = nextField(p, dialect)) {
    const Field field = readField(next, end, dialect, scratch);
    if (field.open) {
      record.open_quote = static_cast<std::size_t>(pastBlanks(next, dialect) - begin);
    }
    if (record.fields.size() < kMostFields) {
      record.fields.push_back({std::string(field.word), field.quoted});
    }
    p = field.next;
  }
  record.end = static_cast<std::size_t>(recordEnd(p, dialect) + 1 - begin);
  return record;
}

}  // namespace

std::vector<SampleRecord> sampleRecords(std::string_view sample, bool whole, const Dialect& dialect,
                                        std::size_t most) {
  std::string text(sample);
  text += dialect.line_end;
  text.append(kTextPadding, '\0');
  const char* const begin = text.data();
  const char* const end = begin + sample.size();
  std::vector<SampleRecord> records;
  const char* p = begin;
  while (p < end && records.size() < most) {
    if (const char* next = pastIdleLine(p, end, dialect)) {
      p = next;
      continue;
    }
    records.push_back(readRecord(p, begin, end, dialect));
    records.back().end = std::min(records.back().end, sample.size());
    p = begin + records.back().end;
  }
  if (!whole && p >= end && records.size() > 1) records.pop_back();
  return records;
}

std::size_t usualFields(const std::vector<SampleRecord>& records, std::size_t first) {
  std::map<std::size_t, std::size_t> times;
  for (std::size_t i = first; i < records.size(); ++i) ++times[records[i].fields.size()];
  const auto usual = std::max_element(times.begin(), times.end(), [](const auto& a, const auto& b) {
    return a.second < b.second || (a.second == b.second && a.first < b.first);
  });
  return usual == times.end() ? 0 : usual->first;
}

}  // namespace lineament::io
