// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fingerprint.h"

#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/base/file.h"

namespace lineament {

namespace {

constexpr ErrorText kFolder{"fingerprint.folder", "List the files of {folder}", "{reason}", "",
                            "Check the permissions of the folder and those inside it"};

class Sha256 {
 public:
  Sha256() : state_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr);
  }
  void add(const void* data, std::size_t size) { EVP_DigestUpdate(state_.get(), data, size); }
  std::string finish() {
    unsigned char digest[32];
    unsigned int length = 0;
    EVP_DigestFinal_ex(state_.get(), digest, &length);
    return fmt::format("{:02x}", fmt::join(digest, digest + length, ""));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state_;
};

std::string ofOneFile(const std::filesystem::path& path, const Context& context) {
  InputFile file(path);
  Sha256 hash;
  std::vector<std::byte> block(std::size_t{1} << 20);
  for (std::uint64_t offset = 0; offset < file.size();) {
    const std::size_t count = file.readSome(offset, block);
    if (count == 0) break;
    hash.add(block.data(), count);
    offset += count;
    context.checkpoint(static_cast<double>(offset) / static_cast<double>(file.size()));
  }
  return hash.finish();
}

std::string ofFolder(const std::filesystem::path& folder, const Context& context) {
  std::vector<std::filesystem::path> files;
  try {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  } catch (const std::filesystem::filesystem_error& problem) {
    throw Error(kFolder, {{"folder", folder.string()}, {"reason", problem.code().message()}});
  }
  std::sort(files.begin(), files.end());
  Sha256 hash;
  for (const auto& file : files) {
    const std::string line =
        ofOneFile(file, context) + " " + file.lexically_relative(folder).generic_string() + "\n";
    hash.add(line.data(), line.size());
  }
  return hash.finish();
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return hash.finish();
}

std::string sha256OfFile(const std::filesystem::path& path, const Context& context) {
  std::error_code none;
  return std::filesystem::is_directory(path, none) ? ofFolder(path, context)
                                                   : ofOneFile(path, context);
}

}  // namespace lineament
