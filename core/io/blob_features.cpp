// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/blob_features.h"

#include "core/base/error.h"
#include "core/io/blob_crs.h"
#include "core/io/blob_table.h"

namespace lineament::io {

namespace {

Geometries::Arrays arraysFrom(BlobReader& reader) {
  Geometries::Arrays arrays;
  arrays.types = reader.array<std::uint8_t>();
  arrays.features = reader.array<std::uint32_t>();
  arrays.parts = reader.array<std::uint32_t>();
  arrays.rings = reader.array<std::uint32_t>();
  arrays.coordinates = reader.array<double>();
  return arrays;
}

}  // namespace

void appendToBlob(BlobWriter& writer, const Features& features) {
  const Geometries::Arrays& arrays = features.geometries().arrays();
  writer.text(features.name());
  appendToBlob(writer, features.crs());
  writer.array(arrays.types);
  writer.array(arrays.features);
  writer.array(arrays.parts);
  writer.array(arrays.rings);
  writer.array(arrays.coordinates);
  appendToBlob(writer, features.attributes());
}

Features featuresFromBlob(BlobReader& reader) {
  std::string name = reader.text();
  Crs crs = crsFromBlob(reader);
  Geometries::Arrays arrays = arraysFrom(reader);
  Table attributes = tableFromBlob(reader);
  try {
    return Features(std::move(name), std::move(crs), Geometries(std::move(arrays)),
                    std::move(attributes));
  } catch (const Error& error) {
    reader.malformed(error.found());
  }
}

}  // namespace lineament::io
