// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_structure.h"

#include <algorithm>
#include <bit>

#include "core/io/delimited_number.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/io/delimited_structure.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::io::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// For each of the letters looked for, in which places of a block it stands: the first place in the
// lowest bit.
struct BlockBits {
  std::uint64_t delimiters = 0;
  std::uint64_t line_ends = 0;
  std::uint64_t marks = 0;
};

class LetterFinder {
 public:
  explicit LetterFinder(const Dialect& dialect)
      : delimiter_(letter(dialect.delimiter)),
        line_end_(letter(dialect.line_end)),
        quote_(letter(dialect.quote)),
        comment_(letter(dialect.comment)) {}

  HWY_INLINE BlockBits find(const char* block) const {
    BlockBits bits;
    for (std::size_t at = 0; at < 64; at += hn::Lanes(kTag)) {
      const auto letters = hn::LoadU(kTag, reinterpret_cast<const std::uint8_t*>(block) + at);
      bits.delimiters |= bitsOf(hn::Eq(letters, delimiter_)) << at;
      bits.line_ends |= bitsOf(hn::Eq(letters, line_end_)) << at;
      bits.marks |= bitsOf(hn::Or(hn::Eq(letters, quote_), hn::Eq(letters, comment_))) << at;
    }
    return bits;
  }

 private:
  using Tag = hn::CappedTag<std::uint8_t, 64>;
  using Letters = hn::Vec<Tag>;
  static constexpr Tag kTag{};

  static HWY_INLINE Letters letter(char c) { return hn::Set(kTag, static_cast<std::uint8_t>(c)); }

  template <class Mask>
  static HWY_INLINE std::uint64_t bitsOf(Mask mask) {
    std::uint64_t bits = 0;
    hn::StoreMaskBits(kTag, mask, reinterpret_cast<std::uint8_t*>(&bits));
    return bits;
  }

  Letters delimiter_, line_end_, quote_, comment_;
};

// Writes base + i for each set bit i and up to seven places of rubbish behind; eight at a time,
// since most blocks have about as many, without a branch on each.
HWY_INLINE std::uint32_t* putPlaces(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  std::uint32_t* const last = out + std::popcount(bits);
  for (; bits != 0; out += 8) {
    for (int i = 0; i < 8; ++i) {
      out[i] = base + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
  return last;
}

// Finds everything in one block; `out` has room for 72 places.
HWY_INLINE std::uint32_t* takeBlock(BlockBits bits, std::uint32_t base, std::uint32_t* first,
                                    std::uint32_t* out, std::vector<std::uint32_t>& line_ends,
                                    std::vector<std::uint32_t>& marks) {
  const std::uint64_t ends = bits.delimiters | bits.line_ends;
  const auto before = static_cast<std::uint32_t>(out - first);
  for (std::uint64_t rest = bits.line_ends; rest != 0; rest &= rest - 1) {
    const std::uint64_t below = (rest & -rest) - 1;
    line_ends.push_back(before + static_cast<std::uint32_t>(std::popcount(ends & below)));
  }
  for (std::uint64_t rest = bits.marks; rest != 0; rest &= rest - 1) {
    marks.push_back(base + static_cast<std::uint32_t>(std::countr_zero(rest)));
  }
  return putPlaces(ends, base, out);
}

// Floor: every letter is read once, from the cache it was just copied into, and four bytes are
// written per field; the loop over the fields found takes most of the time.
std::size_t findStructure(std::string_view text, const Dialect& dialect,
                          std::vector<std::uint32_t>& ends, std::vector<std::uint32_t>& line_ends,
                          std::vector<std::uint32_t>& marks) {
  constexpr std::size_t kBlock = 64, kRoom = 72;
  const LetterFinder finder(dialect);
  std::size_t count = 0;
  for (std::size_t base = 0; base < text.size(); base += kBlock) {
    if (ends.size() < count + kRoom) ends.resize(2 * (count + kRoom));
    BlockBits bits = finder.find(text.data() + base);
    if (const std::size_t left = text.size() - base; left < kBlock) {
      const std::uint64_t inside = (std::uint64_t{1} << left) - 1;
      bits = {bits.delimiters & inside, bits.line_ends & inside, bits.marks & inside};
    }
    std::uint32_t* const first = ends.data();
    count = static_cast<std::size_t>(
        takeBlock(bits, static_cast<std::uint32_t>(base), first, first + count, line_ends, marks) -
        first);
  }
  return count;
}

}  // namespace lineament::io::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::io {

HWY_EXPORT(findStructure);

void TextStructure::clear() {
  end_count_ = 0;
  line_ends_.clear();
  marks_.clear();
}

void TextStructure::find(std::string_view text, const Dialect& dialect) {
  clear();
  if (text.empty()) return;
  // With the line end behind a text that lacks one of its own, every line has one.
  const bool closed = text.back() == dialect.line_end;
  const std::string_view lines(text.data(), text.size() + (closed ? 0 : 1));
  end_count_ = HWY_DYNAMIC_DISPATCH(findStructure)(lines, dialect, ends_, line_ends_, marks_);
}

}  // namespace lineament::io
#endif
