// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <span>

#include "core/base/subnormals.h"
#include "core/sequence/diagonal_source.h"

namespace lineament::sequence {

// A head of a call in its own memory, for the engine.
class DiagonalViews : public DiagonalHead {
 public:
  DiagonalViews(const DiagonalSource<float>& source, const DiagonalRule& rule,
                const DiagonalBeside* beside)
      : source_(source), rule_(rule), beside_(beside), sizes_(source.call.sizes) {}

  DiagonalInputs load(std::int64_t first, std::int64_t count,
                      const DiagonalRows& rows) const override;
  RowsAt<const float> loadDecays(std::int64_t first, std::int64_t count, float* decays,
                                 std::ptrdiff_t stride) const override;
  void foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const override;
  void foreseeStore(std::int64_t first, std::int64_t count, PrefetchList& list) const override;
  RowsAt<float> place(std::int64_t first, std::int64_t count, float* outputs,
                      std::ptrdiff_t stride) const override;
  void store(std::int64_t first, std::int64_t count, const RowsAt<float>& outputs) const override;

 private:
  // Whether the outputs of these tokens are written where they belong.
  bool placed(std::int64_t first, std::int64_t count) const;
  void addStored(std::int64_t first, std::int64_t count, const RowsAt<float>& outputs) const;
  // The rows of an input where they lie, or as rows of a tile; 0 where there is no token.
  RowsAt<const float> rowsOf(std::size_t input, std::int64_t first, std::int64_t count,
                             std::int64_t width, float* tile, std::ptrdiff_t stride) const;

  const DiagonalSource<float> source_;
  const DiagonalRule rule_;
  const DiagonalBeside* beside_;
  const Sizes& sizes_;
};

class DiagonalViewGradients : public DiagonalBackwardHead {
 public:
  DiagonalViewGradients(const BackwardCall<float>& back, const DiagonalSource<float>& source,
                        const DiagonalRule& rule, const DiagonalBeside* beside)
      : back_(back), source_(source), rule_(rule), beside_(beside), sizes_(source.call.sizes) {}

  void loadGradient(std::int64_t first, std::int64_t count, float* above,
                    std::ptrdiff_t stride) const override;
  void foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const override;
  void loadOutput(std::int64_t first, std::int64_t count, float* outputs,
                  std::ptrdiff_t stride) const override;
  void add(std::int64_t first, std::int64_t count, const DiagonalRows& gradients) override;
  bool decaysWanted() const override;
  void addDecays(std::int64_t first, std::int64_t count, const float* gradients,
                 std::ptrdiff_t stride) override;

 private:
  void loadRows(const View<const float>& from, std::int64_t first, std::int64_t count, float* tile,
                std::ptrdiff_t stride) const;
  void addMapped(std::size_t input, std::int64_t first, std::int64_t count, float* tile,
                 std::ptrdiff_t stride) const;
  void addRows(const View<float>& to, std::int64_t first, std::int64_t count, std::int64_t width,
               const float* tile, std::ptrdiff_t stride) const;

  const BackwardCall<float>& back_;
  const DiagonalSource<float> source_;
  const DiagonalRule rule_;
  const DiagonalBeside* beside_;
  const Sizes& sizes_;
};

// Runs heads [first, end) on the calling thread. sourceOf(head) is a head of the call, and
// taskOf(source) its task but for the views.
template <class SourceOf, class TaskOf>
void forwardGroup(const Call<float>& call, const DiagonalRule& rule, const DiagonalBeside* beside,
                  std::int64_t first, std::int64_t end, SourceOf sourceOf, TaskOf taskOf) {
  const FlushSubnormals flush;
  std::array<std::optional<DiagonalViews>, kMostHeads> views;
  std::array<DiagonalTask, kMostHeads> tasks;
  std::size_t count = 0;
  for (std::int64_t head = first; head < end; ++head, ++count) {
    const DiagonalSource<float> source = sourceOf(head);
    views[count].emplace(source, rule, beside);
    tasks[count] = taskOf(source);
    tasks[count].head = &*views[count];
  }
  diagonalForward(rule.shape(call.sizes), std::span(tasks).first(count), *call.context);
}
template <class SourceOf, class TaskOf>
void backwardGroup(const BackwardCall<float>& back, const DiagonalRule& rule,
                   const DiagonalBeside* beside, std::int64_t first, std::int64_t end,
                   SourceOf sourceOf, TaskOf taskOf) {
  const FlushSubnormals flush;
  std::array<std::optional<DiagonalViews>, kMostHeads> views;
  std::array<std::optional<DiagonalViewGradients>, kMostHeads> gradients;
  std::array<DiagonalBackwardTask, kMostHeads> tasks;
  std::size_t count = 0;
  for (std::int64_t head = first; head < end; ++head, ++count) {
    const DiagonalSource<float> source = sourceOf(head);
    views[count].emplace(source, rule, beside);
    gradients[count].emplace(back, source, rule, beside);
    tasks[count] = taskOf(source);
    tasks[count].head = &*views[count];
    tasks[count].gradients = &*gradients[count];
  }
  diagonalBackward(rule.shape(back.forward.sizes), std::span(tasks).first(count),
                   *back.forward.context);
}

}  // namespace lineament::sequence
