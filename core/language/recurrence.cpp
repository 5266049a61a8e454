// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/recurrence.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/language/implied_factors.h"
#include "core/language/vector_kernels.h"
#include "core/sequence/registry.h"

namespace lineament::language {

namespace {

constexpr ErrorText kTooLong{"language.implied_too_long",
                             "Make the matrix that a recurrence implies",
                             "the text has {tokens} tokens, these matrices are made for up to "
                             "{most}",
                             "", "Shorten the text, or choose fewer layers"};

// Of a mechanism whose matrices cannot be made in parts they are made whole, in double precision
// from the definition: T^2 times the width of a head.
constexpr std::size_t kLongestImplied = 4096;
constexpr std::size_t kAtOnce = 4;  // matrices in double precision

}  // namespace

Recurrence::Recurrence(std::string_view mechanism, const sequence::Sizes& sizes,
                       const std::vector<std::pair<std::string_view, double>>& options)
    : mechanism_(sequence::requireMechanism(mechanism)),
      sizes_(sizes),
      options_(mechanism_.description().options) {
  for (const auto& [id, value] : options) options_.set(id, value);
}

sequence::Sizes headSizes(std::size_t heads, std::size_t key, std::size_t value) {
  sequence::Sizes sizes;
  sizes[sequence::Dim::head] = static_cast<std::int64_t>(heads);
  sizes[sequence::Dim::key] = static_cast<std::int64_t>(key);
  sizes[sequence::Dim::value] = static_cast<std::int64_t>(value);
  return sizes;
}

sequence::Sizes Recurrence::sizesOf(std::size_t tokens) const {
  sequence::Sizes sizes = sizes_;
  sizes[sequence::Dim::token] = static_cast<std::int64_t>(tokens);
  return sizes;
}

bool Recurrence::ofChannels() const {
  return std::ranges::find(mechanism_.description().output, sequence::Dim::value) ==
         mechanism_.description().output.end();
}

std::size_t Recurrence::matrices() const {
  return ofChannels() ? 1 : static_cast<std::size_t>(sizes_.heads());
}

void Recurrence::run(const Operands& operands, std::size_t tokens, State& state, float* out,
                     AttentionTap* tap, const Context& context) const {
  if (tokens == 0) return;
  const sequence::Description& about = mechanism_.description();
  const sequence::Sizes sizes = sizesOf(tokens);
  std::vector<const float*> ordered;
  std::vector<sequence::StoredView> inputs;
  for (const sequence::OperandSpec& spec : about.inputs) {
    const auto given = std::ranges::find(operands, spec.name, &Operands::value_type::first);
    ordered.push_back(given == operands.end() ? nullptr : given->second);
    inputs.push_back(
        {ordered.back(), sequence::Storage::f32, sequence::contiguousStrides(spec.dims, sizes)});
  }
  sequence::Call<float> call;
  call.sizes = sizes;
  call.options = &options_;
  call.inputs = inputs;
  call.output = {out, sequence::Storage::f32, sequence::contiguousStrides(about.output, sizes)};
  call.context = &context;
  if (tap && state.tokens == 0) imply(ordered, tokens, *tap, context);
  if (tokens == 1 && state.tokens > 0) {
    mechanism_.step(call, state);
    return;
  }
  call.initial = state.tokens > 0 ? &state : nullptr;
  call.final = &state;
  mechanism_.fast(call);
}

void Recurrence::imply(const std::vector<const float*>& inputs, std::size_t tokens,
                       AttentionTap& tap, const Context& context) const {
  tap = {};
  tap.heads = matrices();
  tap.queries = tap.keys = tokens;
  tap.causal = true;
  // Queries, writes, decays, removals and recalls of every token at most.
  constexpr std::size_t kArrays = 5;
  const auto rows = static_cast<std::size_t>(sizes_.heads() * sizes_.keys()) * tokens;
  tap.room =
      reserveMemory(kArrays * rows * sizeof(float), "what implied attention is worked out from");
  if (!ofChannels()) {
    tap.recurrence = impliedFactors(mechanism_, sizesOf(tokens), options_, inputs);
  }
  if (!tap.recurrence) implyWhole(inputs, tokens, tap, context);
}

void Recurrence::implyWhole(const std::vector<const float*>& inputs, std::size_t tokens,
                            AttentionTap& tap, const Context& context) const {
  if (tokens > kLongestImplied) {
    throw Error(kTooLong, {{"tokens", tokens}, {"most", kLongestImplied}});
  }
  const sequence::Description& about = mechanism_.description();
  const sequence::Sizes sizes = sizesOf(tokens);
  const auto heads = static_cast<std::size_t>(sizes.heads());
  const std::size_t cells = tokens * tokens;
  tap.room = reserveMemory(cells * (tap.heads * sizeof(float) + kAtOnce * sizeof(double)),
                           "implied attention matrices");
  std::vector<std::vector<double>> wide;
  std::vector<sequence::View<const double>> views;
  for (std::size_t i = 0; i < about.inputs.size(); ++i) {
    const float* from = inputs[i];
    const auto count = static_cast<std::size_t>(sequence::elementsOf(about.inputs[i].dims, sizes));
    wide.push_back(from ? std::vector<double>(from, from + count) : std::vector<double>());
    views.push_back({from ? wide.back().data() : nullptr,
                     sequence::contiguousStrides(about.inputs[i].dims, sizes)});
  }
  sequence::Call<double> call;
  call.sizes = sizes;
  call.options = &options_;
  call.inputs = views;
  call.context = &context;
  const bool mean = ofChannels();
  const auto channels = static_cast<float>(heads);
  tap.weights.resize(tap.heads * cells);
  std::vector<std::vector<double>> made(kAtOnce);
  for (std::size_t first = 0; first < heads; first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, heads - first);
    forBlocks(count, 1, {.stop = context.stop}, [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        made[i] = mechanism_.attention(call, 0, static_cast<std::int64_t>(first + i));
      }
    });
    for (std::size_t i = 0; i < count; ++i) {
      float* to = tap.weights.data() + (mean ? 0 : (first + i) * cells);
      for (std::size_t cell = 0; cell < cells; ++cell) {
        const double weight = made[i][cell];
        to[cell] = mean ? to[cell] + static_cast<float>(std::abs(weight)) / channels
                        : static_cast<float>(weight);
      }
    }
  }
}

