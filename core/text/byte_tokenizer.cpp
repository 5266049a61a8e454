// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/byte_tokenizer.h"

#include "core/text/shown_bytes.h"

namespace lineament::text {

namespace {

constexpr std::int32_t kBytes = 256;

bool isByte(std::int32_t id) {
  return id >= 0 && id < kBytes;
}

class ByteTokenizer : public Tokenizer {
 public:
  std::string_view kind() const override { return "bytes"; }
  std::size_t size() const override { return kBytes; }

  std::vector<Token> encode(std::string_view text, bool) const override {
    std::vector<Token> tokens;
    for (std::size_t i = 0; i < text.size(); ++i) {
      tokens.push_back({static_cast<unsigned char>(text[i]), i, i + 1});
    }
    return tokens;
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string bytes;
    for (const std::int32_t id : ids) bytes += piece(id);
    return replacedUtf8(bytes);
  }

  std::string piece(std::int32_t id) const override {
    return isByte(id) ? std::string(1, static_cast<char>(id)) : std::string();
  }
  std::string shown(std::int32_t id) const override { return shownBytes(piece(id)); }
  std::optional<std::int32_t> find(std::string_view piece) const override {
    if (piece.size() != 1) return std::nullopt;
    return static_cast<unsigned char>(piece.front());
  }
  bool special(std::int32_t) const override { return false; }
  std::optional<std::int32_t> beginning() const override { return std::nullopt; }
  std::optional<std::int32_t> ending() const override { return std::nullopt; }
  std::optional<std::int32_t> unknown() const override { return std::nullopt; }
};

}  // namespace

std::unique_ptr<Tokenizer> makeByteTokenizer() {
  return std::make_unique<ByteTokenizer>();
}

}  // namespace lineament::text
