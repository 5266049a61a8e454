// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/lzf.h"

#include <cstring>

namespace lineament::io {

namespace {

constexpr std::size_t kLiterals = 32;  // control bytes below start that many literals less one
constexpr std::size_t kLongCopy = 7;   // a length that goes on in the next byte

class Decoder {
 public:
  Decoder(std::span<const std::byte> in, std::span<std::byte> out) : in_(in), out_(out) {}

  bool run() {
    while (read_ < in_.size()) {
      const std::size_t control = next();
      if (!(control < kLiterals ? takeLiterals(control + 1) : takeCopy(control))) return false;
    }
    return written_ == out_.size();
  }

 private:
  std::size_t next() { return std::to_integer<std::size_t>(in_[read_++]); }

  bool takeLiterals(std::size_t count) {
    if (count > in_.size() - read_ || count > out_.size() - written_) return false;
    std::memcpy(out_.data() + written_, in_.data() + read_, count);
    read_ += count;
    written_ += count;
    return true;
  }

  bool takeCopy(std::size_t control) {
    std::size_t length = control >> 5;
    if (in_.size() - read_ < (length == kLongCopy ? 2U : 1U)) return false;
    if (length == kLongCopy) length += next();
    length += 2;
    const std::size_t back = ((control & 31) << 8 | next()) + 1;
    if (back > written_ || length > out_.size() - written_) return false;
    // Byte by byte: a copy that overlaps itself repeats a pattern.
    for (const std::size_t stop = written_ + length; written_ < stop; ++written_) {
      out_[written_] = out_[written_ - back];
    }
    return true;
  }

  std::span<const std::byte> in_;
  std::span<std::byte> out_;
  std::size_t read_ = 0;
  std::size_t written_ = 0;
};

}  // namespace

bool decodeLzf(std::span<const std::byte> in, std::span<std::byte> out) {
  return Decoder(in, out).run();
}

}  // namespace lineament::io
