// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/diagonal_chunks.h"
#include "core/sequence/feature_map.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// A head of a call whose first inputs are queries, keys and values and, where it decays, whose
// fourth are log decays, put through a feature map.
struct DiagonalSource {
  static constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2, kDecay = 3;

  const Call<float>& call;
  std::int64_t batch = 0, head = 0;
  FeatureMap map = FeatureMap::identity;
  std::size_t decays = kDecay;  // which input holds them
  bool reversed = false;        // the recurrence goes from the last token to the first

  std::int64_t token(std::int64_t index) const {
    return reversed ? call.sizes.tokens() - 1 - index : index;
  }
};

class DiagonalViews : public DiagonalHead {
 public:
  explicit DiagonalViews(const DiagonalSource& source, const DiagonalShape& shape)
      : source_(source), shape_(shape) {}

  DiagonalInputs load(std::int64_t first, std::int64_t count,
                      const DiagonalRows& rows) const override;
  RowsAt<const float> loadDecays(std::int64_t first, std::int64_t count, float* decays,
                                 std::ptrdiff_t stride) const override;
  void foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const override;
  RowsAt<float> place(std::int64_t first, float* outputs, std::ptrdiff_t stride) const override;
  void store(std::int64_t first, std::int64_t count, const RowsAt<float>& outputs) const override;

 protected:
  // Where they lie, or as rows of a tile.
  RowsAt<const float> rowsOf(std::size_t input, std::int64_t first, std::int64_t count,
                             std::int64_t width, float* tile, std::ptrdiff_t stride) const;

  const DiagonalSource source_;
  const DiagonalShape shape_;
};

class DiagonalViewGradients : public DiagonalBackwardHead {
 public:
  DiagonalViewGradients(const BackwardCall<float>& back, const DiagonalSource& source,
                        const DiagonalShape& shape)
      : back_(back), source_(source), shape_(shape) {}

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
  const DiagonalSource source_;
  const DiagonalShape shape_;
};

}  // namespace lineament::sequence
