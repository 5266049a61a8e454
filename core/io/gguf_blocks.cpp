// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gguf_blocks.h"

#include <algorithm>
#include <cstring>

namespace lineament::io {

namespace {

constexpr GgufType kTypes[] = {{0, "F32", 1, 4, DType::f32},
                               {1, "F16", 1, 2, DType::f16},
                               {2, "Q4_0", 32, 18, {}, dequantiseQ4_0},
                               {3, "Q4_1", 32, 20, {}, dequantiseQ4_1},
                               {6, "Q5_0", 32, 22, {}, dequantiseQ5_0},
                               {7, "Q5_1", 32, 24, {}, dequantiseQ5_1},
                               {8, "Q8_0", 32, 34, {}, dequantiseQ8_0},
                               {9, "Q8_1", 32, 36},
                               {10, "Q2_K", 256, 84, {}, dequantiseQ2_K},
                               {11, "Q3_K", 256, 110, {}, dequantiseQ3_K},
                               {12, "Q4_K", 256, 144, {}, dequantiseQ4_K},
                               {13, "Q5_K", 256, 176, {}, dequantiseQ5_K},
                               {14, "Q6_K", 256, 210, {}, dequantiseQ6_K},
                               {15, "Q8_K", 256, 292, {}, dequantiseQ8_K},
                               {16, "IQ2_XXS", 256, 66},
                               {17, "IQ2_XS", 256, 74},
                               {18, "IQ3_XXS", 256, 98},
                               {19, "IQ1_S", 256, 50},
                               {20, "IQ4_NL", 32, 18},
                               {21, "IQ3_S", 256, 110},
                               {22, "IQ2_S", 256, 82},
                               {23, "IQ4_XS", 256, 136},
                               {24, "I8", 1, 1, DType::i8},
                               {25, "I16", 1, 2, DType::i16},
                               {26, "I32", 1, 4, DType::i32},
                               {27, "I64", 1, 8, DType::i64},
                               {28, "F64", 1, 8, DType::f64},
                               {29, "IQ1_M", 256, 56},
                               {30, "BF16", 1, 2, DType::bf16},
                               {34, "TQ1_0", 256, 54},
                               {35, "TQ2_0", 256, 66},
                               {39, "MXFP4", 32, 17},
                               {40, "NVFP4", 64, 36},
                               {41, "Q1_0", 128, 18},
                               {42, "Q2_0", 64, 18}};

// A block's bytes by their place.
class Block {
 public:
  explicit Block(const std::byte* at) : at_(at) {}

  unsigned operator[](std::size_t i) const { return std::to_integer<unsigned>(at_[i]); }
  int whole(std::size_t i) const { return static_cast<std::int8_t>(at_[i]); }
  unsigned nibble(std::size_t i, bool high) const { return ((*this)[i] >> (high ? 4 : 0)) & 15; }
  unsigned pair(std::size_t i, std::size_t k) const { return ((*this)[i] >> (2 * k)) & 3; }
  unsigned bit(std::size_t i, std::size_t k) const { return ((*this)[i] >> k) & 1; }

  float half(std::size_t i) const {
    std::uint16_t bits = 0;
    std::memcpy(&bits, at_ + i, sizeof bits);
    return halfToFloat(bits);
  }
  template <class T>
  T number(std::size_t i) const {
    T value;
    std::memcpy(&value, at_ + i, sizeof value);
    return value;
  }

