// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/pcd_body.h"

#include <fast_float/fast_float.h>

#include <charconv>
#include <cstring>

#include "core/base/error.h"
#include "core/io/lzf.h"

namespace lineament::io {

namespace {

constexpr ErrorText kSize{"pcd.size", "Read {file} as a PCD point cloud",
                          "{points} points of {step} bytes are announced, {size} bytes are there",
                          "", "The file is incomplete, or was translated as text: copy it again"};
constexpr ErrorText kCompressed{"pcd.compressed", "Read {file} as a PCD point cloud", "{found}", "",
                                "The file is damaged or incomplete: copy it again"};
constexpr ErrorText kValue{"pcd.value", "Read {file} as a PCD point cloud", "{found}",
                           "line {line}", "Mend the line, or write the file anew"};

// What LZF makes of its input at most: 264 bytes of 3.
constexpr std::uint64_t kMostExpansion = 88;
constexpr std::size_t kPointsBetweenChecks = 1 << 16;

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

double number(const PcdHeader::Field& field, const std::byte* from) {
  const bool is_signed = field.type == 'I';
  switch (field.size) {
    case 1:
      return is_signed ? load<std::int8_t>(from) : load<std::uint8_t>(from);
    case 2:
      return is_signed ? load<std::int16_t>(from) : load<std::uint16_t>(from);
    case 4:
      if (field.type == 'F') return static_cast<double>(load<float>(from));
      return is_signed ? load<std::int32_t>(from) : load<std::uint32_t>(from);
    default:
      if (field.type == 'F') return load<double>(from);
      return is_signed ? static_cast<double>(load<std::int64_t>(from))
                       : static_cast<double>(load<std::uint64_t>(from));
  }
}

template <class T>
bool store(std::string_view word, std::byte* to) {
  T value{};
  const char* const end = word.data() + word.size();
  if constexpr (std::is_floating_point_v<T>) {
    const auto read = fast_float::from_chars(word.data(), end, value);
    // A number beyond the type's range is infinite or zero, as it is anywhere else.
    if (read.ptr != end || read.ec == std::errc::invalid_argument) return false;
  } else {
    const auto read = std::from_chars(word.data(), end, value);
    if (read.ptr != end || read.ec != std::errc{}) return false;
  }
  std::memcpy(to, &value, sizeof value);
  return true;
}

// Colours of type F may be written as the whole number that their bits are.
bool isPackedColour(const PcdHeader::Field& field, std::string_view word) {
  const bool colour = field.name == "rgb" || field.name == "rgba";
  return colour && field.size == 4 && word.find_first_not_of("0123456789") == word.npos;
}

bool storeWord(const PcdHeader::Field& field, std::string_view word, std::byte* to) {
  const bool is_signed = field.type == 'I';
  if (isPackedColour(field, word)) return store<std::uint32_t>(word, to);
  if (field.type == 'F') return field.size == 4 ? store<float>(word, to) : store<double>(word, to);
  switch (field.size) {
    case 1:
      return is_signed ? store<std::int8_t>(word, to) : store<std::uint8_t>(word, to);
    case 2:
      return is_signed ? store<std::int16_t>(word, to) : store<std::uint16_t>(word, to);
    case 4:
      return is_signed ? store<std::int32_t>(word, to) : store<std::uint32_t>(word, to);
    default:
      return is_signed ? store<std::int64_t>(word, to) : store<std::uint64_t>(word, to);
  }
}

// The words of a text with the lines they stand in.
class TextWords {
 public:
  TextWords(std::string_view text, std::size_t line) : text_(text), line_(line) {}

