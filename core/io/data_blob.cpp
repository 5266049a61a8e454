// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/data_blob.h"

#include <zlib.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/io/blob_features.h"
#include "core/io/blob_raster.h"
#include "core/io/blob_stream.h"
#include "core/io/blob_table.h"
#include "core/io/blob_values.h"

namespace lineament::io {

namespace {

constexpr ErrorText kDamaged{"blob.damaged", "Read the stored data",
                             "its checksum does not agree: the bytes have changed", "",
                             "Restore the project from a copy, or run the analysis again"};
constexpr ErrorText kKind{"blob.kind", "Read the stored data as {expected}", "it is a {found}", "",
                          "Restore the project from a copy, or run the analysis again"};
constexpr ErrorText kVersion{"blob.version", "Read the stored data",
                             "it has the layout {found}, this version knows up to {known}", "",
                             "Open it with a newer version of Lineament"};

constexpr std::uint32_t kMagic = 0x424d4e4c;  // "LNMB"
// 2: attention with factors and measures; a checkpoint's configuration and tokenizer.
constexpr std::uint16_t kLayout = 3;

std::uint32_t checksum(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

Data valueFrom(Kind kind, BlobReader& reader) {
  switch (kind) {
    case Kind::table:
      return Data(tableFromBlob(reader));
    case Kind::tensor:
      return Data(tensorFromBlob(reader));
    case Kind::model:
      return Data(modelFromBlob(reader));
    case Kind::explanation:
      return Data(explanationFromBlob(reader));
    case Kind::series:
      return Data(seriesFromBlob(reader));
    case Kind::note:
      return Data(noteFromBlob(reader));
    case Kind::checkpoint:
      return Data(checkpointFromBlob(reader));
    case Kind::figure:
      return Data(figureFromBlob(reader));
    case Kind::points:
      return Data(pointsFromBlob(reader));
    case Kind::attention:
      return Data(attentionFromBlob(reader));
    case Kind::comparison:
      return Data(comparisonFromBlob(reader));
    case Kind::raster:
      return Data(rasterFromBlob(reader));
    case Kind::features:
      return Data(featuresFromBlob(reader));
    default:
      reader.malformed("this kind is not stored");
  }
}

}  // namespace

std::vector<std::byte> toBlob(const Data& data) {
  BlobWriter writer;
  writer.number(kMagic);
  writer.number(kLayout);
  writer.number(static_cast<std::uint16_t>(data.kind()));
  std::visit([&](const auto& value) { appendToBlob(writer, value); }, data.value());
  writer.number(checksum(writer.bytes()));
  return writer.take();
}

Data fromBlob(Kind kind, std::span<const std::byte> blob) {
  const MemoryReservation room = reserveMemory(blob.size(), "stored data");
  BlobReader reader(blob);
  if (reader.number<std::uint32_t>() != kMagic) reader.malformed("it is not stored data");
  const auto layout = reader.number<std::uint16_t>();
  if (layout > kLayout) throw Error(kVersion, {{"found", layout}, {"known", kLayout}});
  reader.setLayout(layout);
  const auto stored = reader.number<std::uint16_t>();
  const std::size_t end = blob.size() - std::min(blob.size(), sizeof(std::uint32_t));
  std::uint32_t expected = 0;
  if (end >= 8) std::memcpy(&expected, blob.data() + end, sizeof expected);
  if (end < 8 || checksum(blob.first(end)) != expected) throw Error(kDamaged);
  if (stored > static_cast<std::uint16_t>(Kind::image)) reader.malformed("its kind is not known");
  if (stored != static_cast<std::uint16_t>(kind)) {
    throw Error(kKind, {{"expected", name(kind)}, {"found", name(static_cast<Kind>(stored))}});
  }
  Data data = valueFrom(kind, reader);
  if (reader.remaining() != sizeof expected) reader.malformed("more follows its end");
  return data;
}

}  // namespace lineament::io
