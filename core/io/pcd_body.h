// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/base/memory.h"
#include "core/data/shared_array.h"
#include "core/io/pcd_header.h"

namespace lineament::io {

// The values of a PCD file, whichever way they were stored.
class PcdBody {
 public:
  // Throws Error "pcd.size", "pcd.compressed", "pcd.value", "memory.budget". Nothing is allocated
  // before the bytes that are there were compared with what the header says.
  PcdBody(const PcdHeader& header, SharedArray<std::byte> bytes, const std::string& file,
          const Context& context);

  double value(std::size_t field, std::size_t point, std::size_t element = 0) const;
  std::uint32_t bits(std::size_t field, std::size_t point) const;  // of four bytes, as they are

 private:
  struct Plane {
    std::size_t begin = 0;   // of the first point's value
    std::size_t stride = 0;  // from point to point
  };
  void placeRecords(std::size_t begin);
  void decompress(std::span<const std::byte> body, const std::string& file);
  void readText(std::string_view text, const std::string& file, const Context& context);
  const std::byte* at(std::size_t field, std::size_t point, std::size_t element) const {
    const Plane& plane = planes_[field];
    return bytes_.data() + plane.begin + point * plane.stride +
           element * header_.fields[field].size;
  }

  PcdHeader header_;
  MemoryReservation room_;  // of what is not mapped
  SharedArray<std::byte> bytes_;
  std::vector<Plane> planes_;  // one per field
};

}  // namespace lineament::io
