// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/torch.h"

#include "core/io/model_folder.h"
#include "core/io/torch_file.h"
#include "core/io/zip_names.h"

namespace lineament::io {

namespace {

constexpr ErrorText kTar{"torch.tar", "Read {file}",
                         "it is a tar file of PyTorch 0.1, which is not supported", "",
                         "Load it with an old PyTorch and save its state_dict() again"};

constexpr std::string_view kZip = "PK\x03\x04";

bool ownExtension(const Probe& probe) {
  for (const char* extension : {".pt", ".pth", ".ckpt", ".pkl", ".pickle"}) {
    if (probe.hasExtension(extension)) return true;
  }
  return false;
}

// A tar archive has this at byte 257.
bool isTar(std::string_view start) {
  return start.size() > 262 && start.substr(257, 5) == "ustar";
}

class TorchReader final : public Reader {
 public:
  std::string_view id() const override { return "torch"; }
  std::string_view title() const override { return "PyTorch checkpoint"; }
  std::vector<std::string> extensions() const override { return {".pt", ".pth", ".ckpt", ".bin"}; }

  Confidence probe(const Probe& probe) const override {
    const std::string_view start = probe.text();
    if (probe.startsWith(kZip)) {
      for (const std::string& name : zipNames(probe.path)) {
        if (name == "data.pkl" || name.ends_with("/data.pkl")) return Confidence::certain;
      }
    }
    if (probe.startsWith(
            std::string_view("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8", 12))) {
      return Confidence::certain;
    }
    if (ownExtension(probe)) return Confidence::likely;
    const bool pickle = start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
    return pickle ? Confidence::perhaps : Confidence::no;
  }

  Data read(const std::filesystem::path& path, const Parameters&,
            const Context& context) const override {
    const SharedArray<std::byte> bytes = mapFile(path);
    const std::string file = path.filename().string();
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (isTar(start)) throw Error(kTar, {{"file", file}});
    std::shared_ptr<const TorchFile> opened = start.starts_with(kZip)
                                                  ? openTorchArchive(bytes, file, context)
                                                  : openTorchStream(bytes, file, context);
    return Data(besideModel(torchCheckpoint(std::move(opened), context), path));
  }
};

}  // namespace

std::unique_ptr<Reader> makeTorchReader() {
  return std::make_unique<TorchReader>();
}

}  // namespace lineament::io
