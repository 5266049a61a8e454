// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/onnx_external.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "core/base/error.h"
#include "core/io/byte_cursor.h"

namespace lineament::io {

namespace {

constexpr ErrorText kPath{"onnx.external_path", "Read the values of '{name}'",
                          "the model says they are in '{location}', outside of its folder",
                          "{file}",
                          "The file was made to deceive, or by a careless program: do not use it"};
constexpr ErrorText kExternal{"onnx.external", "Read the values of '{name}'", "{problem}", "{file}",
                              "Put all files of the model into one folder"};

namespace fs = std::filesystem;

bool within(const fs::path& folder, const fs::path& file) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end();
}

}  // namespace

struct OnnxExternalFiles::Mapped {
  std::mutex mutex;
  std::map<fs::path, SharedArray<std::byte>> files;
};

OnnxExternalFiles::OnnxExternalFiles(fs::path model)
    : model_(std::move(model)), mapped_(std::make_shared<Mapped>()) {}

std::optional<fs::path> OnnxExternalFiles::find(const OnnxTensor& tensor) const {
  const std::string& location = tensor.external->location;
  const fs::path relative(location);
  const bool climbs = std::ranges::find(relative, fs::path("..")) != relative.end();
  std::error_code error;
  const fs::path given = fs::absolute(model_, error).parent_path();
  const fs::path folder = fs::weakly_canonical(given, error);
  const fs::path file = fs::weakly_canonical(folder / relative, error);
  const bool odd = location.find('\\') != location.npos || location.find('\0') != location.npos;
  if (relative.is_absolute() || climbs || odd || error || !within(folder, file)) {
    throw Error(
        kPath,
        {{"name", tensor.name}, {"location", location}, {"file", model_.filename().string()}});
  }
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  return file;
}

SharedArray<std::byte> OnnxExternalFiles::bytes(const OnnxTensor& tensor) const {
  const OnnxTensor::External& place = *tensor.external;
  const auto fail = [&](std::string_view problem) {
    throw Error(
        kExternal,
        {{"name", tensor.name}, {"problem", problem}, {"file", model_.filename().string()}});
  };
  const auto file = find(tensor);
  if (!file) fail(fmt::format("they are in '{}', which is not beside the model", place.location));
  SharedArray<std::byte> all;
  {
    const std::lock_guard lock(mapped_->mutex);
    auto& mapped = mapped_->files[*file];
    if (mapped.empty()) mapped = mapFile(*file);
    all = mapped;
  }
  if (place.offset > all.size() || tensor.bytes > all.size() - place.offset) {
    fail(fmt::format("{} bytes from byte {} on are more than the {} bytes of '{}'", tensor.bytes,
                     place.offset, all.size(), place.location));
  }
  return all.slice(place.offset, tensor.bytes);
}

}  // namespace lineament::io
