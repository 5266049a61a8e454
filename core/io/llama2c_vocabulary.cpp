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

}  // namespace

Llama2cVocabulary llama2cVocabulary(std::string_view bytes, const std::string& file) {
  ByteCursor cursor(std::as_bytes(std::span(bytes)), file);
  Llama2cVocabulary made;
  const auto fail = [&](std::string_view problem) {
    throw Error(kLayout, {{"file", file}, {"problem", problem}, {"piece", made.pieces.size()}});
  };
  const auto longest = cursor.number<std::uint32_t>();
  if (longest == 0 || longest > kLongestPiece) {
    fail(fmt::format("its longest piece is said to have {} bytes", longest));
  }
  while (cursor.remaining() > 0) {
    const auto score = cursor.number<float>();
    if (!std::isfinite(score)) fail("its score is no number");
    const auto length = cursor.number<std::uint32_t>();
    if (length > longest) {
      fail(fmt::format("it has {} bytes where the longest is said to have {}", length, longest));
    }
    made.pieces.emplace_back(cursor.text(length));
    made.scores.push_back(score);
  }
  if (made.pieces.size() < kFirstByte + kBytes) {
    fail(fmt::format("it ends after {} pieces, where unknown, start, end and 256 bytes come first",
                     made.pieces.size()));
  }
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    const std::string& piece = made.pieces[kFirstByte + byte];
    if (piece != fmt::format("<0x{:02X}>", byte)) {
      throw Error(kLayout, {{"file", file},
                            {"problem", fmt::format("<0x{:02X}> was expected", byte)},
                            {"piece", kFirstByte + byte}});
    }
  }
  return made;
}

bool isLlama2cVocabulary(std::string_view bytes) {
  try {
    llama2cVocabulary(bytes, "");
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace lineament::io
