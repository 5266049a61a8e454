// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gguf_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "core/base/error.h"
#include "core/io/gguf_values.h"

namespace lineament::io {

namespace {

constexpr ErrorText kVersion{"gguf.version", "Read {file} as GGUF", "{problem}", "byte 4",
                             "Convert the model again with a current llama.cpp"};
constexpr ErrorText kHeader{"gguf.header", "Read {file} as GGUF",
                            "its header is malformed: {problem}", "byte {offset}",
                            "The file is damaged: download it again"};
constexpr ErrorText kTensor{"gguf.tensor", "Read {file} as GGUF", "the entry is wrong: {problem}",
                            "tensor '{name}'", "{remedy}"};
constexpr ErrorText kIncomplete{
    "gguf.incomplete", "Read {file} as GGUF",
    "the tensor should end at byte {expected}, the file has {found} bytes", "tensor '{name}'",
    "The download is incomplete: fetch the file again"};

constexpr const char* kAgain = "The file is damaged: download it again";
constexpr const char* kNewer = "Convert the model to a type such as Q8_0 or F16";

constexpr std::uint64_t kLeastPair = 8 + 4 + 1;        // an empty key, a truth value
constexpr std::uint64_t kLeastTensor = 8 + 4 + 4 + 8;  // an empty name, no sizes
constexpr std::uint64_t kLongestName = 65'535;
constexpr std::uint32_t kMostSizes = 4;
constexpr std::uint32_t kNumber32 = 4;  // the type of a u32 value

class HeaderParser {
 public:
  HeaderParser(std::span<const std::byte> file, const std::string& name)
      : file_(file), name_(name), cursor_(file, name) {}

  GgufHeader parse() {
    if (cursor_.text(4) != "GGUF") malformed("it does not begin with 'GGUF'");
    header_.version = version();
    const auto tensors = cursor_.number<std::uint64_t>();
    const auto pairs = cursor_.number<std::uint64_t>();
    fits(pairs, kLeastPair, "keys");
    fits(tensors, kLeastTensor, "tensors");
    for (std::uint64_t i = 0; i < pairs; ++i) pair();
    for (std::uint64_t i = 0; i < tensors; ++i) entry();
    place();
    return std::move(header_);
  }

 private:
  std::uint32_t version() {
    const auto version = cursor_.number<std::uint32_t>();
    const auto fail = [&](const std::string& problem) {
      throw Error(kVersion, {{"file", name_}, {"problem", problem}});
    };
    if ((version & 0xFFFF) == 0) fail("its bytes are in the order of big-endian machines");
    if (version != 2 && version != 3) {
      fail(fmt::format("it is of version {}, expected 2 or 3", version));
    }
    return version;
  }

  void fits(std::uint64_t count, std::uint64_t least, std::string_view what) const {
    if (count > cursor_.remaining() / least) {
      malformed(fmt::format("it announces {} {}, more than the file could hold", count, what));
    }
  }

  std::string unique(std::string_view what, std::unordered_set<std::string>& seen) {
    std::string found(ggufText(cursor_, kLongestName));
    if (!seen.insert(found).second) malformed(fmt::format("{} '{}' comes twice", what, found));
    return found;
  }

  void pair() {
    GgufHeader::Pair pair{unique("the key", keys_), cursor_.number<std::uint32_t>(),
                          cursor_.position()};
    if (pair.key == "general.alignment") {
      if (pair.type != kNumber32) malformed("its alignment is no 32-bit number");
      alignment_ = cursor_.number<std::uint32_t>();
      if (!std::has_single_bit(alignment_)) {
        malformed(fmt::format("its alignment {} is no power of two", alignment_));
      }
    } else {
      skipGgufValue(cursor_, pair.type);
    }
    header_.pairs.push_back(std::move(pair));
  }

  void entry() {
    GgufHeader::Entry entry;
    entry.name = unique("the tensor", names_);
    const auto rank = cursor_.number<std::uint32_t>();
    if (rank > kMostSizes) {
      wrong(entry, fmt::format("it has {} dimensions, expected up to {}", rank, kMostSizes));
    }
    for (std::uint32_t i = 0; i < rank; ++i) entry.shape.push_back(cursor_.number<std::uint64_t>());
    std::ranges::reverse(entry.shape);
    const auto type = cursor_.number<std::uint32_t>();
    entry.type = findGgufType(type);
    if (!entry.type) {
      wrong(entry, fmt::format("its type {} is not one this program knows", type), kNewer);
    }
    entry.begin = cursor_.number<std::uint64_t>();
    measure(entry);
    header_.entries.push_back(std::move(entry));
  }

  void measure(GgufHeader::Entry& entry) const {
    const GgufType& type = *entry.type;
    std::uint64_t elements = 1;
    for (const std::uint64_t size : entry.shape) {
      if (__builtin_mul_overflow(elements, size, &elements) ||
          elements > (std::uint64_t{1} << 60)) {
        wrong(entry, fmt::format("its shape {} is too large", shapeText(entry.shape)));
      }
    }
    const std::uint64_t row = entry.shape.empty() ? 1 : entry.shape.back();
    if (row % type.elements != 0) {
      wrong(entry, fmt::format("its rows of {} do not divide into the blocks of {} of {}", row,
                               type.elements, type.name));
    }
    if (__builtin_mul_overflow(elements / type.elements, type.bytes, &entry.bytes)) {
      wrong(entry, fmt::format("its shape {} is too large", shapeText(entry.shape)));
    }
  }

  std::uint64_t aligned(std::uint64_t at) const {
    return (at + alignment_ - 1) / alignment_ * alignment_;
  }

  // The tensors' offsets become bytes of the file.
  void place() {
    const std::uint64_t data = aligned(cursor_.position());
    std::uint64_t expected = 0;
    for (GgufHeader::Entry& entry : header_.entries) {
      if (entry.begin != expected) {
        wrong(entry, fmt::format("its data should begin at byte {} of all data, not {}", expected,
                                 entry.begin));
      }
      entry.begin += data;
      // What was before is within the file, and less than 2^64 by far.
      if (entry.begin > file_.size() || entry.bytes > file_.size() - entry.begin) {
        throw Error(kIncomplete, {{"file", name_},
                                  {"name", entry.name},
                                  {"expected", fmt::format("{}", end(entry))},
                                  {"found", file_.size()}});
      }
      expected = aligned(expected + entry.bytes);
    }
  }

  static std::string end(const GgufHeader::Entry& entry) {
    std::uint64_t end = 0;
    return __builtin_add_overflow(entry.begin, entry.bytes, &end) ? "2^64" : std::to_string(end);
  }

  [[noreturn]] void malformed(std::string_view problem) const {
    throw Error(kHeader, {{"file", name_}, {"problem", problem}, {"offset", cursor_.position()}});
  }
  [[noreturn]] void wrong(const GgufHeader::Entry& entry, std::string_view problem,
                          const char* remedy = kAgain) const {
    throw Error(kTensor, {{"file", name_},
                          {"name", entry.name},
                          {"problem", problem},
                          {"remedy", std::string_view(remedy)}});
  }

  std::span<const std::byte> file_;
  const std::string& name_;
  ByteCursor cursor_;
  GgufHeader header_;
  std::uint64_t alignment_ = 32;
  std::unordered_set<std::string> keys_, names_;
};

}  // namespace

GgufHeader parseGgufHeader(std::span<const std::byte> file, const std::string& name) {
  return HeaderParser(file, name).parse();
}

}  // namespace lineament::io
