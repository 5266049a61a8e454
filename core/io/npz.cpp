// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npz.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "core/base/error.h"
#include "core/io/byte_cursor.h"
#include "core/io/explanation_file.h"
#include "core/io/npy.h"
#include "core/io/zip_names.h"

namespace lineament::io {

namespace {

constexpr ErrorText kNotNpz{"npz.members", "Read {file} as arrays",
                            "the archive holds '{member}', which is no array", "",
                            "Unpack the archive and open its contents"};
constexpr ErrorText kNotTensor{"npz.no_tensor", "Get the values of '{name}'", "{note}", "",
                               "Save it as an array of numbers, or as an .npy file of its own"};

constexpr std::string_view kEnding = ".npy";
constexpr std::uint64_t kShortHeader = 4096;

std::string arrayName(const std::string& member) {
  return member.substr(0, member.size() - kEnding.size());
}

// Nearly every header fits the first 4 kB; the rest of a deflated member need not be unpacked.
NpyHeader headerOf(const ZipArchive& archive, std::size_t member) {
  const std::string file = archive.file() + ": " + archive.members()[member].name;
  const auto start = archive.readStart(member, kShortHeader);
  if (start.size() == kShortHeader) {
    return parseNpyHeader(archive.readStart(member, kNpyHeaderLimit).span(), file);
  }
  return parseNpyHeader(start.span(), file);
}

std::string kindText(NpyType::Kind kind) {
  switch (kind) {
    case NpyType::Kind::date:
    case NpyType::Kind::duration:
      return "dates";
    case NpyType::Kind::record:
      return "a structured array";
    case NpyType::Kind::raw:
      return "raw bytes";
    default:
      return "text";
  }
}

Checkpoint::Entry entryOf(const ZipArchive& archive, std::size_t member) {
  const NpyHeader header = headerOf(archive, member);
  Checkpoint::Entry entry;
  entry.name = arrayName(archive.members()[member].name);
  entry.shape = header.shape;
  entry.bytes = header.data_bytes;
  entry.dtype = header.type.kind == NpyType::Kind::number ? header.type.dtype : DType::u8;
  if (header.type.kind != NpyType::Kind::number) entry.note = kindText(header.type.kind);
  return entry;
}

class NpzReader final : public Reader {
 public:
  std::string_view id() const override { return "npz"; }
  std::string_view title() const override { return "NumPy archive"; }
  std::vector<std::string> extensions() const override { return {".npz"}; }

  Confidence probe(const Probe& probe) const override {
    if (probe.startsWith("PK\x03\x04")) {
      const std::vector<std::string> names = zipNames(probe.path);
      const bool arrays = std::all_of(names.begin(), names.end(), [](const std::string& name) {
        return name.ends_with(kEnding) || name.ends_with('/');
      });
      if (arrays && !names.empty()) return Confidence::certain;
    }
    return probe.hasExtension(".npz") ? Confidence::likely : Confidence::no;
  }

  Data read(const std::filesystem::path& path, const Parameters&,
            const Context& context) const override {
    auto archive = std::make_shared<const ZipArchive>(mapFile(path), path.filename().string());
    if (holdsExplanation(*archive)) return Data(readExplanation(*archive, context));
    return Data(readNpz(std::move(archive), context));
  }
};

}  // namespace

Checkpoint readNpz(std::shared_ptr<const ZipArchive> archive, const Context& context) {
  std::vector<Checkpoint::Entry> entries;
  std::vector<std::size_t> places;
  std::optional<Error> objects;
  for (std::size_t i = 0; i < archive->members().size(); ++i) {
    const std::string& name = archive->members()[i].name;
    context.checkpoint(double(i) / double(archive->members().size()), "Reading arrays");
    if (name.ends_with('/')) continue;
    if (!name.ends_with(kEnding)) {
      throw Error(kNotNpz, {{"file", archive->file()}, {"member", name}});
    }
    try {
      entries.push_back(entryOf(*archive, i));
    } catch (const Error& error) {
      if (error.key() != "npy.objects") throw;
      objects = error;
      entries.push_back({arrayName(name), DType::u8, {0}, 0, error.found()});
    }
    places.push_back(i);
  }
  const bool any = std::any_of(entries.begin(), entries.end(),
                               [](const auto& entry) { return entry.note.empty(); });
  if (!any && objects) throw *objects;
  auto listed = entries;
  auto load = [archive, listed = std::move(listed), places = std::move(places)](std::size_t index) {
    const Checkpoint::Entry& entry = listed.at(index);
    if (!entry.note.empty()) throw Error(kNotTensor, {{"name", entry.name}, {"note", entry.note}});
    const std::string file = archive->file() + ": " + entry.name;
    return readNpy(archive->read(places[index]), {file}, {}).require<Tensor>();
  };
  return Checkpoint(std::move(entries), std::move(load));
}

void writeNpz(const NamedTensors& tensors, const std::filesystem::path& path) {
  std::deque<std::string> headers;
  std::vector<ZipContent> members;
  for (const auto& [name, tensor] : tensors) {
    const std::string descr = fmt::format("'{}'", npyDescr(tensor.dtype()));
    const std::string& header = headers.emplace_back(npyHeaderText(descr, tensor.shape()));
    members.push_back(
        {name + std::string(kEnding), {std::as_bytes(std::span(header)), tensor.bytes().span()}});
  }
  writeZip(members, path);
}

std::unique_ptr<Reader> makeNpzReader() {
  return std::make_unique<NpzReader>();
}

}  // namespace lineament::io
