// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/file.h"

namespace lineament::io {

bool startsGzip(std::span<const std::byte> head);

// Inflates a gzip file (RFC 1952, also of several members) piece by piece. An archive that grows
// to more than eight times its size plus 1 GiB is refused, as is one that is cut off or damaged.
class GzipStream {
 public:
  explicit GzipStream(const InputFile& file);
  ~GzipStream();

  std::size_t read(std::span<char> block);  // fewer than asked only at the end
  std::uint64_t consumed() const;           // bytes of the file used up

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lineament::io
