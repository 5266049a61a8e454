// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/text/pipeline.h"
#include "core/text/regex.h"

namespace lineament::text {

// Steps from pieces back to a text ("decoders" in tokenizer.json).

DecodeStep lettersAsBytes();  // of byte-level pieces, all in one
DecodeStep bytePieces();      // "<0xNN>" as bytes; runs that are no UTF-8 as one U+FFFD per byte
DecodeStep fused();           // all in one
DecodeStep replacedInPieces(std::string pattern, std::string content);
DecodeStep replacedInPieces(Regex pattern, std::string content);
// Up to that many letters `content` at the start and the end of each piece.
DecodeStep strippedPieces(std::string content, std::size_t start, std::size_t stop);
// `mark` as a space, but not at the start of the first piece where one was put before the text.
DecodeStep marksAsSpaces(std::string mark, bool first_dropped);
// Pieces joined by spaces but for those that go on a word; `cleanup` takes back the spaces before
// punctuation and English contractions.
DecodeStep wordPieces(std::string continuing_prefix, bool cleanup);
// Of pieces with a mark at the ends of words.
DecodeStep suffixesAsSpaces(std::string suffix);
DecodeStep joinedBySpaces();

}  // namespace lineament::text
