// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/kitti.h"

#include <cmath>
#include <cstring>

#include "core/io/byte_cursor.h"

namespace lineament::io {

namespace {

constexpr ErrorText kSize{"kitti.size", "Read {file} as a KITTI scan",
                          "its {size} bytes are no whole number of 16-byte points", "",
                          "The file is incomplete, or of another kind: copy it again"};
constexpr ErrorText kValues{"kitti.values", "Read {file} as a KITTI scan",
                            "a point is {x}, {y}, {z} with reflectance {r}, which no scan holds",
                            "point {point}",
                            "The file is of another kind: KITTI scans hold metres under 250"};

constexpr std::size_t kRecord = 16;
constexpr float kFarthest = 250;
constexpr float kBrightest = 1;
constexpr std::size_t kPointsBetweenChecks = 1 << 18;

struct Point {
  float x, y, z, reflectance;

  bool plausible() const {
    // Comparisons with NaN are false.
    return std::abs(x) < kFarthest && std::abs(y) < kFarthest && std::abs(z) < kFarthest &&
           reflectance >= 0 && reflectance <= kBrightest;
  }
};
static_assert(sizeof(Point) == kRecord);

Point pointAt(std::span<const std::byte> bytes, std::size_t index) {
  Point point;
  std::memcpy(&point, bytes.data() + index * kRecord, kRecord);
  return point;
}

class KittiReader final : public Reader {
 public:
  std::string_view id() const override { return "kitti"; }
  std::string_view title() const override { return "KITTI velodyne scan"; }
  std::vector<std::string> extensions() const override { return {".bin"}; }

  Confidence probe(const Probe& probe) const override {
    if (!probe.hasExtension(".bin") || probe.hasExtension(".pcd.bin")) return Confidence::no;
    if (probe.size % kRecord != 0) return Confidence::no;
    const std::size_t points = probe.head.size() / kRecord;
    std::size_t moving = 0;  // a file of zeros or of tiny numbers is something else
    for (std::size_t i = 0; i < points; ++i) {
      const Point point = pointAt(probe.head, i);
      if (!point.plausible()) return Confidence::no;
      moving += std::abs(point.x) + std::abs(point.y) > 0.1f;
    }
    return moving * 2 > points ? Confidence::likely : Confidence::perhaps;
  }

  Data read(const std::filesystem::path& path, const Parameters&,
            const Context& context) const override {
    const SharedArray<std::byte> bytes = mapFile(path);
    const std::string file = path.filename().string();
    if (bytes.size() % kRecord != 0) throw Error(kSize, {{"file", file}, {"size", bytes.size()}});
    const std::size_t count = bytes.size() / kRecord;
    std::vector<float> positions(3 * count), reflectance(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (i % kPointsBetweenChecks == 0) context.checkpoint(double(i) / double(count));
      const Point point = pointAt(bytes.span(), i);
      if (!point.plausible()) {
        throw Error(kValues, {{"file", file},
                              {"point", i + 1},
                              {"x", point.x},
                              {"y", point.y},
                              {"z", point.z},
                              {"r", point.reflectance}});
      }
      std::memcpy(&positions[3 * i], &point, 3 * sizeof(float));
      reflectance[i] = point.reflectance;
    }
    PointCloud cloud;
    cloud.positions = std::move(positions);
    cloud.attributes.push_back({"reflectance", "", std::move(reflectance)});
    cloud.frame = "KITTI velodyne: x forward, y left, z up";
    return Data(std::move(cloud));
  }
};

}  // namespace

std::unique_ptr<Reader> makeKittiReader() {
  return std::make_unique<KittiReader>();
}

}  // namespace lineament::io
