// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/pcd_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kHeader{"pcd.header", "Read {file} as a PCD point cloud", "{found}",
                            "line {line}", "Write the file anew, or mend its header"};

constexpr std::size_t kMostFields = 1024;
constexpr std::uint64_t kMostCount = 65536;
constexpr std::uint64_t kMostPoints = (std::uint64_t{1} << 32) - 1;

using Words = std::vector<std::string_view>;

Words wordsOf(std::string_view line) {
  Words words;
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t\r", at)) != line.npos;) {
    const std::size_t stop = std::min(line.find_first_of(" \t\r", at), line.size());
    words.push_back(line.substr(at, stop - at));
    at = stop;
  }
  return words;
}

std::optional<std::uint64_t> wholeNumber(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (problem != std::errc{} || end != word.data() + word.size()) return {};
  return value;
}

class Parser {
 public:
  Parser(std::string_view head, const std::string& file) : head_(head), file_(file) {}

  PcdHeader run() {
    while (!done_) takeLine();
    finish();
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(const std::string& found) const {
    throw Error(kHeader, {{"file", file_}, {"found", found}, {"line", line_}});
  }

  void takeLine() {
    const std::size_t stop = head_.find('\n', at_);
    if (stop == head_.npos) fail("the header has no DATA line");
    ++line_;
    const Words words = wordsOf(head_.substr(at_, stop - at_));
    at_ = stop + 1;
    if (!words.empty() && words[0][0] != '#') takeEntry(words);
  }

  void takeEntry(const Words& words) {
    const std::string key(words[0]);
    if (!seen_.insert(key == "COLUMNS" ? "FIELDS" : key).second) fail(key + " comes twice");
    if (key == "FIELDS" || key == "COLUMNS") return takeFields(words);
    if (key == "SIZE" || key == "TYPE" || key == "COUNT") return takeOfFields(key, words);
    if (key == "WIDTH") return setNumber(width_, words);
    if (key == "HEIGHT") return setNumber(height_, words);
    if (key == "POINTS") return setNumber(points_, words);
    if (key == "DATA") return takeBody(words);
    if (key != "VERSION" && key != "VIEWPOINT") {
      fail(fmt::format("'{}' is no entry of a PCD header", key.substr(0, 32)));
    }
  }

  void takeFields(const Words& words) {
    if (words.size() < 2 || words.size() - 1 > kMostFields) {
      fail(fmt::format("1 to {} fields are expected, {} are named", kMostFields, words.size() - 1));
    }
    for (std::size_t i = 1; i < words.size(); ++i)
      header_.fields.push_back({std::string(words[i])});
  }

  void takeOfFields(const std::string& key, const Words& words) {
    if (words.size() - 1 != header_.fields.size()) {
      fail(fmt::format("{} has {} values for {} fields", key, words.size() - 1,
                       header_.fields.size()));
    }
    for (std::size_t i = 1; i < words.size(); ++i)
      takeOfField(key, words[i], header_.fields[i - 1]);
  }

  void takeOfField(const std::string& key, std::string_view word, PcdHeader::Field& field) const {
    const std::optional<std::uint64_t> number = wholeNumber(word);
    bool good = false;
    if (key == "TYPE") {
      good = word == "F" || word == "I" || word == "U";
      field.type = word[0];
    } else if (key == "SIZE") {
      good = number && (*number == 1 || *number == 2 || *number == 4 || *number == 8);
      if (good) field.size = *number;
    } else {
      good = number && *number >= 1 && *number <= kMostCount;
      if (good) field.count = *number;
    }
    if (!good) fail(fmt::format("{} is '{}' for the field {}", key, word, field.name));
  }

  void setNumber(std::optional<std::uint64_t>& number, const Words& words) const {
    if (words.size() == 2) number = wholeNumber(words[1]);
    if (!number || *number > kMostPoints) {
      fail(fmt::format("{} is to be a whole number up to {}", words[0], kMostPoints));
    }
  }

  void takeBody(const Words& words) {
    const std::string_view kind = words.size() == 2 ? words[1] : std::string_view();
    if (kind == "ascii") {
      header_.body = PcdHeader::Body::ascii;
    } else if (kind == "binary") {
      header_.body = PcdHeader::Body::binary;
    } else if (kind == "binary_compressed") {
      header_.body = PcdHeader::Body::compressed;
    } else {
      fail("DATA is to be ascii, binary or binary_compressed");
    }
    done_ = true;
  }

  void finish() {
    header_.body_offset = at_;
    header_.body_line = line_ + 1;
    if (header_.fields.empty()) fail("no FIELDS are named before the data");
    for (const PcdHeader::Field& field : header_.fields) {
      if (field.type == 'F' && field.size < 4) {
        fail(fmt::format("the field {} is a float of {} bytes", field.name, field.size));
      }
    }
    if (!points_ && !width_) fail("neither POINTS nor WIDTH says how many points there are");
    const std::uint64_t area = width_.value_or(0) * height_.value_or(1);  // below 2^64
    header_.points = points_.value_or(area);
    if ((width_ && area != header_.points) || header_.points > kMostPoints) {
      fail(fmt::format("WIDTH times HEIGHT is {}, POINTS is {}", area,
                       points_.value_or(kMostPoints)));
    }
  }

  std::string_view head_;
  const std::string& file_;
  PcdHeader header_;
  std::set<std::string> seen_;
  std::optional<std::uint64_t> width_, height_, points_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  bool done_ = false;
};

}  // namespace

std::size_t PcdHeader::step() const {
  std::size_t bytes = 0;
  for (const Field& field : fields) bytes += field.bytes();
  return bytes;
}

bool startsLikePcd(std::string_view head) {
  for (const char* first : {"# .PCD", "#.PCD"}) {
    if (head.starts_with(first)) return true;
  }
  // Without that comment the entries themselves have to be there.
  const bool named =
      head.starts_with("VERSION ") || head.starts_with("FIELDS ") || head.starts_with("COLUMNS ");
  return named && head.find("\nDATA ") != head.npos;
}

PcdHeader readPcdHeader(std::string_view head, const std::string& file) {
  return Parser(head, file).run();
}

}  // namespace lineament::io
