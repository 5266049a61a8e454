// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_views.h"

#include <algorithm>

#include "core/sequence/add_row.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

using Source = DiagonalSource<float>;

bool fillsTileRows(std::int64_t width) {
  return width % static_cast<std::int64_t>(kTilePadding) == 0;
}

// Rows behind the feature map, as a tile.
RowsAt<const float> mappedRows(FeatureMap map, const RowsAt<const float>& rows, std::int64_t count,
                               std::int64_t width, float* tile) {
  const std::size_t stride = tileStride(static_cast<std::size_t>(width));
  for (std::size_t i = 0; rows.data != tile && i < static_cast<std::size_t>(count); ++i) {
    std::copy_n(rows.row(i), width, tile + i * stride);
  }
  mapTile(map, tile, static_cast<std::size_t>(count), static_cast<std::size_t>(width));
  return {tile, static_cast<std::ptrdiff_t>(stride)};
}

}  // namespace

RowsAt<const float> DiagonalViews::rowsOf(std::size_t input, std::int64_t first, std::int64_t count,
                                          std::int64_t width, float* tile,
                                          std::ptrdiff_t stride) const {
  const StoredView& from = source_.call.inputs[input];
  if (from.storage == Storage::f32 && fillsTileRows(width) && source_.has(first) &&
      source_.has(first + count - 1)) {
    const auto* data = static_cast<const float*>(from.data);
    return {data + from.offsetOf(source_.batch, source_.token(first), source_.head),
            source_.reversed ? -from.stride[1] : from.stride[1]};
  }
  for (std::int64_t i = 0; i < count; ++i) {
    float* to = tile + i * stride;
    if (!source_.has(first + i)) {
      std::fill_n(to, width, 0.0f);
      continue;
    }
    const float* row = from.row(to, width, source_.batch, source_.token(first + i), source_.head);
    if (row != to) std::copy_n(row, width, to);
  }
  return {tile, stride};
}

DiagonalInputs DiagonalViews::load(std::int64_t first, std::int64_t count,
                                   const DiagonalRows& rows) const {
  DiagonalInputs inputs{
      rowsOf(Source::kQuery, first, count, sizes_.keys(), rows.queries, rows.key_stride),
      rowsOf(Source::kKey, first - source_.lag, count, sizes_.keys(), rows.keys, rows.key_stride),
      rowsOf(Source::kValue, first - source_.lag, count, sizes_.values(), rows.values,
             rows.value_stride)};
  if (rule_.map == FeatureMap::identity) return inputs;
  inputs.queries = mappedRows(rule_.map, inputs.queries, count, sizes_.keys(), rows.queries);
  inputs.keys = mappedRows(rule_.map, inputs.keys, count, sizes_.keys(), rows.keys);
  return inputs;
}

RowsAt<const float> DiagonalViews::loadDecays(std::int64_t first, std::int64_t count, float* decays,
                                              std::ptrdiff_t stride) const {
  if (rule_.decay == Decay::channel) {
    return rowsOf(source_.decays, first - source_.lag, count, sizes_.keys(), decays, stride);
  }
  const StoredView& from = source_.call.inputs[source_.decays];
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = first - source_.lag + i;
    decays[i] =
        source_.has(index) ? from.at(source_.batch, source_.token(index), source_.head) : 0.0f;
  }
  return {decays, 1};
}

void DiagonalViews::foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const {
  const auto& inputs = source_.call.inputs;
  for (std::int64_t i = 0; i < count && source_.has(first + i); ++i) {
    const std::int64_t token = source_.token(first + i);
    const auto expect = [&](std::size_t input, std::int64_t width) {
      list.addRow(inputs[input], width, source_.batch, token, source_.head);
    };
    if (rule_.decay == Decay::channel) expect(source_.decays, sizes_.keys());
    expect(Source::kQuery, sizes_.keys());
    expect(Source::kKey, sizes_.keys());
    expect(Source::kValue, sizes_.values());
  }
}

void DiagonalViews::foreseeStore(std::int64_t first, std::int64_t count, PrefetchList& list) const {
  for (std::int64_t i = 0; i < count && source_.has(first + i); ++i) {
    list.addRow(source_.call.output, sizes_.values(), source_.batch, source_.token(first + i),
                source_.head);
  }
}

RowsAt<float> DiagonalViews::place(std::int64_t first, std::int64_t count, float* outputs,
                                   std::ptrdiff_t stride) const {
  const StoredTarget& to = source_.call.output;
  if (!placed(first, count)) return {outputs, stride};
  return {
      static_cast<float*>(to.data) + to.offsetOf(source_.batch, source_.token(first), source_.head),
      source_.reversed ? -to.stride[1] : to.stride[1]};
}

bool DiagonalViews::placed(std::int64_t first, std::int64_t count) const {
  return source_.call.output.storage == Storage::f32 && fillsTileRows(sizes_.values()) &&
         !source_.adds && source_.has(first + count - 1);
}

void DiagonalViews::store(std::int64_t first, std::int64_t count,
                          const RowsAt<float>& outputs) const {
  if (beside_ != nullptr) beside_->add(source_, rule_, first, count, outputs);
  if (source_.adds) addStored(first, count, outputs);
  if (placed(first, count)) return;
  for (std::int64_t i = 0; i < count && source_.has(first + i); ++i) {
    source_.call.output.store(outputs.row(static_cast<std::size_t>(i)), sizes_.values(),
                              source_.batch, source_.token(first + i), source_.head);
  }
}