CausalConvolution::CausalConvolution(std::vector<float> taps, std::size_t channels,
                                     std::vector<float> bias, bool activated)
    : taps_(taps.size()),
      bias_(std::move(bias)),
      channels_(channels),
      width_(channels == 0 ? 0 : taps.size() / channels),
      activated_(activated) {
  for (std::size_t c = 0; c < channels_; ++c) {
    for (std::size_t j = 0; j < width_; ++j) taps_[j * channels_ + c] = taps[c * width_ + j];
  }
}

void CausalConvolution::apply(std::vector<float>& x, std::size_t tokens, std::vector<float>& tail,
                              const Context& context) const {
  const std::size_t past = width_ - 1;
  tail.resize(past * channels_, 0.0F);
  std::vector<float> all = std::move(tail);
  all.insert(all.end(), x.begin(), x.end());
  constexpr std::size_t kTokensAtOnce = 32;
  forBlocks(tokens, kTokensAtOnce, context, [&](std::size_t first, std::size_t last) {
    for (std::size_t t = first; t < last; ++t) {
      float* y = x.data() + t * channels_;
      if (bias_.empty()) {
        std::fill_n(y, channels_, 0.0F);
      } else {
        std::ranges::copy(bias_, y);
      }
      for (std::size_t j = 0; j < width_; ++j) {
        const float* from = all.data() + (t + j) * channels_;
        const float* weights = taps_.data() + j * channels_;
        for (std::size_t c = 0; c < channels_; ++c) y[c] += weights[c] * from[c];
      }
      if (activated_) silu(y, channels_);
    }
  });
  tail.assign(all.end() - static_cast<std::ptrdiff_t>(past * channels_), all.end());
}

}  // namespace lineament::language
