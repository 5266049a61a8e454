// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/absolute_path.h"

#include <system_error>

namespace lineament::project {

std::filesystem::path absolutePath(const std::filesystem::path& path) {
  // Of a relative path of which nothing exists, weakly_canonical() makes nothing absolute.
  const std::filesystem::path whole = std::filesystem::absolute(path);
  std::error_code error;
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(whole, error);
  return error ? whole : canonical;
}

}  // namespace lineament::project
