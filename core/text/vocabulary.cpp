// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/vocabulary.h"

#include <fmt/format.h>

#include <charconv>

namespace lineament::text {

Vocabulary::Vocabulary(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
  ids_.reserve(pieces_.size());
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (!pieces_[i].text.empty()) {
      ids_.insert_or_assign(pieces_[i].text, static_cast<std::int32_t>(i));
    }
  }
}

std::optional<std::int32_t> Vocabulary::find(std::string_view piece) const {
  const auto found = ids_.find(piece);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int32_t> Vocabulary::byte(unsigned char value) const {
  return find(fmt::format("<0x{:02X}>", value));
}

std::optional<unsigned char> byteOfPiece(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
  unsigned char value = 0;
  const char* end = piece.data() + 5;
  const auto [last, error] = std::from_chars(piece.data() + 3, end, value, 16);
  return error == std::errc() && last == end ? std::optional(value) : std::nullopt;
}

}  // namespace lineament::text
