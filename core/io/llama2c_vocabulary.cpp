// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/llama2c_vocabulary.h"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.h"
#include "core/io/byte_cursor.h"

namespace lineament::io {

namespace {

constexpr ErrorText kLayout{"llama2c.vocabulary", "Read {file} as a llama2.c vocabulary",
                            "{problem}", "piece {piece}",
                            "Export it again with llama2.c's tokenizer.py, or copy it again"};

constexpr std::uint32_t kLongestPiece = 4096;
constexpr std::size_t kFirstByte = 3;
constexpr std::size_t kBytes = 256;

// Pieces up to `most`, or to the end of the bytes.
Llama2cVocabulary readPieces(std::string_view bytes, const std::string& file, std::size_t most) {
  ByteCursor cursor(std::as_bytes(std::span(bytes)), file);
  Llama2cVocabulary made;
  const auto fail = [&](std::size_t piece, std::string_view problem) {
    throw Error(kLayout, {{"file", file}, {"problem", problem}, {"piece", piece}});
  };
  const auto longest = cursor.number<std::uint32_t>();
  if (longest == 0 || longest > kLongestPiece) {
    fail(0, fmt::format("the longest piece is said to have {} bytes", longest));
  }
  while (cursor.remaining() > 0 && made.pieces.size() < most) {
    const std::size_t at = made.pieces.size();
    const auto score = cursor.number<float>();
    if (!std::isfinite(score)) fail(at, "its score is no number");
    const auto length = cursor.number<std::uint32_t>();
    if (length > longest) {
      fail(at,
           fmt::format("it has {} bytes where the longest is said to have {}", length, longest));
    }
    made.pieces.emplace_back(cursor.text(length));
    made.scores.push_back(score);
  }
  if (made.pieces.size() < kFirstByte + kBytes) {
    fail(made.pieces.size(), "it is missing: unknown, start, end and 256 bytes come first");
  }
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    if (made.pieces[kFirstByte + byte] != fmt::format("<0x{:02X}>", byte)) {
      fail(kFirstByte + byte, fmt::format("<0x{:02X}> was expected", byte));
    }
  }
  return made;
}

bool reads(std::string_view bytes, std::size_t most) {
  try {
    readPieces(bytes, "", most);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Llama2cVocabulary llama2cVocabulary(std::string_view bytes, const std::string& file) {
  return readPieces(bytes, file, SIZE_MAX);
}

bool isLlama2cVocabulary(std::string_view bytes) {
  return reads(bytes, SIZE_MAX);
}

bool beginsLlama2cVocabulary(std::string_view bytes) {
  return reads(bytes, kFirstByte + kBytes);
}

}  // namespace lineament::io
