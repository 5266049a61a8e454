// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_source.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace lineament::io {

namespace {

constexpr std::size_t kRawBlock = 256 << 10;

void appendLetter(std::string& text, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// The letters of Windows-1252 at 0x80 to 0x9F; all others are those of Unicode.
constexpr std::array<std::uint16_t, 32> kWindows1252{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

void decodeWindows1252(std::string_view raw, std::string& text) {
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    appendLetter(text, byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte);
  }
}

constexpr std::uint32_t kReplacement = 0xFFFD;

bool isHigh(std::uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool isLow(std::uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// Decodes whole letters and gives how many bytes they took; at the end of the file what is left
// over of a letter becomes the replacement letter.
std::size_t decodeUtf16(std::string_view raw, bool big, bool at_end, std::string& text) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(raw[at]);
    const auto second = static_cast<unsigned char>(raw[at + 1]);
    return static_cast<std::uint32_t>(big ? first << 8 | second : second << 8 | first);
  };
  std::size_t at = 0;
  while (at + 2 <= raw.size()) {
    const std::uint32_t code = unit(at);
    if (isHigh(code) && at + 4 > raw.size() && !at_end) break;
    at += 2;
    if (isHigh(code) && at + 2 <= raw.size() && isLow(unit(at))) {
      appendLetter(text, 0x10000 + ((code - 0xD800) << 10) + (unit(at) - 0xDC00));
      at += 2;
    } else {
      appendLetter(text, isHigh(code) || isLow(code) ? kReplacement : code);
    }
  }
  if (at_end && at < raw.size()) {
    appendLetter(text, kReplacement);
    at = raw.size();
  }
  return at;
}

struct Mark {
  TextEncoding encoding;
  std::string_view bytes;
};

constexpr std::array kMarks{Mark{TextEncoding::utf8, "\xEF\xBB\xBF"},
                            Mark{TextEncoding::utf16_little, "\xFF\xFE"},
                            Mark{TextEncoding::utf16_big, "\xFE\xFF"}};

}  // namespace

TextSource::TextSource(const std::filesystem::path& path, std::optional<TextEncoding> encoding)
    : file_(path) {
  std::array<std::byte, 3> head{};
  compressed_ = startsGzip(std::span(head).first(file_.readSome(0, head)));
  rewind();
  std::array<char, 3> start{};
  const std::string_view found(start.data(), readRaw(start));
  for (const Mark& mark : kMarks) {
    if (found.substr(0, mark.bytes.size()) != mark.bytes) continue;
    if (encoding && *encoding != mark.encoding) continue;
    encoding_ = mark.encoding;
    mark_bytes_ = mark.bytes.size();
    sure_ = true;
    break;
  }
  if (encoding) {
    encoding_ = *encoding;
    sure_ = true;
  }
  rewind();
}

void TextSource::rewind() {
  offset_ = 0;
  held_ = taken_ = 0;
  decoded_.clear();
  if (compressed_) inflated_ = std::make_unique<GzipStream>(file_);
  std::array<char, 3> mark{};
  readRaw(std::span(mark).first(mark_bytes_));
}

std::size_t TextSource::readRaw(std::span<char> block) {
  if (inflated_) return inflated_->read(block);
  const std::size_t count = file_.readSome(offset_, std::as_writable_bytes(block));
  offset_ += count;
  return count;
}

double TextSource::fraction() const {
  const std::uint64_t used = inflated_ ? inflated_->consumed() : offset_;
  return file_.size() == 0 ? 1.0 : static_cast<double>(used) / static_cast<double>(file_.size());
}

bool TextSource::refill() {
  decoded_.clear();
  taken_ = 0;
  raw_.resize(kRawBlock);
  const std::size_t count = readRaw(std::span(raw_).subspan(held_));
  const std::string_view raw(raw_.data(), held_ + count);
  if (raw.empty()) return false;
  if (encoding_ == TextEncoding::windows1252) {
    decodeWindows1252(raw, decoded_);
    return true;
  }
  const bool at_end = held_ + count < raw_.size();
  const std::size_t used = decodeUtf16(raw, encoding_ == TextEncoding::utf16_big, at_end, decoded_);
  held_ = raw.size() - used;
  std::memmove(raw_.data(), raw_.data() + used, held_);
  return true;
}

std::size_t TextSource::read(std::span<char> block) {
  if (encoding_ == TextEncoding::utf8) return readRaw(block);
  std::size_t done = 0;
  while (done < block.size()) {
    if (taken_ == decoded_.size() && !refill()) break;
    const std::size_t count = std::min(block.size() - done, decoded_.size() - taken_);
    std::memcpy(block.data() + done, decoded_.data() + taken_, count);
    taken_ += count;
    done += count;
  }
  return done;
}

void TextSource::skip(std::uint64_t count) {
  if (!inflated_ && encoding_ == TextEncoding::utf8) {
    offset_ += count;
    return;
  }
  std::vector<char> block(kRawBlock);
  while (count > 0) {
    const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(count, block.size()));
    if (read(std::span(block).first(part)) < part) return;
    count -= part;
  }
}

std::string_view title(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::utf8:
      return "UTF-8";
    case TextEncoding::utf16_little:
      return "UTF-16, little-endian";
    case TextEncoding::utf16_big:
      return "UTF-16, big-endian";
    case TextEncoding::windows1252:
      return "Windows-1252";
  }
  return {};
}

}  // namespace lineament::io