// What is there, to `outputs`.
void DiagonalViews::addStored(std::int64_t first, std::int64_t count,
                              const RowsAt<float>& outputs) const {
  const StoredTarget& to = source_.call.output;
  const StoredView there{to.data, to.storage, to.stride};
  Workspace work;
  float* buffer = work.numbers(static_cast<std::size_t>(sizes_.values())).data();
  for (std::int64_t i = 0; i < count && source_.has(first + i); ++i) {
    const float* row =
        there.row(buffer, sizes_.values(), source_.batch, source_.token(first + i), source_.head);
    addRow(row, sizes_.values(), outputs.row(static_cast<std::size_t>(i)));
  }
}

void DiagonalViewGradients::loadRows(const View<const float>& from, std::int64_t first,
                                     std::int64_t count, float* tile, std::ptrdiff_t stride) const {
  for (std::int64_t i = 0; i < count; ++i) {
    if (source_.has(first + i)) {
      std::copy_n(from.row(source_.batch, source_.token(first + i), source_.head), sizes_.values(),
                  tile + i * stride);
    } else {
      std::fill_n(tile + i * stride, sizes_.values(), 0.0f);
    }
  }
}

void DiagonalViewGradients::foresee(std::int64_t first, std::int64_t count,
                                    PrefetchList& list) const {
  for (std::int64_t i = 0; i < count && source_.has(first + i); ++i) {
    const std::int64_t token = source_.token(first + i);
    const auto expect = [&](const auto& tensor, std::int64_t width) {
      list.addRow(tensor, width, source_.batch, token, source_.head);
    };
    expect(back_.output_gradient, sizes_.values());
    if (rule_.normalise) expect(back_.output, sizes_.values());
    expect(back_.input_gradients[Source::kQuery], sizes_.keys());
    expect(back_.input_gradients[Source::kKey], sizes_.keys());
    expect(back_.input_gradients[Source::kValue], sizes_.values());
    if (rule_.decay == Decay::channel && decaysWanted()) {
      expect(back_.input_gradients[source_.decays], sizes_.keys());
    }
  }
}

void DiagonalViewGradients::loadGradient(std::int64_t first, std::int64_t count, float* above,
                                         std::ptrdiff_t stride) const {
  loadRows(back_.output_gradient, first, count, above, stride);
}

void DiagonalViewGradients::loadOutput(std::int64_t first, std::int64_t count, float* outputs,
                                       std::ptrdiff_t stride) const {
  loadRows(back_.output, first, count, outputs, stride);
}

void DiagonalViewGradients::addRows(const View<float>& to, std::int64_t first, std::int64_t count,
                                    std::int64_t width, const float* tile,
                                    std::ptrdiff_t stride) const {
  for (std::int64_t i = 0; to && i < count; ++i) {
    if (!source_.has(first + i)) continue;
    float* sum = to.row(source_.batch, source_.token(first + i), source_.head);
    addRow(tile + i * stride, width, sum);
  }
}

void DiagonalViewGradients::addMapped(std::size_t input, std::int64_t first, std::int64_t count,
                                      float* tile, std::ptrdiff_t stride) const {
  const View<float>& to = back_.input_gradients[input];
  if (!to) return;
  if (rule_.map != FeatureMap::identity) {
    Workspace work;
    float* plain = work.tile(static_cast<std::size_t>(count), static_cast<std::size_t>(stride));
    for (std::int64_t i = 0; i < count; ++i) {
      if (!source_.has(first + i)) continue;
      float* row = plain + i * stride;
      const float* from = source_.call.inputs[input].row(row, sizes_.keys(), source_.batch,
                                                         source_.token(first + i), source_.head);
      if (from != row) std::copy_n(from, sizes_.keys(), row);
    }
    mapTileGradient(rule_.map, plain, tile, static_cast<std::size_t>(count),
                    static_cast<std::size_t>(sizes_.keys()));
  }
  addRows(to, first, count, sizes_.keys(), tile, stride);
}

void DiagonalViewGradients::add(std::int64_t first, std::int64_t count,
                                const DiagonalRows& gradients) {
  addMapped(Source::kQuery, first, count, gradients.queries, gradients.key_stride);
  addMapped(Source::kKey, first - source_.lag, count, gradients.keys, gradients.key_stride);
  addRows(back_.input_gradients[Source::kValue], first - source_.lag, count, sizes_.values(),
          gradients.values, gradients.value_stride);
  if (beside_ != nullptr) beside_->addGradients(back_, source_, rule_, first, count);
}

bool DiagonalViewGradients::decaysWanted() const {
  return rule_.decay != Decay::none && source_.decays < back_.input_gradients.size() &&
         back_.input_gradients[source_.decays];
}

void DiagonalViewGradients::addDecays(std::int64_t first, std::int64_t count,
                                      const float* gradients, std::ptrdiff_t stride) {
  const View<float>& to = back_.input_gradients[source_.decays];
  if (rule_.decay == Decay::channel) {
    addRows(to, first - source_.lag, count, sizes_.keys(), gradients, stride);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = first - source_.lag + i;
    if (!source_.has(index)) continue;
    (rule_.decay == Decay::token ? to(source_.batch, source_.token(index), source_.head)
                                 : to(source_.head)) += gradients[i];
  }
}

}  // namespace lineament::sequence
