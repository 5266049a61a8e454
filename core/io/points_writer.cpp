// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/points_writer.h"

#include <cstring>
#include <set>

#include "core/base/file.h"

namespace lineament::io {

namespace {

constexpr std::size_t kPointsPerWrite = 1 << 16;

bool aroundZero(const PointCloud& cloud) {
  return cloud.origin == std::array<double, 3>{};
}

// PLY separates by spaces and ends at line breaks.
std::string oneLine(std::string text, bool word) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || (word && c == ' ')) c = word ? '_' : ' ';
  }
  return text;
}

std::string headerOf(const PointCloud& cloud) {
  const char* type = aroundZero(cloud) ? "float" : "double";
  std::string header = "ply\nformat binary_little_endian 1.0\n";
  if (!cloud.frame.empty()) header += "comment frame " + oneLine(cloud.frame, false) + "\n";
  header += fmt::format("element vertex {}\n", cloud.points());
  for (const char* axis : {"x", "y", "z"}) header += fmt::format("property {} {}\n", type, axis);
  std::set<std::string> taken{"x", "y", "z"};
  for (const PointCloud::Attribute& attribute : cloud.attributes) {
    std::string name = oneLine(attribute.name, true);
    if (name.empty()) name = "value";
    while (!taken.insert(name).second) name += "_";
    header += "property float " + name + "\n";
  }
  return header + "end_header\n";
}

template <class T>
std::byte* put(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

}  // namespace

void writePly(const PointCloud& cloud, const std::filesystem::path& path, const Context& context) {
  OutputFile file(path);
  file.write(headerOf(cloud));
  const bool plain = aroundZero(cloud);
  const std::size_t record =
      3 * (plain ? sizeof(float) : sizeof(double)) + cloud.attributes.size() * sizeof(float);
  std::vector<std::byte> block;
  const std::size_t count = cloud.points();
  for (std::size_t first = 0; first < count; first += kPointsPerWrite) {
    context.checkpoint(double(first) / double(count), "Writing points");
    const std::size_t last = std::min(first + kPointsPerWrite, count);
    block.resize((last - first) * record);
    std::byte* at = block.data();
    for (std::size_t i = first; i < last; ++i) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const float value = cloud.positions[3 * i + axis];
        at = plain ? put(at, value) : put(at, cloud.origin[axis] + double(value));
      }
      for (const PointCloud::Attribute& attribute : cloud.attributes) {
        at = put(at, attribute.values[i]);
      }
    }
    file.write(block);
  }
  file.commit();
}

}  // namespace lineament::io
