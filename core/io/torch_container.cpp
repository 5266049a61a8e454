// SPDX-License-Identifier: GPL-3.0-or-later
// The two containers of PyTorch's pickles: where the object pickle and the storages' bytes are.
#include <map>

#include "core/base/error.h"
#include "core/io/torch_file.h"
#include "core/io/zip_archive.h"

namespace lineament::io {

namespace {

constexpr ErrorText kNoPickle{"torch.no_pickle", "Read {file} as a PyTorch checkpoint",
                              "the archive has no data.pkl", "",
                              "Drop the file it was made from, or unpack it first"};
constexpr ErrorText kPickle{"torch.pickle", "Read {file}",
                            "it is a pickle, but not one of PyTorch's", "",
                            "Save the numbers as NPY, NPZ or CSV"};
constexpr ErrorText kStorages{"torch.storages", "Read {file}", "{problem}", "byte {offset}",
                              "The file is incomplete: download it again"};

using Kind = PickleValue::Kind;

// The magic number that a legacy file begins with, 0x1950a86a20f9469cfc6c.
constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::int64_t kLegacyProtocol = 1001;

std::string folderOfPickle(const ZipArchive& archive) {
  for (const ZipMember& member : archive.members()) {
    if (member.name == "data.pkl") return "";
    if (member.name.ends_with("/data.pkl")) {
      return member.name.substr(0, member.name.size() - std::string_view("data.pkl").size());
    }
  }
  throw Error(kNoPickle, {{"file", archive.file()}});
}

bool isTorchScript(const ZipArchive& archive, const std::string& folder) {
  for (const ZipMember& member : archive.members()) {
    if (member.name.starts_with(folder + "code/")) return true;
  }
  return archive.find(folder + "constants.pkl").has_value();
}

bool isBigEndian(const ZipArchive& archive, const std::string& folder) {
  const auto member = archive.find(folder + "byteorder");
  if (!member) return false;
  const auto text = archive.readStart(*member, 3);
  return text.size() == 3 && std::memcmp(text.data(), "big", 3) == 0;
}

struct LegacyStorage {
  std::uint64_t begin;
  std::uint64_t bytes;
};

class LegacyStream {
 public:
  LegacyStream(const SharedArray<std::byte>& bytes, TorchFile& target, const Context& context)
      : bytes_(bytes),
        target_(target),
        cursor_(bytes.span(), target.objects.file()),
        machine_(target.arena, target.objects, context) {}

  std::map<std::string, LegacyStorage> read() {
    const PickleValue* magic = machine_.run(cursor_);
    if (!magic->is(Kind::large) || magic->text != kLegacyMagic) refuse();
    const PickleValue* protocol = machine_.run(cursor_);
    if (!protocol->is(Kind::integer) || protocol->integer != kLegacyProtocol) refuse();
    const PickleValue* system = machine_.run(cursor_);
    if (!system->is(Kind::dictionary)) refuse();
    const PickleValue* little = system->find("little_endian");
    target_.big_endian = little && little->is(Kind::boolean) && little->integer == 0;
    target_.root = machine_.run(cursor_);
    const PickleValue* keys = machine_.run(cursor_);
    if (!keys->is(Kind::list)) refuse();
    return storages(*keys);
  }

 private:
  [[noreturn]] void refuse() const { throw Error(kPickle, {{"file", target_.objects.file()}}); }
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(
        kStorages,
        {{"file", target_.objects.file()}, {"problem", problem}, {"offset", cursor_.position()}});
  }

  // The elements of each storage follow in the order of the keys, each after its count.
  std::map<std::string, LegacyStorage> storages(const PickleValue& keys) {
    std::map<std::string, std::uint64_t> widths;
    for (const TorchStorage& storage : target_.objects.storages()) {
      widths.emplace(storage.key, bitsPerElement(storage.dtype) / 8);
    }
    std::map<std::string, LegacyStorage> found;
    for (const PickleValue* key : keys.items) {
      const auto width = key->is(Kind::text) ? widths.find(key->text) : widths.end();
      if (width == widths.end()) fail("a storage follows that no tensor names");
      auto count = cursor_.number<std::uint64_t>();
      if (target_.big_endian) count = __builtin_bswap64(count);
      if (count > cursor_.remaining() / width->second) {
        fail(fmt::format("storage '{}' should have {} elements, {} bytes are left", key->text,
                         count, cursor_.remaining()));
      }
      found[key->text] = {cursor_.position(), count * width->second};
      cursor_.take(count * width->second);
    }
    return found;
  }

  const SharedArray<std::byte>& bytes_;
  TorchFile& target_;
  ByteCursor cursor_;
  PickleMachine machine_;
};

}  // namespace

std::unique_ptr<TorchFile> openTorchArchive(const SharedArray<std::byte>& bytes,
                                            const std::string& file, const Context& context) {
  const auto archive = std::make_shared<const ZipArchive>(bytes, file);
  const std::string folder = folderOfPickle(*archive);
  auto opened = std::make_unique<TorchFile>(file);
  opened->format = isTorchScript(*archive, folder) ? "TorchScript" : "PyTorch";
  opened->big_endian = isBigEndian(*archive, folder);
  const SharedArray<std::byte> pickle = archive->read(*archive->find(folder + "data.pkl"));
  ByteCursor cursor(pickle.span(), file);
  opened->root = PickleMachine(opened->arena, opened->objects, context).run(cursor);
  const std::string prefix = folder + "data/";
  std::map<std::string, std::size_t> members;
  for (std::size_t i = 0; i < archive->members().size(); ++i) {
    const std::string& name = archive->members()[i].name;
    if (name.starts_with(prefix)) members.emplace(name.substr(prefix.size()), i);
  }
  opened->storage_size = [archive,
                          members](const std::string& key) -> std::optional<std::uint64_t> {
    const auto found = members.find(key);
    if (found == members.end()) return std::nullopt;
    return archive->members()[found->second].size;
  };
  opened->storage_bytes = [archive, members](const std::string& key) {
    return archive->read(members.at(key));
  };
  return opened;
}

std::unique_ptr<TorchFile> openTorchStream(const SharedArray<std::byte>& bytes,
                                           const std::string& file, const Context& context) {
  auto opened = std::make_unique<TorchFile>(file);
  opened->format = "PyTorch (legacy)";
  const auto storages = LegacyStream(bytes, *opened, context).read();
  opened->storage_size = [storages](const std::string& key) -> std::optional<std::uint64_t> {
    const auto found = storages.find(key);
    if (found == storages.end()) return std::nullopt;
    return found->second.bytes;
  };
  opened->storage_bytes = [storages, bytes](const std::string& key) {
    return bytes.slice(storages.at(key).begin, storages.at(key).bytes);
  };
  return opened;
}

}  // namespace lineament::io
