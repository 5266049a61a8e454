// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/io/csv_options.h"
#include "core/io/gzip_stream.h"

namespace lineament::io {

// A text file as a stream of UTF-8, whatever its encoding and whether or not it is gzipped. Only a
// block of it is in memory at a time.
class TextSource {
 public:
  // Without an encoding it is told by the byte-order mark, else UTF-8.
  TextSource(const std::filesystem::path& path, std::optional<TextEncoding> encoding);

  std::size_t read(std::span<char> block);  // fewer than asked only at the end
  void rewind();
  void skip(std::uint64_t count);  // letters of UTF-8

  const std::filesystem::path& path() const { return file_.path(); }
  TextEncoding encoding() const { return encoding_; }
  bool encodingIsSure() const { return sure_; }  // chosen, or told by a byte-order mark
  double fraction() const;                       // of the file that has been read

 private:
  std::size_t readRaw(std::span<char> block);
  bool refill();  // decodes the next raw block

  InputFile file_;
  TextEncoding encoding_ = TextEncoding::utf8;
  bool sure_ = false;
  bool compressed_ = false;
  std::size_t mark_bytes_ = 0;
  std::unique_ptr<GzipStream> inflated_;
  std::uint64_t offset_ = 0;
  std::vector<char> raw_;  // for decoding; its first `held_` bytes are an unfinished letter
  std::size_t held_ = 0;
  std::string decoded_;
  std::size_t taken_ = 0;  // of `decoded_`
};

std::string_view title(TextEncoding encoding);

}  // namespace lineament::io