 private:
  const std::byte* at_;
};

// The six-bit scales of eight groups, as Q4_K and Q5_K pack them from byte `at` on.
struct SixBitScale {
  float scale = 0, minimum = 0;
};
SixBitScale sixBits(const Block& block, std::size_t at, std::size_t group) {
  const auto number = [](unsigned value) { return static_cast<float>(value); };
  if (group < 4) return {number(block[at + group] & 63), number(block[at + group + 4] & 63)};
  return {number(block.nibble(at + group + 4, false) | (block[at + group - 4] >> 6 << 4)),
          number(block.nibble(at + group + 4, true) | (block[at + group] >> 6 << 4))};
}

// A group of 32 elements of Q4_K (without fifth bits) or Q5_K.
void fourOrFive(const Block& block, std::optional<std::size_t> fifths, std::size_t nibbles,
                float* numbers) {
  const float d = block.half(0), m = block.half(2);
  for (std::size_t group = 0; group < 8; ++group) {
    const SixBitScale six = sixBits(block, 4, group);
    const float scale = d * six.scale, minimum = m * six.minimum;
    for (std::size_t j = 0; j < 32; ++j) {
      unsigned q = block.nibble(nibbles + group / 2 * 32 + j, group % 2 == 1);
      if (fifths) q |= block.bit(*fifths + j, group) << 4;
      *numbers++ = scale * static_cast<float>(q) - minimum;
    }
  }
}

}  // namespace

const GgufType* findGgufType(std::uint32_t id) {
  const auto* found =
      std::ranges::lower_bound(kTypes, id, {}, [](const GgufType& type) { return type.id; });
  return found != std::end(kTypes) && found->id == id ? found : nullptr;
}

void dequantiseQ4_0(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  const float d = block.half(0);
  for (std::size_t i = 0; i < 32; ++i) {
    const int q = static_cast<int>(block.nibble(2 + i % 16, i >= 16)) - 8;
    numbers[i] = d * static_cast<float>(q);
  }
}

void dequantiseQ4_1(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  const float d = block.half(0), m = block.half(2);
  for (std::size_t i = 0; i < 32; ++i) {
    numbers[i] = d * static_cast<float>(block.nibble(4 + i % 16, i >= 16)) + m;
  }
}

void dequantiseQ5_0(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  const float d = block.half(0);
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned q = block.nibble(6 + i % 16, i >= 16) | block.bit(2 + i / 8, i % 8) << 4;
    numbers[i] = d * static_cast<float>(static_cast<int>(q) - 16);
  }
}

void dequantiseQ5_1(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  const float d = block.half(0), m = block.half(2);
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned q = block.nibble(8 + i % 16, i >= 16) | block.bit(4 + i / 8, i % 8) << 4;
    numbers[i] = d * static_cast<float>(q) + m;
  }
}

void dequantiseQ8_0(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  const float d = block.half(0);
  for (std::size_t i = 0; i < 32; ++i) numbers[i] = d * static_cast<float>(block.whole(2 + i));
}

void dequantiseQ2_K(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  constexpr std::size_t kPairs = 16;
  const float d = block.half(80), m = block.half(82);
  for (std::size_t i = 0; i < 256; ++i) {
    const float scale = d * static_cast<float>(block.nibble(i / 16, false));
    const float minimum = m * static_cast<float>(block.nibble(i / 16, true));
    const unsigned q = block.pair(kPairs + i / 128 * 32 + i % 32, i % 128 / 32);
    numbers[i] = scale * static_cast<float>(q) - minimum;
  }
}

void dequantiseQ3_K(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  constexpr std::size_t kPairs = 32, kScales = 96;
  const float d = block.half(108);
  for (std::size_t i = 0; i < 256; ++i) {
    const std::size_t group = i / 16;
    const unsigned six = block.nibble(kScales + group % 8, group >= 8) |
                         block.pair(kScales + 8 + group % 4, group / 4) << 4;
    const float scale = d * static_cast<float>(static_cast<int>(six) - 32);
    const unsigned q =
        block.pair(kPairs + i / 128 * 32 + i % 32, i % 128 / 32) | block.bit(i % 32, i / 32) << 2;
    numbers[i] = scale * static_cast<float>(static_cast<int>(q) - 4);
  }
}

void dequantiseQ4_K(const std::byte* bytes, float* numbers) {
  fourOrFive(Block(bytes), std::nullopt, 16, numbers);
}

void dequantiseQ5_K(const std::byte* bytes, float* numbers) {
  fourOrFive(Block(bytes), 16, 48, numbers);
}

void dequantiseQ6_K(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  constexpr std::size_t kUpper = 128, kScales = 192;
  const float d = block.half(208);
  for (std::size_t i = 0; i < 256; ++i) {
    const std::size_t half = i / 128, within = i % 128;
    const unsigned q = block.nibble(half * 64 + within % 64, within >= 64) |
                       block.pair(kUpper + half * 32 + within % 32, within / 32) << 4;
    const float scale = d * static_cast<float>(block.whole(kScales + i / 16));
    numbers[i] = scale * static_cast<float>(static_cast<int>(q) - 32);
  }
}

void dequantiseQ8_K(const std::byte* bytes, float* numbers) {
  const Block block(bytes);
  const auto d = block.number<float>(0);
  for (std::size_t i = 0; i < 256; ++i) numbers[i] = d * static_cast<float>(block.whole(4 + i));
}

}  // namespace lineament::io
