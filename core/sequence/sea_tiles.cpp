// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/sea_tiles.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "core/sequence/sea.h"
#include "core/sequence/sea_layout.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/sea_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/sea_encoder-inl.h"
#include "core/sequence/sea_sparse-inl.h"
#include "core/sequence/sea_summary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

std::size_t wide(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

// Where a row of an image stage lies; rows from -history on.
float* imageRow(const Call<float>& call, const SeaLayout& layout, float* stage, std::int64_t batch,
                std::int64_t row) {
  const std::int64_t rows = SeaLayout::kHistory + layout.tokens;
  return stage + (batch * rows + SeaLayout::kHistory + row) * layout.channels *
                     SeaBuffers::imageStride(call.sizes);
}

// First pass.
class SummariseHead {
 public:
  SummariseHead(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                std::int64_t head)
      : call_(call),
        buffers_(buffers),
        layout_(call.sizes, *call.options),
        rows_{call, nullptr, batch, head, kTokensSigned},
        encoder_(call),
        column_stride_(tileStride(wide(layout_.columns))),
        decoder_(work_.tile(encoder_.hidden, SeaLayout::kSplits * column_stride_)),
        decoder_bias_(work_.tile(SeaLayout::kSplits, column_stride_)),
        row_gain_(work_.tile(1, column_stride_)),
        row_shift_(work_.tile(1, column_stride_)),
        drawn_(work_.tile(kTokens, SeaLayout::kSplits * column_stride_)),
        value_row_(work_.tile(1, wide(layout_.values))) {
    const auto copyRow = [&](std::size_t input, float* to, auto... at) {
      SeaEncoderTiles::copyRow(call, input, layout_.columns, to, at...);
    };
    for (std::int64_t s = 0; s < SeaLayout::kSplits; ++s) {
      const std::size_t at = wide(s) * column_stride_;
      for (std::int64_t o = 0; o < layout_.hidden; ++o) {
        copyRow(SeaLayout::kDecoder, decoder_ + wide(o) * SeaLayout::kSplits * column_stride_ + at,
                o, s);
      }
      copyRow(SeaLayout::kDecoderBias, decoder_bias_ + at, s);
    }
    copyRow(SeaLayout::kRowGain, row_gain_);
    copyRow(SeaLayout::kRowShift, row_shift_);
  }

  void run(State<float>* made) {
    SeaSummary summary(rows_, layout_, made);
    summary.run();
    for (std::int64_t first = 0; first < layout_.tokens; first += kTokensSigned) {
      const std::size_t count = wide(std::min(kTokensSigned, layout_.tokens - first));
      summary.loadContexts(first, count, encoder_.contexts);
      encoder_.run(count);
      for (std::size_t i = 0; i < count; ++i) {
        std::copy_n(encoder_.gates[i], SeaLayout::kSplits,
                    buffers_.gates + SeaLayout::kSplits * rowIndex(first + std::int64_t(i)));
      }
      draw(first, count);
    }
    findMeans(made);
    if (made) finish(*made);
  }

 private:
  std::int64_t rowIndex(std::int64_t token) const {
    return (rows_.batch * layout_.tokens + token) * layout_.heads + rows_.head;
  }

  void draw(std::int64_t first, std::size_t count) {
    const auto stride = static_cast<std::ptrdiff_t>(SeaLayout::kSplits * column_stride_);
    smallProduct<false>(count, wide(stride), encoder_.hidden, encoder_.after,
                        encoder_.hidden_stride, 1, decoder_, stride, drawn_, stride);
    for (std::size_t i = 0; i < count; ++i) {
      float* image = imageRow(call_, layout_, buffers_.image, rows_.batch,
                              first + static_cast<std::int64_t>(i));
      for (std::int64_t s = 0; s < SeaLayout::kSplits; ++s) {
        float* row = drawn_ + i * wide(stride) + wide(s) * column_stride_;
        const float* bias = decoder_bias_ + wide(s) * column_stride_;
        for (std::size_t w = 0; w < column_stride_; ++w) row[w] += bias[w];
        normRow(row, wide(layout_.columns), row_gain_, row_shift_, nullptr);
        const std::int64_t channel = rows_.head * SeaLayout::kSplits + s;
        std::copy_n(row, layout_.columns,
                    image + channel * SeaBuffers::imageStride(call_.sizes) + SeaBuffers::kBorder);
      }
    }
  }

  // Averages of all values so far, the sum in double precision.
  void findMeans(State<float>* made) {
    const std::int64_t past = call_.initial ? call_.initial->tokens : 0;
    const std::int64_t offset = layout_.sumOffset(rows_.batch, rows_.head);
    std::vector<double> sum(wide(layout_.values));
    if (call_.initial) {
      std::copy_n(call_.initial->values.begin() + offset, layout_.values, sum.begin());
    }
    for (std::int64_t t = 0; t < layout_.tokens; ++t) {
      const float* row = call_.inputs[SeaLayout::kValue].row(value_row_, layout_.values,
                                                             rows_.batch, t, rows_.head);
      const double factor = 1 / static_cast<double>(past + t + 1);
      float* mean = buffers_.means + rowIndex(t) * layout_.values;
      for (std::size_t e = 0; e < sum.size(); ++e) {
        sum[e] += static_cast<double>(row[e]);
        mean[e] = static_cast<float>(sum[e] * factor);
      }
    }
    if (made) {
      std::transform(sum.begin(), sum.end(), made->values.begin() + offset,
                     [](double x) { return static_cast<float>(x); });
    }
  }

  // The keys and values after the call.
  void finish(State<float>& made) {
    const SeaKeys keys{call_, layout_, rows_.batch, rows_.head};
    for (std::int64_t j = 0; j < keys.past + layout_.tokens; ++j) {
      float* to = made.values.data() + layout_.cacheOffset(j, rows_.batch, rows_.head);
      const float* key = keys.key(j, to);
      if (key != to) std::copy_n(key, layout_.keys, to);
      const float* value = keys.value(j, to + layout_.keys);
      if (value != to + layout_.keys) std::copy_n(value, layout_.values, to + layout_.keys);
    }
  }

  const Call<float>& call_;
  const SeaBuffers& buffers_;
  SeaLayout layout_;
  HeadRows rows_;
  Workspace work_;
  SeaEncoderTiles encoder_;
  std::size_t column_stride_;
  float *decoder_, *decoder_bias_, *row_gain_, *row_shift_, *drawn_, *value_row_;
};

// A 3 x 3 convolution over rows t - 4, t - 2, t of all channels.
class Convolution {
 public:
  Convolution(const Call<float>& call, std::size_t weights, std::size_t bias)
      : layout_(call.sizes, *call.options),
        stride_(SeaBuffers::imageStride(call.sizes)),
        weights_(work_.numbers(wide(layout_.channels * layout_.channels * kArea)).data()),
        bias_(work_.numbers(wide(layout_.channels)).data()) {
    constexpr std::int64_t kSplits = SeaLayout::kSplits, kTaps = SeaLayout::kTaps;
    for (std::int64_t o = 0; o < layout_.channels; ++o) {
      bias_[o] = call.inputs[bias].at(o / kSplits, o % kSplits);
      for (std::int64_t c = 0; c < layout_.channels; ++c) {
        for (std::int64_t a = 0; a < kTaps; ++a) {
          SeaEncoderTiles::copyRow(call, weights, kTaps,
                                   weights_ + (o * layout_.channels + c) * kArea + a * kTaps,
                                   o / kSplits, o % kSplits, c / kSplits, c % kSplits, a);
        }
      }
    }
  }

  // to [channel, tile of columns] = relu of the convolution at the row that `row` points to.
  void operator()(const float* row, float* to) const {
    const std::int64_t channels = layout_.channels, row_size = channels * stride_;
    const auto columns = wide(layout_.columns);
    const auto to_stride = static_cast<std::ptrdiff_t>(tileStride(columns));
    for (std::int64_t a = 0; a < SeaLayout::kTaps; ++a) {
      const float* from = row - SeaLayout::kDilation * (SeaLayout::kTaps - 1 - a) * row_size;
      for (std::int64_t b = 0; b < SeaLayout::kTaps; ++b) {
        const float* tap = weights_ + a * SeaLayout::kTaps + b;
        const float* shifted = from + SeaLayout::kDilation * b;
        const auto add = [&](auto adds) {
          smallProduct<decltype(adds)::value>(wide(channels), columns, wide(channels), tap,
                                              channels * kArea, kArea, shifted, stride_, to,
                                              to_stride);
        };
        if (a == 0 && b == 0) {
          add(std::false_type());
        } else {
          add(std::true_type());
        }
      }
    }
    const hn::ScalableTag<float> d;
    for (std::int64_t o = 0; o < channels; ++o) {
      const auto bias = hn::Set(d, bias_[o]);
      float* out = to + o * to_stride;
      for (std::size_t w = 0; w < wide(to_stride); w += hn::Lanes(d)) {
        hn::StoreU(hn::Max(hn::Zero(d), hn::Add(bias, hn::LoadU(d, out + w))), d, out + w);
      }
    }
  }

 private:
  static constexpr std::int64_t kArea = SeaLayout::kTaps * SeaLayout::kTaps;

  SeaLayout layout_;
  std::int64_t stride_;
  Workspace work_;
  float *weights_, *bias_;
};

void convolveRows(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                  std::int64_t first, std::int64_t count) {
  const SeaLayout layout(call.sizes, *call.options);
  const std::int64_t stride = SeaBuffers::imageStride(call.sizes);
  const std::size_t tile_stride = tileStride(wide(layout.columns));
  Workspace work;
  float* out = work.tile(wide(layout.channels), wide(layout.columns));
  const Convolution convolution(call, SeaLayout::kFirstConvolution, SeaLayout::kFirstBias);
  for (std::int64_t t = first; t < first + count; ++t) {
    convolution(imageRow(call, layout, buffers.image, batch, t), out);
    float* to = imageRow(call, layout, buffers.middle, batch, t);
    for (std::int64_t c = 0; c < layout.channels; ++c) {
      std::copy_n(out + wide(c) * tile_stride, layout.columns,
                  to + c * stride + SeaBuffers::kBorder);
    }
  }
}

// Third pass.
class AttendRows {
 public:
  AttendRows(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch)
      : call_(call),
        buffers_(buffers),
        layout_(call.sizes, *call.options),
        batch_(batch),
        past_(call.initial ? call.initial->tokens : 0),
        column_stride_(tileStride(wide(layout_.columns))),
        cell_stride_(tileStride(wide(layout_.cells))),
        convolution_(call, SeaLayout::kSecondConvolution, SeaLayout::kSecondBias),
        mix_(work_.tile(wide(layout_.heads), wide(layout_.channels))),
        mix_bias_(work_.tile(1, wide(layout_.heads))),
        map_gain_(work_.tile(1, wide(layout_.cells))),
        map_shift_(work_.tile(1, wide(layout_.cells))),
        last_(work_.tile(wide(layout_.channels), wide(layout_.columns))),
        mixed_(work_.tile(wide(layout_.heads), wide(layout_.columns))),
        map_(work_.tile(wide(layout_.heads), wide(layout_.cells))),
        shares_(work_.numbers(wide(past_ + layout_.tokens) + kTilePadding).data()),
        query_(work_.tile(1, wide(layout_.keys))),
        buffer_(work_.tile(1, wide(std::max(layout_.keys, layout_.values)))),
        out_(work_.tile(1, wide(layout_.values))),
        starts_(wide(layout_.cells) + 1),
        read_(wide(past_ + layout_.tokens)),
        order_(wide(layout_.heads * layout_.cells)) {
    for (std::int64_t h = 0; h < layout_.heads; ++h) {
      float* row = mix_ + wide(h) * tileStride(wide(layout_.channels));
      for (std::int64_t c = 0; c < layout_.heads; ++c) {
        SeaEncoderTiles::copyRow(call, SeaLayout::kMix, SeaLayout::kSplits,
                                 row + c * SeaLayout::kSplits, h, c);
      }
    }
    SeaEncoderTiles::copyRow(call, SeaLayout::kMixBias, layout_.heads, mix_bias_);
    SeaEncoderTiles::copyRow(call, SeaLayout::kMapGain, layout_.cells, map_gain_);
    SeaEncoderTiles::copyRow(call, SeaLayout::kMapShift, layout_.cells, map_shift_);
  }

  void row(std::int64_t t) {
    draw(t);
    std::uint32_t* stays =
        buffers_.stays + (batch_ * layout_.tokens + t) * SeaBuffers::stayWords(call_.sizes);
    choose(t, stays);
    cellStarts(past_ + t + 1, layout_.cells, starts_.data());
    for (std::int64_t h = 0; h < layout_.heads; ++h) attend(t, h, stays);
  }

 private:
  // The map of all heads.
  void draw(std::int64_t t) {
    convolution_(imageRow(call_, layout_, buffers_.middle, batch_, t), last_);
    const auto columns = static_cast<std::ptrdiff_t>(column_stride_);
    smallProduct<false>(wide(layout_.heads), wide(layout_.columns), wide(layout_.channels), mix_,
                        static_cast<std::ptrdiff_t>(tileStride(wide(layout_.channels))), 1, last_,
                        columns, mixed_, columns);
    for (std::int64_t h = 0; h < layout_.heads; ++h) {
      float* map = map_ + wide(h) * cell_stride_;
      const float* mixed = mixed_ + wide(h) * column_stride_;
      for (std::int64_t m = 0; m < layout_.cells; ++m) map[m] = pooled(mixed, mix_bias_[h], m);
      normRow(map, wide(layout_.cells), map_gain_, map_shift_, nullptr);
      std::fill(map + layout_.cells, map + cell_stride_, std::numeric_limits<float>::lowest());
      scaleAll(map, cell_stride_, 1 / exponentials(map, cell_stride_, largest(map, cell_stride_)));
    }
  }

  float pooled(const float* mixed, float bias, std::int64_t cell) const {
    const std::int64_t from = layout_.firstColumn(cell), to = layout_.lastColumn(cell);
    float sum = 0;
    for (std::int64_t column = from; column <= to; ++column) {
      sum += bias;
      if (column > 0 && column <= layout_.cells) sum += mixed[(column - 1) / SeaLayout::kRepeats];
    }
    return sum / static_cast<float>(to - from + 1);
  }

  // Cells by falling share and rising index: one whole number each, the share's bits (which order
  // as positive numbers do) over the index.
  void choose(std::int64_t t, std::uint32_t* stays) {
    const auto budget = static_cast<std::ptrdiff_t>(
        seaBudget(layout_.heads, layout_.keys_kept, layout_.cells, past_ + t + 1));
    for (std::int64_t h = 0; h < layout_.heads; ++h) {
      for (std::int64_t m = 0; m < layout_.cells; ++m) {
        const auto cell = static_cast<std::uint64_t>(h * layout_.cells + m);
        const std::uint32_t bits =
            std::bit_cast<std::uint32_t>(map_[wide(h) * cell_stride_ + wide(m)]);
        order_[cell] = static_cast<std::uint64_t>(~bits) << 32 | cell;
      }
    }
    if (budget < static_cast<std::ptrdiff_t>(order_.size())) {
      std::nth_element(order_.begin(), order_.begin() + budget, order_.end());
    }
    for (std::ptrdiff_t i = 0; i < budget; ++i) {
      const auto cell = static_cast<std::uint32_t>(order_[static_cast<std::size_t>(i)]);
      stays[cell / 32] |= 1u << (cell % 32);
    }
  }

  void attend(std::int64_t t, std::int64_t head, const std::uint32_t* stays) {
    const SeaKeys keys{call_, layout_, batch_, head};
    const auto width = wide(layout_.values);
    const float* query = call_.inputs[SeaLayout::kQuery].row(query_, layout_.keys, batch_, t, head);
    const std::size_t count =
        keys.shares(query, stays, starts_.data(), buffer_, read_.data(), shares_);
    const std::int64_t row = (batch_ * layout_.tokens + t) * layout_.heads + head;
    const float* gates = buffers_.gates + row * SeaLayout::kSplits;
    std::fill_n(out_, width, 0.0f);
    for (std::size_t i = 0; i < count; ++i) {
      addAny(gates[0] * gates[1] * shares_[i], keys.value(read_[i], buffer_), width, out_);
    }
    addAny(1 - gates[1], buffers_.means + row * layout_.values, width, out_);
    call_.output.store(out_, layout_.values, batch_, t, head);
  }

  const Call<float>& call_;
  const SeaBuffers& buffers_;
  SeaLayout layout_;
  std::int64_t batch_, past_;
  std::size_t column_stride_, cell_stride_;
  Workspace work_;
  Convolution convolution_;
  float *mix_, *mix_bias_, *map_gain_, *map_shift_, *last_, *mixed_, *map_, *shares_, *query_,
      *buffer_, *out_;
  std::vector<std::int64_t> starts_, read_;
  std::vector<std::uint64_t> order_;
};

void summariseHead(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                   std::int64_t head, State<float>* made) {
  SummariseHead(call, buffers, batch, head).run(made);
}

void attendRows(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                std::int64_t first, std::int64_t count) {
  AttendRows rows(call, buffers, batch);
  for (std::int64_t t = first; t < first + count; ++t) rows.row(t);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(summariseHead);
HWY_EXPORT(convolveRows);
HWY_EXPORT(attendRows);

std::int64_t SeaBuffers::imageStride(const Sizes& sizes) {
  return static_cast<std::int64_t>(tileStride(static_cast<std::size_t>(sizes[Dim::column])) +
                                   kTilePadding);
}

std::int64_t SeaBuffers::stayWords(const Sizes& sizes) {
  constexpr std::int64_t kBits = 32;
  return (sizes.heads() * sizes[Dim::cell] + kBits - 1) / kBits;
}

void seaSummariseHead(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                      std::int64_t head, State<float>* made) {
  HWY_DYNAMIC_DISPATCH(summariseHead)(call, buffers, batch, head, made);
}

void seaConvolveRows(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                     std::int64_t first, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(convolveRows)(call, buffers, batch, first, count);
}

void seaAttendRows(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                   std::int64_t first, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(attendRows)(call, buffers, batch, first, count);
}

}  // namespace lineament::sequence
#endif
