// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/pcd.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/base/memory.h"
#include "core/io/byte_cursor.h"
#include "core/io/pcd_body.h"
#include "core/io/pcd_header.h"

namespace lineament::io {

namespace {

constexpr ErrorText kNoPosition{"pcd.no_position", "Read {file} as a PCD point cloud",
                                "there is no field {axis}; it has {fields}", "",
                                "A cloud needs the fields x, y and z, of one value each"};

constexpr std::size_t kHead = 64 << 10;
constexpr std::size_t kPointsBetweenChecks = 1 << 16;

bool isAxis(const PcdHeader::Field& field, char axis) {
  const auto letter = static_cast<unsigned char>(field.name[0]);
  return field.name.size() == 1 && std::tolower(letter) == axis && field.count == 1;
}

bool isColour(const PcdHeader::Field& field) {
  return (field.name == "rgb" || field.name == "rgba") && field.bytes() == 4;
}

// Makes a PointCloud of what one file holds.
class Maker {
 public:
  Maker(const PcdHeader& header, const PcdBody& body, const std::string& file,
        const Context& context)
      : header_(header), body_(body), file_(file), context_(context) {}

  PointCloud run() {
    for (const int axis : {0, 1, 2}) axes_[axis] = requireAxis("xyz"[axis]);
    const MemoryReservation indices = reserveMemory(header_.points * sizeof kept_[0], what());
    findKept();
    const MemoryReservation room = reserveMemory(kept_.size() * numbers() * sizeof(float), what());
    PointCloud cloud;
    cloud.frame = "PCD: as the file has it";
    takePositions(cloud);
    for (std::size_t i = 0; i < header_.fields.size(); ++i) {
      const bool position = i == axes_[0] || i == axes_[1] || i == axes_[2];
      if (!position && !header_.fields[i].padding()) takeField(i, cloud);
    }
    return cloud;
  }

 private:
  std::string what() const { return "the cloud " + file_; }

  // Of a point: the position, and an attribute for each element and each channel of a colour.
  std::size_t numbers() const {
    std::size_t numbers = 0;
    for (const PcdHeader::Field& field : header_.fields) {
      if (!field.padding()) numbers += isColour(field) ? field.name.size() : field.count;
    }
    return numbers;
  }

  std::size_t requireAxis(char axis) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < header_.fields.size(); ++i) {
      if (isAxis(header_.fields[i], axis)) return i;
      names.push_back(header_.fields[i].name);
    }
    throw Error(kNoPosition, {{"file", file_},
                              {"axis", std::string(1, axis)},
                              {"fields", fmt::format("{}", fmt::join(names, ", "))}});
  }

  void findKept() {
    for (std::size_t i = 0; i < header_.points; ++i) {
      if (i % kPointsBetweenChecks == 0) context_.checkpoint(0.1);
      bool finite = true;
      for (const std::size_t axis : axes_) finite = finite && std::isfinite(body_.value(axis, i));
      if (finite) kept_.push_back(static_cast<std::uint32_t>(i));
    }
    if (kept_.size() == header_.points) return;
    context_.note(fmt::format("{}: left out {} of {} points without a position", file_,
                              header_.points - kept_.size(), header_.points));
  }

  // Of double precision, what single precision cannot hold goes into the origin.
  void takePositions(PointCloud& cloud) const {
    for (const int axis : {0, 1, 2}) {
      const bool precise = header_.fields[axes_[axis]].size == 8;
      if (precise && !kept_.empty()) {
        cloud.origin[axis] = std::round(body_.value(axes_[axis], kept_[0]));
      }
    }
    std::vector<float> positions(3 * kept_.size());
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (i % kPointsBetweenChecks == 0) context_.checkpoint(0.3);
      for (const int axis : {0, 1, 2}) {
        positions[3 * i + static_cast<std::size_t>(axis)] =
            static_cast<float>(body_.value(axes_[axis], kept_[i]) - cloud.origin[axis]);
      }
    }
    cloud.positions = std::move(positions);
  }

  void takeField(std::size_t index, PointCloud& cloud) const {
    const PcdHeader::Field& field = header_.fields[index];
    if (isColour(field)) {
      takeChannel(index, 16, "red", cloud);
      takeChannel(index, 8, "green", cloud);
      takeChannel(index, 0, "blue", cloud);
      if (field.name == "rgba") takeChannel(index, 24, "alpha", cloud);
      return;
    }
    for (std::size_t e = 0; e < field.count; ++e) {
      const std::string name = field.count == 1 ? field.name : fmt::format("{} {}", field.name, e);
      add(name, cloud, [&](std::size_t point) { return body_.value(index, point, e); });
    }
  }

  void takeChannel(std::size_t index, int shift, const char* name, PointCloud& cloud) const {
    add(name, cloud, [&](std::size_t point) { return body_.bits(index, point) >> shift & 0xff; });
  }

  template <class Value>
  void add(const std::string& name, PointCloud& cloud, const Value& value) const {
    context_.checkpoint(0.6);
    std::vector<float> values(kept_.size());
    for (std::size_t i = 0; i < kept_.size(); ++i) values[i] = static_cast<float>(value(kept_[i]));
    cloud.attributes.push_back({name, "", std::move(values)});
  }

  const PcdHeader& header_;
  const PcdBody& body_;
  const std::string& file_;
  const Context& context_;
  std::size_t axes_[3] = {};
  std::vector<std::uint32_t> kept_;  // the points with a position
};

class PcdReader final : public Reader {
 public:
  std::string_view id() const override { return "pcd"; }
  std::string_view title() const override { return "PCD point cloud"; }
  std::vector<std::string> extensions() const override { return {".pcd"}; }

  Confidence probe(const Probe& probe) const override {
    return startsLikePcd(probe.text()) ? Confidence::certain : Confidence::no;
  }

  Data read(const std::filesystem::path& path, const Parameters&,
            const Context& context) const override {
    const SharedArray<std::byte> bytes = mapFile(path);
    const std::string file = path.filename().string();
    const auto head = bytes.span().first(std::min(bytes.size(), kHead));
    const PcdHeader header =
        readPcdHeader({reinterpret_cast<const char*>(head.data()), head.size()}, file);
    const PcdBody body(header, bytes, file, context.part(0, 0.6));
    return Data(Maker(header, body, file, context.part(0.6, 1)).run());
  }
};

}  // namespace

std::unique_ptr<Reader> makePcdReader() {
  return std::make_unique<PcdReader>();
}

}  // namespace lineament::io
