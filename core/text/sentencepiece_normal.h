// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/text/pipeline.h"
#include "core/text/sentencepiece_model.h"

namespace lineament::text {

// SentencePiece's normaliser: the longest rule of the character map at each place, leading and
// trailing spaces dropped and runs of them made one, a space put before the text, spaces as
// U+2581. Pieces of the user are taken as they are. Throws Error "tokenizer.malformed" for a
// character map that is none.
Normalizer sentencePieceNormal(const std::string& file, const SentencePieceModel& model);

}  // namespace lineament::text
