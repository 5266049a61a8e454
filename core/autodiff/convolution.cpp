// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/convolution.h"

#include <algorithm>
#include <functional>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"

namespace lineament::autodiff {

namespace {

constexpr std::size_t kChannelBlock = 32;

struct Sizes {
  std::size_t batch, tokens, channels, width;
};

template <class T>
Sizes sizesOf(const Step<T>& step) {
  const Shape& x = step.inputs[0].shape();
  return {x[0], x[1], x[2], step.inputs[1].shape()[1]};
}

template <class T>
class CausalConvolution : public Operation<T> {
 public:
  std::string_view name() const override { return "causal_convolution"; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    const Shape& x = inputs[0].shape;
    const Shape& taps = inputs[1].shape;
    if (x.rank() != 3 || taps.rank() != 2 || taps[0] != x[2]) {
      shapeError(name(), inputs,
                 "[batch, token, channel] and [channel, width] of as many channels");
    }
    // The taps of a position lie side by side in the workspace, so that channels are vectors.
    return {{x}, taps.elements()};
  }

  void forward(const Step<T>& step) const override {
    const Sizes n = sizesOf(step);
    T* across = step.workspace.data();
    for (std::size_t c = 0; c < n.channels; ++c) {
      for (std::size_t j = 0; j < n.width; ++j) {
        across[j * n.channels + c] = step.inputs[1].data[c * n.width + j];
      }
    }
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const std::size_t token = row % n.tokens;
        T* __restrict y = step.outputs[0].data + row * n.channels;
        std::fill_n(y, n.channels, T{0});
        for (std::size_t j = firstTap(n, token); j < n.width; ++j) {
          const T* x = step.inputs[0].data + (row + j + 1 - n.width) * n.channels;
          const T* tap = across + j * n.channels;
          for (std::size_t c = 0; c < n.channels; ++c) y[c] += tap[c] * x[c];
        }
      }
    };
    forBlocks(n.batch * n.tokens, rowsOfTask(n), *step.context, std::cref(work));
  }

  // dx[t] = sum over j of tap j times dy[t + W - 1 - j], and tap j gets dy[t] x[t - W + 1 + j].
  void backward(const Step<T>& step) const override {
    if (step.input_gradients[0]) inputGradient(step);
    if (step.input_gradients[1]) tapGradient(step);
  }

 private:
  // Taps before it would read from before the first token.
  static std::size_t firstTap(const Sizes& n, std::size_t token) {
    return n.width > token + 1 ? n.width - 1 - token : 0;
  }

  static std::size_t rowsOfTask(const Sizes& n) {
    return std::max<std::size_t>(1, kLoopBlock / std::max<std::size_t>(1, n.channels * n.width));
  }

  static void inputGradient(const Step<T>& step) {
    const Sizes n = sizesOf(step);
    const T* across = step.workspace.data();
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const std::size_t later = n.tokens - 1 - row % n.tokens;
        T* __restrict gradient = step.input_gradients[0].data + row * n.channels;
        for (std::size_t back = 0; back < std::min(n.width, later + 1); ++back) {
          const T* above = step.output_gradients[0].data + (row + back) * n.channels;
          const T* tap = across + (n.width - 1 - back) * n.channels;
          for (std::size_t c = 0; c < n.channels; ++c) gradient[c] += tap[c] * above[c];
        }
      }
    };
    forBlocks(n.batch * n.tokens, rowsOfTask(n), *step.context, std::cref(work));
  }

  // Tasks share out the channels, never the tokens, so that the sums have one order.
  static void tapGradient(const Step<T>& step) {
    const Sizes n = sizesOf(step);
    const auto work = [&](std::size_t begin, std::size_t end) {
      for (std::size_t first = begin; first < end; first += kChannelBlock) {
        const std::size_t count = std::min(kChannelBlock, end - first);
        for (std::size_t j = 0; j < n.width; ++j) {
          double sums[kChannelBlock] = {};
          sumProducts(step, n, first, count, j, sums);
          for (std::size_t c = 0; c < count; ++c) {
            step.input_gradients[1].data[(first + c) * n.width + j] += static_cast<T>(sums[c]);
          }
        }
      }
    };
    forBlocks(n.channels, kChannelBlock, *step.context, std::cref(work));
  }

  static void sumProducts(const Step<T>& step, const Sizes& n, std::size_t first, std::size_t count,
                          std::size_t tap, double* __restrict sums) {
    const std::size_t back = n.width - 1 - tap;
    for (std::size_t b = 0; b < n.batch; ++b) {
      for (std::size_t t = back; t < n.tokens; ++t) {
        const std::size_t row = b * n.tokens + t;
        const T* above = step.output_gradients[0].data + row * n.channels + first;
        const T* x = step.inputs[0].data + (row - back) * n.channels + first;
        for (std::size_t c = 0; c < count; ++c) sums[c] += double(above[c]) * double(x[c]);
      }
    }
  }
};

}  // namespace

template <class T>
Value<T> causalConvolution(Value<T> x, Value<T> taps) {
  return recordOne<T>(std::make_unique<CausalConvolution<T>>(), contiguous(x), contiguous(taps));
}

template Value<float> causalConvolution(Value<float>, Value<float>);
template Value<double> causalConvolution(Value<double>, Value<double>);

}  // namespace lineament::autodiff
