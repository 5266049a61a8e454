// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gzip_stream.h"

#include <zlib.h>

#include <vector>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kDamaged{"gzip.damaged", "Inflate {file}", "the compressed data are damaged",
                             "byte {offset}", "Copy or download the file again"};
constexpr ErrorText kTruncated{"gzip.truncated", "Inflate {file}",
                               "the compressed data end in the middle", "byte {offset}",
                               "The file is incomplete: copy or download it again"};
constexpr ErrorText kTooLarge{
    "gzip.too_large", "Inflate {file}",
    "{size} bytes inflate to more than {limit}, more than data of this kind do", "byte {offset}",
    "Inflate it with gunzip if you trust where it comes from, then open the result"};

constexpr std::size_t kInputBlock = 256 << 10;
constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip framing

}  // namespace

struct GzipStream::State {
  explicit State(const InputFile& input) : file(input), buffer(kInputBlock) {
    limit = 8 * file.size() + (std::uint64_t{1} << 30);
    if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~State() { inflateEnd(&stream); }

  bool refill() {
    if (stream.avail_in > 0) return true;
    const std::size_t count = file.readSome(offset, std::as_writable_bytes(std::span(buffer)));
    offset += count;
    stream.next_in = buffer.data();
    stream.avail_in = static_cast<uInt>(count);
    return count > 0;
  }

  // Whether another member follows; what else is left after a member is padding.
  bool nextMember() {
    if (!refill() || stream.next_in[0] != 0x1f) return false;
    return inflateReset2(&stream, kGzipWindow) == Z_OK;
  }

  [[noreturn]] void fail(const ErrorText& text) const {
    throw Error(text, {{"file", file.path().filename().string()},
                       {"offset", offset - stream.avail_in},
                       {"size", file.size()},
                       {"limit", limit}});
  }

  const InputFile& file;
  std::vector<Bytef> buffer;
  z_stream stream{};
  std::uint64_t offset = 0;
  std::uint64_t inflated = 0;
  std::uint64_t limit = 0;
  bool ended = false;
};

bool startsGzip(std::span<const std::byte> head) {
  return head.size() >= 3 && head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b} &&
         head[2] == std::byte{8};
}

GzipStream::GzipStream(const InputFile& file) : state_(std::make_unique<State>(file)) {}
GzipStream::~GzipStream() = default;

std::uint64_t GzipStream::consumed() const {
  return state_->offset - state_->stream.avail_in;
}

std::size_t GzipStream::read(std::span<char> block) {
  State& state = *state_;
  state.stream.next_out = reinterpret_cast<Bytef*>(block.data());
  state.stream.avail_out = static_cast<uInt>(block.size());
  while (!state.ended && state.stream.avail_out > 0) {
    if (!state.refill()) state.fail(kTruncated);
    const int status = inflate(&state.stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      state.ended = !state.nextMember();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      state.fail(kDamaged);
    }
  }
  const std::size_t count = block.size() - state.stream.avail_out;
  state.inflated += count;
  if (state.inflated > state.limit) state.fail(kTooLarge);
  return count;
}

}  // namespace lineament::io
