// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/payload.h"

#include <algorithm>
#include <string>

#include "core/base/fingerprint.h"
#include "core/base/memory.h"

namespace lineament::project {

namespace {

std::uint64_t payloadBytes(const Reading& reading, Id payload) {
  Statement size =
      reading.database().prepare("SELECT bytes FROM payloads WHERE id = ?1 AND complete = 1");
  if (!size.bind(payload).step() || size.integer(0) < 0) {
    throwDamaged(reading.database(), "the data of an item are missing");
  }
  return static_cast<std::uint64_t>(size.integer(0));
}

void removePayload(Database& database, Id payload) {
  Statement remove = database.prepare(
      "DELETE FROM chunks WHERE payload = ?1 AND number = "
      "(SELECT max(number) FROM chunks WHERE payload = ?1)");
  Statement left = database.prepare("SELECT count(*) FROM chunks WHERE payload = ?1");
  while (left.bind(payload).step() && left.integer(0) > 0) {
    left.reset();
    remove.bind(payload).run();
  }
  left.reset();
  database.prepare("DELETE FROM payloads WHERE id = ?1").bind(payload).run();
}

}  // namespace

PayloadWriter::PayloadWriter(Document& document, const char* title)
    : document_(document), title_(title) {
  Edit edit(document_, title_);
  id_ = edit.newId();
  edit.changing().prepare("INSERT INTO payloads VALUES (?, 0, 0)").bind(id_).run();
  edit.commit();
}

PayloadWriter::~PayloadWriter() {
  if (kept_) return;
  try {
    // Chunk by chunk, each delete a transaction of its own.
    for (std::int64_t number = chunks_; number-- > 0;) {
      Edit edit(document_, title_);
      edit.changing()
          .prepare("DELETE FROM chunks WHERE payload = ?1 AND number = ?2")
          .bind(id_, number)
          .run();
      edit.commit();
    }
    Edit edit(document_, title_);
    edit.changing().prepare("DELETE FROM payloads WHERE id = ?1").bind(id_).run();
    edit.commit();
  } catch (const std::exception&) {
    // What stays is collected when the file is opened next.
  }
}

void PayloadWriter::write(std::span<const std::byte> bytes, const Context& context) {
  const std::size_t all = bytes.size();
  while (!bytes.empty()) {
    context.checkpoint(1 - static_cast<double>(bytes.size()) / static_cast<double>(all), "Storing");
    const auto chunk = bytes.first(std::min(bytes.size(), kChunk));
    const std::string fingerprint = sha256(chunk);
    Edit edit(document_, title_);
    edit.changing()
        .prepare("INSERT INTO chunks VALUES (?, ?, ?, ?)")
        .bind(id_, chunks_, fingerprint, chunk)
        .run();
    edit.commit();
    ++chunks_;
    bytes_ += chunk.size();
    bytes = bytes.subspan(chunk.size());
  }
}

void PayloadWriter::complete(Edit& edit) {
  edit.changing()
      .prepare("UPDATE payloads SET complete = 1, bytes = ?1 WHERE id = ?2")
      .bind(static_cast<std::int64_t>(bytes_), id_)
      .run();
}

void readPayload(const Document& document, Id payload, const Context& context,
                 const std::function<void(std::span<const std::byte>)>& take) {
  const std::uint64_t all = payloadBytes(Reading(document), payload);
  std::vector<std::byte> chunk;
  std::uint64_t done = 0;
  for (std::int64_t number = 0; done < all; ++number) {
    context.checkpoint(static_cast<double>(done) / static_cast<double>(all), "Loading");
    std::string fingerprint;
    {
      const Reading reading(document);
      Statement read = reading.database().prepare(
          "SELECT sha256, bytes FROM chunks WHERE payload = ?1 AND number = ?2");
      if (!read.bind(payload, number).step()) {
        throwDamaged(reading.database(), "a part of an item's data is missing");
      }
      fingerprint = read.text(0);
      const auto bytes = read.blob(1);
      chunk.assign(bytes.begin(), bytes.end());
    }
    done += chunk.size();
    if (chunk.empty() || done > all || sha256(chunk) != fingerprint) {
      throwDamaged(Reading(document).database(), "a part of an item's data was altered");
    }
    take(chunk);
  }
}

std::vector<std::byte> readPayload(const Document& document, Id payload, const Context& context) {
  const std::uint64_t size = payloadBytes(Reading(document), payload);
  const MemoryReservation room = reserveMemory(size, "data of the project");
  std::vector<std::byte> all;
  all.reserve(size);
  readPayload(document, payload, context, [&](std::span<const std::byte> chunk) {
    all.insert(all.end(), chunk.begin(), chunk.end());
  });
  return all;
}

void collectOrphans(Database& database) {
  std::vector<Id> orphans;
  {
    Statement incomplete = database.prepare("SELECT id FROM payloads WHERE complete = 0");
    while (incomplete.step()) orphans.push_back(incomplete.integer(0));
  }
  for (const Id orphan : orphans) removePayload(database, orphan);
}

}  // namespace lineament::project
