// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/tokenizer_file.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/io/llama2c_vocabulary.h"

namespace lineament::io {

namespace {

constexpr ErrorText kSize{"tokenizer_file.size", "Read the tokenizer's file {file}",
                          "it has {bytes} bytes, a vocabulary has under {most}", "{path}",
                          "Move it away, or put the right one in its place"};

constexpr std::uint64_t kLargest = 256 << 20;
constexpr std::uint64_t kLargestLlama2c = 64 << 20;

constexpr std::array<std::string_view, 7> kNames{"tokenizer.json",  "tokenizer_config.json",
                                                 "tokenizer.model", "spiece.model",
                                                 "vocab.json",      "merges.txt",
                                                 "vocab.txt"};

// Sorted, so that the same folder gives the same tokenizer.
std::vector<std::filesystem::path> filesOf(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error)) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

bool maybeLlama2c(const std::filesystem::path& path, const std::string& name) {
  std::error_code error;
  return name.starts_with("tok") && name.ends_with(".bin") &&
         std::filesystem::file_size(path, error) <= kLargestLlama2c;
}

}  // namespace

std::string tokenizerContent(const std::filesystem::path& path) {
  const InputFile file(path);
  if (file.size() > kLargest) {
    throw Error(kSize, {{"file", path.filename().string()},
                        {"bytes", file.size()},
                        {"most", kLargest},
                        {"path", path.string()}});
  }
  return file.readAll();
}

std::string lowerCaseName(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  for (char& letter : name) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return name;
}

TokenizerFiles tokenizerBeside(const std::filesystem::path& weights) {
  TokenizerFiles made;
  for (const auto& path : filesOf(weights.parent_path())) {
    const std::string name = lowerCaseName(path);
    if (std::ranges::find(kNames, name) != kNames.end()) {
      made.files.try_emplace(name, tokenizerContent(path));
    } else if (!made.files.contains("tokenizer.bin") && maybeLlama2c(path, name)) {
      std::string content = tokenizerContent(path);
      if (isLlama2cVocabulary(content)) made.files.emplace("tokenizer.bin", std::move(content));
    }
  }
  return made;
}

}  // namespace lineament::io
