// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/sentencepiece_model.h"

#include <fmt/format.h>

#include <cmath>

#include "core/io/protobuf_fields.h"
#include "core/text/tokenizer_errors.h"

namespace lineament::text {

namespace {

using io::ProtobufField;
using io::ProtobufFields;
using Wire = ProtobufField::Wire;

constexpr std::size_t kMostPieces = 1 << 24;

PieceKind kindOf(std::uint64_t type, const std::string& file, std::size_t id) {
  switch (type) {
    case 1:
      return PieceKind::normal;
    case 2:
      return PieceKind::unknown;
    case 3:
      return PieceKind::control;
    case 4:
      return PieceKind::user;
    case 5:
      return PieceKind::unused;
    case 6:
      return PieceKind::byte;
    default:
      break;
  }
  throwMalformed(file, fmt::format("a piece has the type {}", type), fmt::format("piece {}", id));
}

Piece pieceOf(std::span<const std::byte> message, const std::string& file, std::size_t id) {
  Piece piece;
  ProtobufFields fields(message, file);
  while (const auto field = fields.next()) {
    if (field->number == 1 && field->wire == Wire::bytes) piece.text = field->text();
    if (field->number == 2 && field->wire == Wire::fixed32) piece.score = field->real();
    if (field->number == 3 && field->wire == Wire::varint) {
      piece.kind = kindOf(field->value, file, id);
    }
  }
  if (!std::isfinite(piece.score)) {
    throwMalformed(file, "a score is no number", fmt::format("piece {}", id));
  }
  return piece;
}

void readTrainer(std::span<const std::byte> message, const std::string& file,
                 SentencePieceModel& model) {
  ProtobufFields fields(message, file);
  while (const auto field = fields.next()) {
    const bool number = field->wire == Wire::varint;
    const auto id = static_cast<std::int32_t>(field->value);  // -1 is written as 64 bits
    if (field->number == 44 && field->wire == Wire::bytes) model.unknown_surface = field->text();
    if (!number) continue;
    if (field->number == 3) model.kind = static_cast<SentencePieceModel::Kind>(field->value);
    if (field->number == 24) model.space_behind = field->value != 0;
    if (field->number == 35) model.byte_fallback = field->value != 0;
    if (field->number == 40) model.unknown = id;
    if (field->number == 41) model.beginning = id;
    if (field->number == 42) model.ending = id;
  }
}

void readNormalizer(std::span<const std::byte> message, const std::string& file,
                    SentencePieceModel& model) {
  ProtobufFields fields(message, file);
  while (const auto field = fields.next()) {
    if (field->number == 2 && field->wire == Wire::bytes) model.charsmap = field->text();
    if (field->wire != Wire::varint) continue;
    if (field->number == 3) model.dummy_prefix = field->value != 0;
    if (field->number == 4) model.collapse_spaces = field->value != 0;
    if (field->number == 5) model.escape_spaces = field->value != 0;
  }
}

// Ids of the trainer that the pieces do not bear out are none.
void checkIds(SentencePieceModel& model, const std::string& file) {
  const auto is = [&](std::int32_t id, PieceKind kind) {
    return id >= 0 && static_cast<std::size_t>(id) < model.pieces.size() &&
           model.pieces[static_cast<std::size_t>(id)].kind == kind;
  };
  if (!is(model.beginning, PieceKind::control)) model.beginning = -1;
  if (!is(model.ending, PieceKind::control)) model.ending = -1;
  if (is(model.unknown, PieceKind::unknown)) return;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    if (model.pieces[id].kind != PieceKind::unknown) continue;
    model.unknown = static_cast<std::int32_t>(id);
    return;
  }
  throwMalformed(file, "it has no piece for what is unknown");
}

}  // namespace

SentencePieceModel sentencePieceModel(std::string_view bytes, const std::string& file) {
  SentencePieceModel model;
  ProtobufFields fields(std::as_bytes(std::span(bytes)), file);
  while (const auto field = fields.next()) {
    if (field->wire != Wire::bytes) continue;
    if (field->number == 1) {
      if (model.pieces.size() >= kMostPieces) throwMalformed(file, "it has too many pieces");
      model.pieces.push_back(pieceOf(field->bytes, file, model.pieces.size()));
    }
    if (field->number == 2) readTrainer(field->bytes, file, model);
    if (field->number == 3) readNormalizer(field->bytes, file, model);
  }
  if (model.pieces.empty()) throwMalformed(file, "it holds no pieces");
  checkIds(model, file);
  return model;
}

}  // namespace lineament::text
