// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/vig.h"

#include <algorithm>

#include "core/sequence/diagonal_layout.h"
#include "core/sequence/diagonal_views.h"

namespace lineament::sequence {

namespace {

enum Option : std::size_t { kScale };

Description describe() {
  Description about;
  about.id = "vig";
  about.title = "Bidirectional gated linear attention (ViG)";
  about.summary = "The mean of gated linear attention in both directions, with gates for each.";
  about.source = "Liao et al. (2024), ViG";
  about.inputs = attentionInputs();
  about.inputs.push_back(
      channelDecayInput("g", "Natural logs of the forward gates: never positive"));
  about.inputs.push_back(
      channelDecayInput("g_backward", "Natural logs of the backward gates: never positive"));
  about.options = {scaleOption()};
  about.causal = false;
  about.has_state = false;
  return about;
}

// The mean is in the scale of each direction.
DiagonalRule ruleOf(const Sizes& sizes, const Options& options) {
  return {.decay = Decay::channel, .scale = attentionScale(sizes, options.real(kScale)) / 2};
}

// Both directions of a head: the forward gates are input 3, the backward ones input 4.
template <class T>
DiagonalSource<T> directionOf(const Call<T>& call, std::int64_t batch, std::int64_t head,
                              bool backward) {
  return {call, batch, head, DiagonalSource<T>::kDecay + (backward ? 1 : 0), backward, backward};
}

class Vig : public Mechanism {
 public:
  const Description& description() const override { return about_; }
  std::vector<StatePart> state(const Sizes&, const Options&, std::int64_t) const override {
    return {};
  }

  void reference(const Call<double>& call) const override {
    const DiagonalRule rule = ruleOf(call.sizes, *call.options);
    forEachHead(call.sizes, [&](std::int64_t batch, std::int64_t head) {
      clearOutputs(directionOf(call, batch, head, false));
      for (const bool backward : {false, true}) {
        const auto source = directionOf(call, batch, head, backward);
        const DiagonalTrack track = trackOf(source, rule, 0);
        std::vector<double> nothing = joinedState(track, {});
        addOutputs(source, runTrack(track, nothing));
      }
    });
  }

  void referenceBackward(const BackwardCall<double>& back) const override {
    const Call<double>& call = back.forward;
    const DiagonalRule rule = ruleOf(call.sizes, *call.options);
    forEachHead(call.sizes, [&](std::int64_t batch, std::int64_t head) {
      for (const bool backward : {false, true}) {
        const auto source = directionOf(call, batch, head, backward);
        const DiagonalTrack track = trackOf(source, rule, 0);
        addGradients(back, source, rule,
                     runTrackBackward(track, joinedState(track, {}), outputGradients(back, source),
                                      joinedState(track, {})));
      }
    });
  }

  void fast(const Call<float>& call) const override {
    forHeadGroups(call, false, [&](std::int64_t batch, std::int64_t first, std::int64_t end) {
      for (const bool backward : {false, true}) forward(call, batch, first, end, backward);
    });
  }

  void fastBackward(const BackwardCall<float>& back) const override {
    const Call<float>& call = back.forward;
    forHeadGroups(call, false, [&](std::int64_t batch, std::int64_t first, std::int64_t end) {
      for (const bool backward : {false, true}) gradients(back, batch, first, end, backward);
    });
  }

  std::size_t keptElements(const Sizes& sizes, const Options& options) const override {
    return 2 * sizeOf(sizes.batch() * sizes.heads()) *
           diagonalKept(ruleOf(sizes, options).shape(sizes));
  }
  double flops(const Sizes& sizes, const Options&) const override {
    return 2 * diagonalFlops(sizes);
  }

 private:
  template <class Work>
  static void forEachHead(const Sizes& sizes, Work work) {
    for (std::int64_t batch = 0; batch < sizes.batch(); ++batch) {
      for (std::int64_t head = 0; head < sizes.heads(); ++head) work(batch, head);
    }
  }

  // The part of the kept numbers that belongs to one direction of a head.
  static std::span<float> keptOf(const DiagonalSource<float>& source, const DiagonalShape& shape) {
    if (source.call.kept.empty()) return {};
    const std::size_t size = diagonalKept(shape);
    return source.call.kept.subspan((2 * sizeOf(source.item()) + (source.reversed ? 1 : 0)) * size,
                                    size);
  }

  static void forward(const Call<float>& call, std::int64_t batch, std::int64_t first,
                      std::int64_t end, bool backward) {
    const DiagonalRule rule = ruleOf(call.sizes, *call.options);
    forwardGroup(
        call, rule, nullptr, first, end,
        [&](std::int64_t head) { return directionOf(call, batch, head, backward); },
        [&](const DiagonalSource<float>& source) {
          return DiagonalTask{.kept = keptOf(source, rule.shape(call.sizes))};
        });
  }

  static void gradients(const BackwardCall<float>& back, std::int64_t batch, std::int64_t first,
                        std::int64_t end, bool backward) {
    const Call<float>& call = back.forward;
    const DiagonalRule rule = ruleOf(call.sizes, *call.options);
    backwardGroup(
        back, rule, nullptr, first, end,
        [&](std::int64_t head) { return directionOf(call, batch, head, backward); },
        [&](const DiagonalSource<float>& source) {
          return DiagonalBackwardTask{.kept = keptOf(source, rule.shape(call.sizes))};
        });
  }

  Description about_ = describe();
};

}  // namespace

const Mechanism& visionGatedLinearAttention() {
  static const Vig mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
