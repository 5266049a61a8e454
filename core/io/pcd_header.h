// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lineament::io {

// The head of a point cloud file of the Point Cloud Library, version 0.7, and its older names.
struct PcdHeader {
  enum class Body { ascii, binary, compressed };
  struct Field {
    std::string name;
    std::size_t size = 4;   // bytes of one value: 1, 2, 4, 8
    char type = 'F';        // F: float, I: signed, U: unsigned
    std::size_t count = 1;  // values of one point

    std::size_t bytes() const { return size * count; }  // of one point
    bool padding() const { return name == "_"; }
  };

  std::vector<Field> fields;
  std::uint64_t points = 0;
  Body body = Body::ascii;
  std::size_t body_offset = 0;  // behind the DATA line
  std::size_t body_line = 1;    // the number of the line behind it

  std::size_t step() const;  // bytes of one point, padding and all
};

// Whether a file of these first letters has such a head.
bool startsLikePcd(std::string_view head);

// Reads it from the file's first 64 KiB. Throws Error "pcd.header" with the line that is wrong.
// Fields, values of a point and points are limited so that their product cannot overflow.
PcdHeader readPcdHeader(std::string_view head, const std::string& file);

}  // namespace lineament::io