  std::string_view next() {  // empty at the end
    while (at_ < text_.size() && isSpace(text_[at_])) line_ += text_[at_++] == '\n';
    const std::size_t begin = at_;
    while (at_ < text_.size() && !isSpace(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::size_t line() const { return line_; }

 private:
  static bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
  std::string_view text_;
  std::size_t line_;
  std::size_t at_ = 0;
};

std::string_view textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

PcdBody::PcdBody(const PcdHeader& header, SharedArray<std::byte> bytes, const std::string& file,
                 const Context& context)
    : header_(header), bytes_(std::move(bytes)) {
  const auto body = bytes_.span().subspan(header_.body_offset);
  std::size_t values = 0;
  for (const PcdHeader::Field& field : header_.fields) values += field.count;
  // In text, each value has a letter and, but for the last, a blank or a line end behind it.
  const bool text = header_.body == PcdHeader::Body::ascii;
  const std::uint64_t each = text ? 2 * values : header_.step();
  const bool sized = header_.body != PcdHeader::Body::compressed;
  if (sized && body.size() + (text ? 1 : 0) < header_.points * each) {
    throw Error(
        kSize, {{"file", file}, {"points", header_.points}, {"step", each}, {"size", body.size()}});
  }
  switch (header_.body) {
    case PcdHeader::Body::ascii:
      readText(textOf(body), file, context);
      break;
    case PcdHeader::Body::binary:
      placeRecords(header_.body_offset);
      break;
    case PcdHeader::Body::compressed:
      decompress(body, file);
      break;
  }
}

void PcdBody::placeRecords(std::size_t begin) {
  const std::size_t step = header_.step();
  for (const PcdHeader::Field& field : header_.fields) {
    planes_.push_back({begin, step});
    begin += field.bytes();
  }
}

void PcdBody::decompress(std::span<const std::byte> body, const std::string& file) {
  const auto fail = [&](const std::string& found) {
    throw Error(kCompressed, {{"file", file}, {"found", found}});
  };
  if (body.size() < 8) fail("the sizes of the compressed data are missing");
  const auto packed = load<std::uint32_t>(body.data());
  const auto unpacked = load<std::uint32_t>(body.data() + 4);
  if (packed > body.size() - 8) {
    fail(fmt::format("{} compressed bytes are announced, {} are there", packed, body.size() - 8));
  }
  // Field after field, without the padding.
  std::uint64_t begin = 0;
  for (const PcdHeader::Field& field : header_.fields) {
    planes_.push_back({static_cast<std::size_t>(begin), field.bytes()});
    if (!field.padding()) begin += header_.points * field.bytes();
  }
  if (unpacked != begin || unpacked > kMostExpansion * packed) {
    fail(fmt::format("{} bytes are to come of {}, the fields need {}", unpacked, packed, begin));
  }
  room_ = reserveMemory(unpacked, "the points of " + file);
  std::vector<std::byte> whole(unpacked);
  if (!decodeLzf(body.subspan(8, packed), whole)) fail("the compressed data cannot be decoded");
  bytes_ = std::move(whole);
}

void PcdBody::readText(std::string_view text, const std::string& file, const Context& context) {
  const std::size_t step = header_.step();
  room_ = reserveMemory(header_.points * step, "the points of " + file);
  std::vector<std::byte> records(header_.points * step);
  TextWords words(text, header_.body_line);
  std::byte* to = records.data();
  for (std::size_t point = 0; point < header_.points; ++point) {
    if (point % kPointsBetweenChecks == 0) {
      context.checkpoint(double(point) / double(header_.points));
    }
    for (const PcdHeader::Field& field : header_.fields) {
      for (std::size_t i = 0; i < field.count; ++i, to += field.size) {
        const std::string_view word = words.next();
        if (!word.empty() && storeWord(field, word, to)) continue;
        const std::string found =
            word.empty() ? fmt::format("the data end in point {} of {}", point + 1, header_.points)
                         : fmt::format("'{}' is no value of the field {} ({}{})",
                                       word.substr(0, 32), field.name, field.type, field.size);
        throw Error(kValue, {{"file", file}, {"found", found}, {"line", words.line()}});
      }
    }
  }
  bytes_ = std::move(records);
  placeRecords(0);
}

double PcdBody::value(std::size_t field, std::size_t point, std::size_t element) const {
  return number(header_.fields[field], at(field, point, element));
}

std::uint32_t PcdBody::bits(std::size_t field, std::size_t point) const {
  return load<std::uint32_t>(at(field, point, 0));
}

}  // namespace lineament::io
