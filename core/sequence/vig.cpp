// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/vig.h"

#include <algorithm>

#include "core/base/denormals.h"
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
  return {call, batch, head, DiagonalSource<T>::kDecay + (backward ? 1 : 0), backward};
}

// Adds its outputs to what the forward direction left there.
class SecondViews : public DiagonalViews {
 public:
  using DiagonalViews::DiagonalViews;

  RowsAt<float> place(std::int64_t, std::int64_t, float* outputs,
                      std::ptrdiff_t stride) const override {
    return {outputs, stride};
  }
  void store(std::int64_t first, std::int64_t count, const RowsAt<float>& outputs) const override {
    const StoredTarget& to = source_.call.output;
    const StoredView before{to.data, to.storage, to.stride};
    Workspace work;
    float* buffer = work.numbers(sizeOf(sizes_.values())).data();
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t token = source_.token(first + i);
      const float* row = before.row(buffer, sizes_.values(), source_.batch, token, source_.head);
      float* sum = outputs.row(sizeOf(i));
      for (std::int64_t e = 0; e < sizes_.values(); ++e) sum[e] += row[e];
      to.store(sum, sizes_.values(), source_.batch, token, source_.head);
    }
  }
};

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
      const FlushDenormals flush;
      forward<DiagonalViews>(call, batch, first, end, false);
      forward<SecondViews>(call, batch, first, end, true);
    });
  }

  void fastBackward(const BackwardCall<float>& back) const override {
    const Call<float>& call = back.forward;
    forHeadGroups(call, false, [&](std::int64_t batch, std::int64_t first, std::int64_t end) {
      const FlushDenormals flush;
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

  template <class Views>
  static void forward(const Call<float>& call, std::int64_t batch, std::int64_t first,
                      std::int64_t end, bool backward) {
    const DiagonalRule rule = ruleOf(call.sizes, *call.options);
    const DiagonalShape shape = rule.shape(call.sizes);
    std::vector<Views> views;
    std::vector<DiagonalTask> tasks;
    views.reserve(sizeOf(end - first));
    for (std::int64_t head = first; head < end; ++head) {
      const auto source = directionOf(call, batch, head, backward);
      views.emplace_back(source, rule);
      tasks.push_back({.head = &views.back(), .kept = keptOf(source, shape)});
    }
    diagonalForward(shape, tasks, *call.context);
  }

  static void gradients(const BackwardCall<float>& back, std::int64_t batch, std::int64_t first,
                        std::int64_t end, bool backward) {
    const Call<float>& call = back.forward;
    const DiagonalRule rule = ruleOf(call.sizes, *call.options);
    const DiagonalShape shape = rule.shape(call.sizes);
    std::vector<DiagonalViews> views;
    std::vector<DiagonalViewGradients> found;
    std::vector<DiagonalBackwardTask> tasks;
    views.reserve(sizeOf(end - first));
    found.reserve(sizeOf(end - first));
    for (std::int64_t head = first; head < end; ++head) {
      const auto source = directionOf(call, batch, head, backward);
      views.emplace_back(source, rule);
      found.emplace_back(back, source, rule);
      tasks.push_back(
          {.head = &views.back(), .gradients = &found.back(), .kept = keptOf(source, shape)});
    }
    diagonalBackward(shape, tasks, *call.context);
  }

  Description about_ = describe();
};

}  // namespace

const Mechanism& visionGatedLinearAttention() {
  static const Vig mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
