// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/csv_file.h"

#include <algorithm>
#include <cstring>

#include "core/io/delimited_records.h"
#include "core/io/delimited_source.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kNoTable{"csv.no_table", "Read {file} as a table",
                             "there are no rows in it, not even a header", "{path}",
                             "Export the table again"};
constexpr ErrorText kBinary{
    "csv.binary", "Read {file} as a table",
    "a zero byte was found, as in binary files and in UTF-16 without a mark",
    "line {line}, byte {offset}", "If it is text, choose its encoding (encoding=utf-16le)"};

constexpr ErrorText kEncoding{"csv.encoding", "Read {file} as UTF-8",
                              "the letters are not valid UTF-8", "line {line}",
                              "Choose another encoding (encoding=windows-1252), or leave it open"};

constexpr ErrorText kChanged{"csv.changed", "Read {file} as a table",
                             "its content changed while it was being read", "",
                             "Wait until the program that writes it is done, then read it again"};

constexpr std::size_t kSampleBytes = 64 << 10;
constexpr std::ptrdiff_t kSampleLines = 8;

struct Sample {
  std::string text;
  bool whole = false;
};

std::ptrdiff_t lineEnds(const std::string& text) {
  return std::max(std::count(text.begin(), text.end(), '\n'),
                  std::count(text.begin(), text.end(), '\r'));
}

// False when there is nothing more to see.
bool grow(Sample& sample, TextSource& source) {
  const std::size_t size = sample.text.size();
  if (sample.whole || size >= kLongestRecord) return false;
  const std::size_t more = std::max(kSampleBytes, size);
  sample.text.resize(size + more);
  const std::size_t count = source.read(std::span(sample.text).subspan(size, more));
  sample.whole = count < more;
  sample.text.resize(size + count);
  return true;
}

// Tables of many columns have long lines, so the sample grows until it holds a few.
Sample readSample(TextSource& source, std::size_t skipped_lines) {
  Sample sample;
  const std::ptrdiff_t wanted = kSampleLines + static_cast<std::ptrdiff_t>(skipped_lines);
  while (grow(sample, source) && lineEnds(sample.text) < wanted) {
  }
  return sample;
}

bool looksLikeUtf8(const Sample& sample) {
  const std::string_view text = sample.text;
  const std::size_t last = text.rfind('\n');
  const std::string_view sure = sample.whole || last == text.npos ? text : text.substr(0, last + 1);
  const std::size_t valid = validUtf8Prefix(sure);
  // Without a line end the sample may have cut a letter.
  return valid == sure.size() || (!sample.whole && valid + 4 > sure.size());
}

}  // namespace

void failChanged(const CsvFile& file) {
  throw Error(kChanged, {{"file", file.path.filename().string()}});
}

void failBinary(const CsvFile& file, std::uint64_t offset) {
  const std::size_t line = lineAt(file.path, file.encoding, file.layout.dialect.line_end, offset);
  throw Error(kBinary,
              {{"file", file.path.filename().string()}, {"line", line}, {"offset", offset}});
}

// The text of a block, where its fields end and their values stay in the second cache together; a
// wide table gets longer blocks, since each begins with a look at all columns.
std::size_t CsvFile::blockBytes() const {
  constexpr std::size_t kUsual = std::size_t{256} << 10, kPerColumn = 256;
  return options.block_bytes.value_or(std::max(kUsual, kPerColumn * layout.columns));
}

CsvFile openCsv(const std::filesystem::path& path, const CsvOptions& options) {
  CsvFile file{path, options};
  TextSource source(path, options.encoding);
  file.encoding = source.encoding();
  file.encoding_is_sure = source.encodingIsSure();
  Sample sample = readSample(source, options.skip_rows);
  if (const std::size_t zero = sample.text.find('\0'); zero != std::string::npos) {
    failBinary(file, zero);
  }
  if (file.encoding == TextEncoding::utf8 && !looksLikeUtf8(sample)) {
    const std::size_t valid = validUtf8Prefix(sample.text);
    throw NotUtf8{lineAt(path, file.encoding, '\n', valid), file.encoding_is_sure};
  }
  file.layout = detectLayout(sample.text, sample.whole, options);
  // A header in quotes may be longer than the sample.
  while (file.layout.open_quote && grow(sample, source)) {
    file.layout = detectLayout(sample.text, sample.whole, options);
  }
  if (file.layout.open_quote) {
    failUnclosedQuote(source, file.layout.dialect.line_end, *file.layout.open_quote);
  }
  if (file.layout.columns == 0) {
    throw Error(kNoTable, {{"file", path.filename().string()}, {"path", path.string()}});
  }
  return file;
}

CsvFile openAsWindows1252(const std::filesystem::path& path, CsvOptions options,
                          const NotUtf8& found, const Context& context) {
  if (found.sure) {
    throw Error(kEncoding, {{"file", path.filename().string()}, {"line", found.line}});
  }
  context.warn(fmt::format("{} is not UTF-8 (line {}): its letters were read as Windows-1252",
                           path.filename().string(), found.line));
  options.encoding = TextEncoding::windows1252;
  return openCsv(path, options);
}

std::string layoutLine(const CsvFile& file) {
  const Dialect& dialect = file.layout.dialect;
  const auto delimiter = [&]() -> std::string {
    switch (dialect.delimiter) {
      case ',':
        return "comma";
      case ';':
        return "semicolon";
      case '\t':
        return "tab";
      case '|':
        return "bar";
      case ' ':
        return "blank";
      default:
        return fmt::format("'{}'", dialect.delimiter);
    }
  };
  return fmt::format("{}-delimited, {}, {}{}{}{}", delimiter(), title(file.encoding),
                     file.layout.header ? "header" : "no header",
                     file.layout.units.empty() ? "" : ", units row",
                     dialect.decimal == ',' ? ", decimal comma" : "",
                     dialect.comment == '\0' ? "" : fmt::format(", {} comments", dialect.comment));
}

}  // namespace lineament::io
