// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes, read as a file of one format: a value or an Error, nothing else.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "core/io/reader.h"

using namespace lineament;

namespace {

// Asks for everything that a view would, lazy tensors included.
void useAll(const Data& data) {
  summaryOf(data);
  const auto* checkpoint = data.as<Checkpoint>();
  if (!checkpoint) return;
  for (std::size_t i = 0; i < checkpoint->entries().size(); ++i) {
    try {
      checkpoint->tensor(i);
    } catch (const Error&) {
      continue;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const io::Reader& reader = *io::findReader(LINEAMENT_FUZZED_READER);
  static const Parameters options = Parameters::fromText(reader.options(), {});
  static const int file = ::memfd_create("fuzz", 0);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, bytes, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  try {
    useAll(reader.read("/proc/self/fd/" + std::to_string(file), options, {}));
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
