// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// Point clouds of the Point Cloud Library (PCD 0.7; layout after its io/src/pcd_io.cpp): text,
// binary, and LZF-compressed. The fields x, y and z become the positions, those of double precision
// relative to the first point rounded; rgb and rgba become red, green, blue (and alpha) from 0 to
// 255; every other field becomes an attribute in single precision, one for each value it has.
// Points whose position is not finite are left out with a note. Throws Error "pcd.header",
// "pcd.no_position", "pcd.size", "pcd.compressed" or "pcd.value".
std::unique_ptr<Reader> makePcdReader();

}  // namespace lineament::io
