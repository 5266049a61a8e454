// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lineament::text {

enum class PieceKind : std::uint8_t { normal, unknown, control, user, unused, byte };

struct Piece {
  std::string text;  // empty: this id has none
  double score = 0;
  PieceKind kind = PieceKind::normal;
};

// Pieces by their ids and the other way round. Where two ids have the same piece, the later one is
// found, as in the implementations that tokenizers come from.
class Vocabulary {
 public:
  Vocabulary() = default;
  explicit Vocabulary(std::vector<Piece> pieces);
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;

  std::size_t size() const { return pieces_.size(); }
  bool has(std::int32_t id) const {
    return id >= 0 && static_cast<std::size_t>(id) < pieces_.size() && !(*this)[id].text.empty();
  }
  const Piece& operator[](std::int32_t id) const { return pieces_[static_cast<std::size_t>(id)]; }
  std::optional<std::int32_t> find(std::string_view piece) const;

  // The piece "<0xNN>" of that byte.
  std::optional<std::int32_t> byte(unsigned char value) const;

 private:
  std::vector<Piece> pieces_;
  std::unordered_map<std::string_view, std::int32_t> ids_;  // into pieces_, which never grows
};

// The byte that a piece "<0xNN>" stands for.
std::optional<unsigned char> byteOfPiece(std::string_view piece);

}  // namespace lineament::text
