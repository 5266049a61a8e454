// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/piece_list.h"

#include <fmt/format.h>

#include "core/text/shown_bytes.h"

namespace lineament::text {

namespace {

constexpr std::int64_t kMostPieces = 1 << 21;  // eight times the largest published

}  // namespace

void placePiece(std::string_view file, std::int64_t id, Piece piece, std::vector<Piece>& pieces) {
  if (id < 0 || id >= kMostPieces) {
    throwMalformed(file, fmt::format("the id {} is none", id), "piece " + shownBytes(piece.text));
  }
  const auto index = static_cast<std::size_t>(id);
  if (index >= pieces.size()) pieces.resize(index + 1);
  pieces[index] = std::move(piece);
}

void placeAdded(std::string_view file, const AddedToken& token, std::vector<Piece>& pieces) {
  const PieceKind kind = token.special ? PieceKind::control : PieceKind::normal;
  const bool known = token.id >= 0 && static_cast<std::size_t>(token.id) < pieces.size();
  const double score = known ? pieces[static_cast<std::size_t>(token.id)].score : 0;
  placePiece(file, token.id, {token.content, score, kind}, pieces);
}

std::vector<Piece> piecesById(const JsonFields& list) {
  std::vector<Piece> pieces;
  for (const auto& [name, value] : list.json().items()) {
    if (!value.is_number_integer()) list.fail("its id is no whole number", "piece " + name);
    placePiece(list.file(), value.get<std::int64_t>(), {name}, pieces);
  }
  if (pieces.empty()) list.fail("it has no pieces", "vocabulary");
  return pieces;
}

std::string_view takeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace lineament::text
