// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace lineament::language {

// Rotary position embedding (Su, Lu, Pan, Murtadha, Wen and Liu 2021, "RoFormer: enhanced
// transformer with rotary position embedding", section 3.2.2). The first `size` numbers of a head's
// query and key at position p are turned pair by pair,
//   (a_i, b_i) -> (a_i cos p w_i - b_i sin p w_i, a_i sin p w_i + b_i cos p w_i),
//   w_i = base^(-2 i / size), i = 0 .. size / 2 - 1,
// so that a query's product with a key depends on how far apart they are. Which two numbers make a
// pair is the format's choice, and weights of one do not work as the other:
//   neighbours  (x_2i, x_2i+1), the paper's own; Meta's Llama files, llama2.c, GGUF's llama
//   halves      (x_i, x_i+size/2); the transformers library, GPT-NeoX
struct Rotary {
  enum class Pairs { neighbours, halves };

  std::size_t size = 0;  // even; 0: no rotation
  Pairs pairs = Pairs::halves;
  std::vector<double> frequencies;  // w_i, radians a token

  static Rotary of(std::size_t size, double base, Pairs pairs);

  // Positions spread further apart than in training: w_i / factor.
  void scaleLinear(double factor);
  // Llama 3.1's scaling (Grattafiori et al. 2024; transformers' "llama3"): wavelengths 2 pi / w_i
  // longer than `original` / low_factor are divided by `factor`, shorter ones than `original` /
  // high_factor stay, those between go from one to the other by
  // s = (original / wavelength - low_factor) / (high_factor - low_factor).
  void scaleLlama3(double factor, double low_factor, double high_factor, double original);

  // Turns `heads` heads of `head_size` numbers of each of `tokens` rows in place, the first row
  // being at `position`.
  void apply(float* rows, std::size_t row_stride, std::size_t tokens, std::size_t heads,
             std::size_t head_size, std::size_t position) const;
};

}  // namespace lineament::language
