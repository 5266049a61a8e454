// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/zip_archive.h"

#include <zip.h>
#include <zlib.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/memory.h"

namespace lineament::io {

namespace {

constexpr ErrorText kOpen{"zip.directory", "Read the zip archive {file}", "{problem}", "",
                          "The download is incomplete or the file is damaged: fetch it again"};
constexpr ErrorText kContent{"zip.content", "Read the zip archive {file}",
                             "its content is damaged: {problem}", "member '{name}'",
                             "Copy or download the file again"};
constexpr ErrorText kWrite{"zip.write", "Write {file}", "{problem}", "",
                           "Choose another folder, or free space on this drive"};

std::uint32_t checksum(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::string textOf(zip_error_t& error) {
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

zip* openArchive(const SharedArray<std::byte>& archive, const std::string& file) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(archive.data(), archive.size(), 0, &error);
  zip* handle = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (!handle) {
    if (source) zip_source_free(source);
    throw Error(kOpen, {{"file", file}, {"problem", textOf(error)}});
  }
  zip_error_fini(&error);
  return handle;
}

}  // namespace

ZipArchive::ZipArchive(SharedArray<std::byte> archive, std::string file)
    : archive_(std::move(archive)),
      file_(std::move(file)),
      members_(readZipDirectory(archive_.span(), file_)),
      checked_(new std::atomic<bool>[members_.size()]()),
      handle_(openArchive(archive_, file_)) {
  bool agree = zip_get_num_entries(handle_, 0) == static_cast<zip_int64_t>(members_.size());
  for (std::size_t i = 0; agree && i < members_.size(); ++i) {
    const char* name = zip_get_name(handle_, i, ZIP_FL_ENC_RAW);
    agree = name && members_[i].raw_name == name;
  }
  if (agree) return;
  zip_discard(handle_);
  throw Error(kOpen, {{"file", file_}, {"problem", "its directory can be read in two ways"}});
}

ZipArchive::~ZipArchive() {
  zip_discard(handle_);
}

std::optional<std::size_t> ZipArchive::find(std::string_view name) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].name == name) return i;
  }
  return std::nullopt;
}

SharedArray<std::byte> ZipArchive::read(std::size_t index) const {
  const ZipMember& member = members_.at(index);
  if (member.deflated) return unpack(index, member.size, true);
  auto content = archive_.slice(member.begin, member.size);
  if (!checked_[index]) {
    if (checksum(content.span()) != member.crc) {
      throw Error(
          kContent,
          {{"file", file_}, {"name", member.name}, {"problem", "its checksum does not agree"}});
    }
    checked_[index] = true;
  }
  return content;
}

SharedArray<std::byte> ZipArchive::readStart(std::size_t index, std::uint64_t most) const {
  const ZipMember& member = members_.at(index);
  const std::uint64_t count = std::min(most, member.size);
  if (member.deflated) return unpack(index, count, false);
  return archive_.slice(member.begin, count);
}

SharedArray<std::byte> ZipArchive::unpack(std::size_t index, std::uint64_t count,
                                          bool whole) const {
  const auto fail = [&](const char* problem) {
    throw Error(kContent, {{"file", file_}, {"name", members_[index].name}, {"problem", problem}});
  };
  const MemoryReservation room = reserveMemory(count, "a packed array");
  std::vector<std::byte> content(count);
  const std::lock_guard hold(lock_);
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(handle_, index, 0),
                                                               zip_fclose);
  if (!file) fail(zip_strerror(handle_));
  for (std::uint64_t done = 0; done < count;) {
    const zip_int64_t got = zip_fread(file.get(), content.data() + done, count - done);
    if (got < 0) fail(zip_file_strerror(file.get()));
    if (got == 0) fail("it ends early");
    done += static_cast<std::uint64_t>(got);
  }
  // The end has to be where the directory says, and only there libzip compares the checksum.
  std::byte beyond;
  if (whole && zip_fread(file.get(), &beyond, 1) != 0) fail("its checksum or size does not agree");
  return content;
}

void writeZip(const std::vector<ZipContent>& members, const std::filesystem::path& path) {
  OutputFile file(path);
  int code = 0;
  zip* archive = zip_open(file.temporaryPath().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  const auto fail = [&](std::string problem) {
    if (archive) zip_discard(archive);
    throw Error(kWrite, {{"file", path.filename().string()}, {"problem", problem}});
  };
  if (!archive) fail("the archive cannot be made");
  for (const ZipContent& member : members) {
    std::vector<zip_buffer_fragment_t> parts;
    for (const auto part : member.parts) {
      auto* start = reinterpret_cast<zip_uint8_t*>(const_cast<std::byte*>(part.data()));
      if (!part.empty()) parts.push_back({start, part.size()});
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_fragment_create(parts.data(), parts.size(), 0, &error);
    if (!source) fail(textOf(error));
    const zip_int64_t index = zip_file_add(archive, member.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      fail(zip_strerror(archive));
    }
    const auto at = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive, at, ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive, at, 0, 0x21, 0);  // 1980-01-01, the format's beginning
  }
  if (zip_close(archive) != 0) fail(zip_strerror(archive));
  file.commit();
}

}  // namespace lineament::io
