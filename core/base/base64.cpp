// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace lineament {

namespace {

// OpenSSL counts in int, and writes a zero behind what it encodes. Both are whole groups.
constexpr std::size_t kBytesAtOnce = 3 << 20;
constexpr std::size_t kLettersAtOnce = 4 << 20;

const unsigned char* bytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool isLetter(char letter) {
  return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
         (letter >= '0' && letter <= '9') || letter == '+' || letter == '/';
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  std::string part;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kBytesAtOnce, bytes.size()))) {
    const std::string_view now = bytes.substr(0, kBytesAtOnce);
    part.resize((now.size() + 2) / 3 * 4 + 1);
    part.resize(
        static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(part.data()),
                                                 bytesOf(now), static_cast<int>(now.size()))));
    text += part;
  }
  return text;
}

std::optional<std::string> bytesOfBase64(std::string_view text) {
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1 || !std::all_of(text.begin(), text.end(), isLetter)) return std::nullopt;
  std::string bytes;
  std::string part, group;
  for (; !text.empty(); text.remove_prefix(std::min(kLettersAtOnce, text.size()))) {
    group = text.substr(0, kLettersAtOnce);
    const std::size_t missing = (4 - group.size() % 4) % 4;
    group.append(missing, '=');
    part.resize(group.size() / 4 * 3);
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(part.data()), bytesOf(group),
                    static_cast<int>(group.size()));
    bytes.append(part, 0, part.size() - missing);
  }
  return bytes;
}

}  // namespace lineament
