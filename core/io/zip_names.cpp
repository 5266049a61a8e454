// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/zip_names.h"

#include <zip.h>

#include <algorithm>

namespace lineament::io {

std::vector<std::string> zipNames(const std::filesystem::path& path) {
  std::vector<std::string> names;
  int code = 0;
  zip* archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (!archive) return names;
  const zip_int64_t count = std::min<zip_int64_t>(zip_get_num_entries(archive, 0), 100'000);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    if (!name) continue;
    names.emplace_back(name);
    std::replace(names.back().begin(), names.back().end(), '\\', '/');
  }
  zip_discard(archive);
  return names;
}

}  // namespace lineament::io
