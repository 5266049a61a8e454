// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/blob_crs.h"

namespace lineament::io {

void appendToBlob(BlobWriter& writer, const Crs& crs) {
  writer.text(crs.wkt);
  writer.text(crs.name);
  writer.text(crs.unit);
  writer.flag(crs.geographic);
  writer.number(crs.metres);
}

Crs crsFromBlob(BlobReader& reader) {
  Crs crs;
  crs.wkt = reader.text();
  crs.name = reader.text();
  crs.unit = reader.text();
  crs.geographic = reader.flag();
  crs.metres = reader.number<double>();
  return crs;
}

}  // namespace lineament::io
