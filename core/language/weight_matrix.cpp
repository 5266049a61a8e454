// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/weight_matrix.h"

#include <algorithm>
#include <cstring>

#include "core/base/blas.h"
#include "core/base/parallel.h"
#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

// Up to here each row of weights is read once for all tokens without packing.
constexpr std::size_t kFewTokens = 4;
// Blocks of a product: an even number of them, so large that packing both sides takes a tenth of
// it.
constexpr std::size_t kTokensAtOnce = 512;
constexpr std::size_t kOutputsAtOnce = 768;
// A block of few tokens reads about this many weights: 50 microseconds.
constexpr std::size_t kWeightsAtOnce = 1 << 17;

bool aligned(const Tensor& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % alignof(float) == 0;
}

std::size_t evenBlock(std::size_t outputs) {
  constexpr std::size_t kMultiple = 16;
  const std::size_t pairs = (outputs + 2 * kOutputsAtOnce - 1) / (2 * kOutputsAtOnce);
  const std::size_t block = (outputs + 2 * pairs - 1) / (2 * std::max<std::size_t>(pairs, 1));
  return std::max((block + kMultiple - 1) / kMultiple, std::size_t{1}) * kMultiple;
}

std::vector<float>& scratch() {
  static thread_local std::vector<float> buffer;
  return buffer;
}

}  // namespace

WeightMatrix::WeightMatrix(Tensor weights, std::vector<float> bias, Layout layout)
    : weights_(std::move(weights)), bias_(std::move(bias)), layout_(layout) {
  // Files may put float32 anywhere; reading it in place needs its alignment.
  if (weights_.dtype() == DType::f32 && !aligned(weights_)) {
    weights_ = Tensor::of(weights_.shape(), weights_.floats());
  }
  const bool outputs_first = layout == Layout::outputs_first;
  outputs_ = weights_.shape().at(outputs_first ? 0 : 1);
  inputs_ = weights_.shape().at(outputs_first ? 1 : 0);
  stride_ = weights_.shape()[1];
}

WeightMatrix WeightMatrix::part(std::size_t first, std::size_t count) const {
  WeightMatrix made = *this;
  made.outputs_ = count;
  made.first_ += layout_ == Layout::outputs_first ? first * stride_ : first;
  if (!bias_.empty()) {
    const auto from = bias_.begin() + static_cast<std::ptrdiff_t>(first);
    made.bias_.assign(from, from + static_cast<std::ptrdiff_t>(count));
  }
  return made;
}

WeightMatrix WeightMatrix::withBias(std::vector<float> bias) const {
  WeightMatrix made = *this;
  made.bias_ = std::move(bias);
  return made;
}

const std::byte* WeightMatrix::stored(std::size_t index) const {
  return weights_.bytes().data() + (first_ + index) * bitsPerElement(weights_.dtype()) / 8;
}

void WeightMatrix::row(std::size_t index, float* to) const {
  widen(weights_.dtype(), stored(index * stride_),
        layout_ == Layout::outputs_first ? inputs_ : outputs_, to);
}

void WeightMatrix::apply(const float* x, std::size_t tokens, float* y,
                         const Context& context) const {
  const bool few = tokens <= kFewTokens;
  if (few && layout_ == Layout::inputs_first) {
    applyFewByInputs(x, tokens, y, context);
    return;
  }
  constexpr std::size_t kFewest = 8;
  const std::size_t outputs =
      few ? std::max(kWeightsAtOnce / std::max<std::size_t>(inputs_, 1) / kFewest, std::size_t{1}) *
                kFewest
          : evenBlock(outputs_);
  const std::size_t across = (outputs_ + outputs - 1) / outputs;
  const std::size_t down = (tokens + kTokensAtOnce - 1) / kTokensAtOnce;
  forBlocks(across * down, 1, context, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t token = (i % down) * kTokensAtOnce;
      const std::size_t output = (i / down) * outputs;
      const Block block{token, std::min(kTokensAtOnce, tokens - token), output,
                        std::min(outputs, outputs_ - output)};
      few ? applyFew(block, x, y) : applyBlock(block, x, y);
    }
  });
}

