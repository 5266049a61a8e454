// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the files of a tokenizer: a tokenizer whose tokens lie within the text, or an Error.
// The first byte says which files they are; two files stand one behind the other, a zero between.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/text/tokenizer.h"

using namespace lineament;

namespace {

// Words, blanks, digits, an emoji of several code points, marks, right-to-left, no UTF-8.
constexpr std::string_view kText =
    "Hello  world, 42!\n\t\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80 e\xCC\x81 "
    "\xD7\xA9\xD7\x9C [CLS] <s> \xFF\xC3";

TokenizerFiles filesOf(std::string_view bytes) {
  static const std::vector<std::vector<std::string>> kinds = {
      {"tokenizer.json"},           {"tokenizer.model"}, {"vocab.txt"},
      {"vocab.json", "merges.txt"}, {"tokenizer.bin"},   {"gguf"}};
  TokenizerFiles made;
  if (bytes.empty()) return made;
  const auto& names = kinds[static_cast<unsigned char>(bytes.front()) % kinds.size()];
  bytes.remove_prefix(1);
  for (const std::string& name : names) {
    const std::size_t end =
        names.size() > 1 ? std::min(bytes.find('\0'), bytes.size()) : bytes.size();
    made.files[name] = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    const auto tokenizer =
        text::makeTokenizer(filesOf({reinterpret_cast<const char*>(bytes), size}));
    std::vector<std::int32_t> ids;
    for (const text::Token& token : tokenizer->encode(kText)) {
      if (token.begin > token.end || token.end > kText.size()) std::abort();
      ids.push_back(token.id);
      tokenizer->shown(token.id);
    }
    for (const std::int32_t id : {-1, 0, 1 << 30}) ids.push_back(id);
    tokenizer->decode(ids);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
