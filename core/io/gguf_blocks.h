// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/data/tensor.h"

namespace lineament::io {

// A tensor type of GGUF: numbers as they are, or rounded to few bits in blocks that share scales.
struct GgufType {
  // Turns one block into its numbers.
  using Dequantise = void (*)(const std::byte* block, float* numbers);

  std::uint32_t id = 0;
  std::string_view name;            // "Q4_K"
  std::uint64_t elements = 1;       // in a block
  std::uint64_t bytes = 0;          // of a block
  std::optional<DType> plain;       // of a type whose numbers are stored as they are
  Dequantise dequantise = nullptr;  // null where this program does not know the block's layout
};

// Null for an id that no version of the format gave out, or that was withdrawn.
const GgufType* findGgufType(std::uint32_t id);

// The blocks, by field from their first byte (bytes in brackets; scales are little-endian float16
// unless said otherwise; q is what an element's bits say). Source: the declarations of
// ggml-common.h and the dequantize_row_ functions of ggml-quants.c, github.com/ggml-org/ggml.
//
// Of 32 elements; nibbles: byte j holds element j in its low and element j + 16 in its high half.
//   Q4_0  d [2], nibbles [16]                          d (q - 8)
//   Q4_1  d [2], m [2], nibbles [16]                   d q + m
//   Q5_0  d [2], bits [4], nibbles [16]                d (q - 16); bit i of the 32-bit number is
//   Q5_1  d [2], m [2], bits [4], nibbles [16]         d q + m;    the fifth bit of element i
//   Q8_0  d [2], int8 [32]                             d q
//
// Of 256 elements, in 16 groups of 16 or 8 groups of 32 with whole-numbered scales of their own.
//   Q2_K  scales [16], pairs [64], d [2], m [2]        d s q - m t: byte i of scales holds s of
//         group i in its low and t in its high half
//   Q3_K  high [32], pairs [64], scales [12], d [2]    d (s - 32) (q - 4): s has six bits, the low
//         four of groups 0 to 7 in the low and of 8 to 15 in the high half of bytes 0 to 7, the
//         upper two of group i in bits 2 (i / 4) and on of byte 8 + i mod 4
//   Q4_K  d [2], m [2], scales [12], nibbles [128]     d s q - m t: six bits each. Of groups 0 to 3
//         s is bytes 0 to 3 and t bytes 4 to 7, their lower six bits. Of group i from 4 on the low
//         four of s are the low and those of t the high half of byte i + 4; the upper two are the
//         upper two bits of bytes i - 4 (s) and i (t)
//   Q5_K  d [2], m [2], scales [12], high [32], nibbles [128]   as Q4_K with q of five bits
//   Q6_K  nibbles [128], upper [64], scales int8 [16], d [2]    d s (q - 32)
//   Q8_K  d float32 [4], int8 [256], sums int16 [16]   d q; the sums of the groups are not needed
// How bits of many elements share a byte:
//   pairs (Q2_K, Q3_K)    halves of 128 elements: bits 2 k and on of byte 32 h + j are of element
//                         128 h + 32 k + j, k = 0 to 3
//   high (Q3_K, Q5_K)     bit k of byte j is the highest bit of element 32 k + j
//   nibbles (Q4_K, Q5_K)  runs of 64 elements: byte 32 r + j holds 64 r + j low, 64 r + 32 + j high
//   nibbles (Q6_K)        halves of 128: byte 64 h + j holds 128 h + j low, 128 h + 64 + j high, j
//                         = 0 to 63; upper: bits 2 k and on of byte 32 h + j, of element
//                         128 h + 32 k + j
void dequantiseQ4_0(const std::byte* block, float* numbers);
void dequantiseQ4_1(const std::byte* block, float* numbers);
void dequantiseQ5_0(const std::byte* block, float* numbers);
void dequantiseQ5_1(const std::byte* block, float* numbers);
void dequantiseQ8_0(const std::byte* block, float* numbers);
void dequantiseQ2_K(const std::byte* block, float* numbers);
void dequantiseQ3_K(const std::byte* block, float* numbers);
void dequantiseQ4_K(const std::byte* block, float* numbers);
void dequantiseQ5_K(const std::byte* block, float* numbers);
void dequantiseQ6_K(const std::byte* block, float* numbers);
void dequantiseQ8_K(const std::byte* block, float* numbers);

}  // namespace lineament::io
