// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text/vocabulary.h"

namespace lineament::text {

// What a SentencePiece .model holds (sentencepiece_model.proto of Kudo and Richardson 2018).
struct SentencePieceModel {
  enum class Kind { unigram = 1, bpe = 2, word = 3, letter = 4 };

  std::vector<Piece> pieces;
  Kind kind = Kind::unigram;
  bool byte_fallback = false;
  bool space_behind = false;  // words end with their space instead of beginning with it
  std::int32_t unknown = 0;
  std::int32_t beginning = 1;  // -1: it has none
  std::int32_t ending = 2;
  std::string unknown_surface = " \xE2\x81\x87 ";
  // Of the normaliser.
  std::string charsmap;
  bool dummy_prefix = true;
  bool collapse_spaces = true;
  bool escape_spaces = true;
};

// Throws Error "tokenizer.malformed" for a message that is no such model, "file.cut_short" and
// "protobuf.field" for one that is broken.
SentencePieceModel sentencePieceModel(std::string_view bytes, const std::string& file);

}  // namespace lineament::text
