// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/diagonal_source.h"

namespace lineament::sequence {

// A head of a call in its own memory, for the engine.
class DiagonalViews : public DiagonalHead {
 public:
  DiagonalViews(const DiagonalSource<float>& source, const DiagonalRule& rule)
      : source_(source), rule_(rule), sizes_(source.call.sizes) {}

  DiagonalInputs load(std::int64_t first, std::int64_t count,
                      const DiagonalRows& rows) const override;
  RowsAt<const float> loadDecays(std::int64_t first, std::int64_t count, float* decays,
                                 std::ptrdiff_t stride) const override;
  void foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const override;
  RowsAt<float> place(std::int64_t first, std::int64_t count, float* outputs,
                      std::ptrdiff_t stride) const override;
  void store(std::int64_t first, std::int64_t count, const RowsAt<float>& outputs) const override;

 protected:
  // Whether the outputs of these tokens are written where they belong.
  bool placed(std::int64_t first, std::int64_t count) const;
  // The rows of an input where they lie, or as rows of a tile; 0 where there is no token.
  RowsAt<const float> rowsOf(std::size_t input, std::int64_t first, std::int64_t count,
                             std::int64_t width, float* tile, std::ptrdiff_t stride) const;

  const DiagonalSource<float> source_;
  const DiagonalRule rule_;
  const Sizes& sizes_;
};

class DiagonalViewGradients : public DiagonalBackwardHead {
 public:
  DiagonalViewGradients(const BackwardCall<float>& back, const DiagonalSource<float>& source,
                        const DiagonalRule& rule)
      : back_(back), source_(source), rule_(rule), sizes_(source.call.sizes) {}

  void loadGradient(std::int64_t first, std::int64_t count, float* above,
                    std::ptrdiff_t stride) const override;
  void loadOutput(std::int64_t first, std::int64_t count, float* outputs,
                  std::ptrdiff_t stride) const override;
  void add(std::int64_t first, std::int64_t count, const DiagonalRows& gradients) override;
  bool decaysWanted() const override;
  void addDecays(std::int64_t first, std::int64_t count, const float* gradients,
                 std::ptrdiff_t stride) override;

 protected:
  void loadRows(const View<const float>& from, std::int64_t first, std::int64_t count, float* tile,
                std::ptrdiff_t stride) const;
  void addMapped(std::size_t input, std::int64_t first, std::int64_t count, float* tile,
                 std::ptrdiff_t stride) const;
  void addRows(const View<float>& to, std::int64_t first, std::int64_t count, std::int64_t width,
               const float* tile, std::ptrdiff_t stride) const;

  const BackwardCall<float>& back_;
  const DiagonalSource<float> source_;
  const DiagonalRule rule_;
  const Sizes& sizes_;
};

}  // namespace lineament::sequence
