// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/data/tensor.h"

namespace lineament::language {

// A learned linear map y = W x + b over tokens, in the storage it came in: a mapped file's weights
// stay where they are. float32 is read in place; float16 and bfloat16 are widened block by block
// while a product needs them.
class WeightMatrix {
 public:
  enum class Layout {
    outputs_first,  // [outputs, inputs], as PyTorch's Linear has it
    inputs_first    // [inputs, outputs], as GPT-2's Conv1D has it
  };

  WeightMatrix() = default;
  // A tensor of rank 2 in float32, float16 or bfloat16; others have to be widened before. `bias`
  // has a number for each output or is empty.
  explicit WeightMatrix(Tensor weights, std::vector<float> bias = {},
                        Layout layout = Layout::outputs_first);

  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return outputs_; }
  explicit operator bool() const { return outputs_ != 0; }
  std::uint64_t parameters() const { return outputs_ * inputs_ + bias_.size(); }

  // The same map with a number added to each output; none where it is empty. For biases that come
  // in another shape than [outputs].
  WeightMatrix withBias(std::vector<float> bias) const;

  // y [tokens, outputs] = x [tokens, inputs] W' + b, over fixed blocks of tokens and outputs, so
  // that the bytes do not depend on the number of threads.
  void apply(const float* x, std::size_t tokens, float* y, const Context& context) const;

  // Row `index` of the storage as numbers: an embedding.
  void row(std::size_t index, float* to) const;

  // Outputs [first, first + count) as a map of its own, sharing the storage.
  WeightMatrix part(std::size_t first, std::size_t count) const;

 private:
  struct Block {
    std::size_t token, tokens, output, outputs;
  };
  void applyBlock(const Block& block, const float* x, float* y) const;
  void applyFew(const Block& block, const float* x, float* y) const;
  void applyFewByInputs(const float* x, std::size_t tokens, float* y, const Context& context) const;
  // The rows that a block needs in single precision, with their stride.
  const float* widened(const Block& block, std::size_t& stride) const;
  // Where element `index` of the storage lies, counted from this map's first one.
  const std::byte* stored(std::size_t index) const;

  Tensor weights_;
  std::vector<float> bias_;
  Layout layout_ = Layout::outputs_first;
  std::size_t inputs_ = 0;
  std::size_t outputs_ = 0;
  std::size_t first_ = 0;   // element of the storage that is the map's first
  std::size_t stride_ = 0;  // from a row of the storage to the next
};

}  // namespace lineament::language
