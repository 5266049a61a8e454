// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/project/document.h"

namespace lineament::project {

// Long content in the project file: chunks of at most 4 MiB, each with its fingerprint, each in a
// transaction of its own so that nobody waits long. It counts only once it was marked complete, in
// the transaction of the change that speaks of it.
class PayloadWriter {
 public:
  static constexpr std::size_t kChunk = std::size_t{4} << 20;

  explicit PayloadWriter(Document& document, const char* title);
  // Takes the chunks out again unless the payload was kept.
  ~PayloadWriter();
  PayloadWriter(const PayloadWriter&) = delete;
  PayloadWriter& operator=(const PayloadWriter&) = delete;

  Id id() const { return id_; }
  void write(std::span<const std::byte> bytes, const Context& context);
  // Inside the change that speaks of it; to be followed by kept() once that is committed.
  void complete(Edit& edit);
  void kept() { kept_ = true; }

 private:
  Document& document_;
  const char* title_;
  Id id_ = 0;
  std::int64_t chunks_ = 0;
  std::uint64_t bytes_ = 0;
  bool kept_ = false;
};

// Calls `take` with chunk after chunk, in order. Error "project.damaged" when a chunk is missing or
// is not what was written.
void readPayload(const Document& document, Id payload, const Context& context,
                 const std::function<void(std::span<const std::byte>)>& take);
std::vector<std::byte> readPayload(const Document& document, Id payload, const Context& context);

// Takes out of the file what no change ever completed, or none speaks of any more.
void collectOrphans(Database& database);

}  // namespace lineament::project
