// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "core/text/added_tokens.h"
#include "core/text/json_fields.h"
#include "core/text/vocabulary.h"

namespace lineament::text {

// Sets the piece of an id, making the list longer where it must be. An id that no vocabulary has is
// an Error "tokenizer.malformed".
void placePiece(std::string_view file, std::int64_t id, Piece piece, std::vector<Piece>& pieces);

// The same for an added token: a control piece where it is special.
void placeAdded(std::string_view file, const AddedToken& token, std::vector<Piece>& pieces);

// Of {"piece": id, ...}.
std::vector<Piece> piecesById(const JsonFields& list);

// The first line without its end, LF or CR LF, and moves the text behind it.
std::string_view takeLine(std::string_view& text);

}  // namespace lineament::text