const float* WeightMatrix::widened(const Block& block, std::size_t& stride) const {
  const bool outputs_first = layout_ == Layout::outputs_first;
  const std::size_t first = outputs_first ? block.output * stride_ : block.output;
  stride = stride_;
  if (weights_.dtype() == DType::f32) return reinterpret_cast<const float*>(stored(first));
  std::vector<float>& buffer = scratch();
  buffer.resize(block.outputs * inputs_);
  stride = outputs_first ? inputs_ : block.outputs;
  for (std::size_t row = 0; row < buffer.size() / stride; ++row) {
    widen(weights_.dtype(), stored(first + row * stride_), stride, buffer.data() + row * stride);
  }
  return buffer.data();
}

void WeightMatrix::applyBlock(const Block& block, const float* x, float* y) const {
  float* out = y + block.token * outputs_ + block.output;
  for (std::size_t t = 0; t < block.tokens; ++t) {
    if (bias_.empty()) {
      std::fill_n(out + t * outputs_, block.outputs, 0.0F);
    } else {
      std::copy_n(bias_.data() + block.output, block.outputs, out + t * outputs_);
    }
  }
  std::size_t stride = 0;
  const float* weights = widened(block, stride);
  const bool outputs_first = layout_ == Layout::outputs_first;
  matrixProduct(Transpose::no, outputs_first ? Transpose::yes : Transpose::no, 1.0F,
                MatrixView<const float>{x + block.token * inputs_, block.tokens, inputs_, inputs_},
                outputs_first ? MatrixView<const float>{weights, block.outputs, inputs_, stride}
                              : MatrixView<const float>{weights, inputs_, block.outputs, stride},
                1.0F, MatrixView<float>{out, block.tokens, block.outputs, outputs_});
}

void WeightMatrix::applyFew(const Block& block, const float* x, float* y) const {
  std::size_t stride = 0;
  const float* weights = widened(block, stride);
  float* out = y + block.output;
  rowProducts(weights, stride, block.outputs, inputs_, x, inputs_, block.tokens, out, outputs_);
  for (std::size_t t = 0; t < block.tokens && !bias_.empty(); ++t) {
    add(bias_.data() + block.output, block.outputs, out + t * outputs_);
  }
}

// Blocks of inputs, whose rows lie one behind the other: their parts of the sum are added up in a
// fixed order.
void WeightMatrix::applyFewByInputs(const float* x, std::size_t tokens, float* y,
                                    const Context& context) const {
  const std::size_t rows =
      std::max<std::size_t>(kWeightsAtOnce / std::max<std::size_t>(outputs_, 1), 1);
  std::vector<float> sums = reduceBlocks<std::vector<float>>(
      inputs_, rows, context,
      [&](std::size_t first, std::size_t last) {
        std::vector<float> part(tokens * outputs_, 0.0F);
        const float* weights = reinterpret_cast<const float*>(stored(first * stride_));
        std::size_t stride = stride_;
        if (weights_.dtype() != DType::f32) {
          std::vector<float>& buffer = scratch();
          buffer.resize((last - first) * outputs_);
          stride = outputs_;
          for (std::size_t row = first; row < last; ++row) {
            widen(weights_.dtype(), stored(row * stride_), outputs_,
                  buffer.data() + (row - first) * outputs_);
          }
          weights = buffer.data();
        }
        for (std::size_t t = 0; t < tokens; ++t) {
          addRows(weights, stride, last - first, outputs_, x + t * inputs_ + first,
                  part.data() + t * outputs_);
        }
        return part;
      },
      [](std::vector<float>& left, const std::vector<float>& right) {
        add(right.data(), right.size(), left.data());
      });
  sums.resize(tokens * outputs_, 0.0F);
  for (std::size_t t = 0; t < tokens; ++t) {
    float* own = y + t * outputs_;
    std::copy_n(sums.data() + t * outputs_, outputs_, own);
    if (!bias_.empty()) add(bias_.data(), outputs_, own);
  }
}

}  // namespace lineament::language
