// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/feed_forward.h"

#include <algorithm>
#include <memory>

#include "core/base/parallel.h"
#include "core/language/vector_kernels.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

constexpr std::size_t kNumbersAtOnce = 1 << 15;
constexpr std::size_t kTokensAtOnce = 2048;  // the widest rows of a network are made for so many

}  // namespace

Activation activationOf(const std::string& name, const std::string& architecture) {
  if (name == "relu") return Activation::relu;
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast") {
    return Activation::gelu_tanh;
  }
  if (name == "silu" || name == "swish") return Activation::silu;
  unsupported(architecture, "its activation '" + name + "' is not known to this program");
}

void activate(Activation activation, float* x, std::size_t count, const Context& context) {
  forBlocks(count, kNumbersAtOnce, context, [&](std::size_t begin, std::size_t end) {
    float* from = x + begin;
    switch (activation) {
      case Activation::none:
        return;
      case Activation::relu:
        return relu(from, end - begin);
      case Activation::gelu:
        return gelu(from, end - begin);
      case Activation::gelu_tanh:
        return geluTanh(from, end - begin);
      case Activation::silu:
        return silu(from, end - begin);
    }
  });
}

FeedForward::FeedForward(Activation activation, WeightMatrix up, WeightMatrix down,
                         WeightMatrix gate)
    : activation_(activation), up_(std::move(up)), down_(std::move(down)), gate_(std::move(gate)) {}

std::uint64_t FeedForward::parameters() const {
  return up_.parameters() + down_.parameters() + gate_.parameters();
}

void FeedForward::apply(const float* x, std::size_t tokens, SublayerState*, AttentionTap*,
                        float* out, const Context& context) const {
  // Without values before they are computed: zeroing them would be as much work as activating.
  const std::size_t room = std::min(kTokensAtOnce, tokens) * up_.outputs();
  const auto hidden = std::make_unique_for_overwrite<float[]>(room);
  const auto gated = std::make_unique_for_overwrite<float[]>(gate_ ? room : 0);
  for (std::size_t first = 0; first < tokens; first += kTokensAtOnce) {
    const std::size_t count = std::min(kTokensAtOnce, tokens - first);
    const std::size_t numbers = count * up_.outputs();
    up_.apply(x + first * up_.inputs(), count, hidden.get(), context);
    if (gate_) {
      gate_.apply(x + first * up_.inputs(), count, gated.get(), context);
      activate(activation_, gated.get(), numbers, context);
      multiply(gated.get(), numbers, hidden.get());
    } else {
      activate(activation_, hidden.get(), numbers, context);
    }
    down_.apply(hidden.get(), count, out + first * down_.outputs(), context);
  }
}

}  // namespace lineament::language
