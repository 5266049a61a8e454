// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_views.h"

#include <algorithm>

#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

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
  if (from.storage == Storage::f32 && fillsTileRows(width)) {
    const auto* data = static_cast<const float*>(from.data);
    return {data + from.offsetOf(source_.batch, source_.token(first), source_.head),
            source_.reversed ? -from.stride[1] : from.stride[1]};
  }
  for (std::int64_t i = 0; i < count; ++i) {
    float* to = tile + i * stride;
    const float* row = from.row(to, width, source_.batch, source_.token(first + i), source_.head);
    if (row != to) std::copy_n(row, width, to);
  }
  return {tile, stride};
}

DiagonalInputs DiagonalViews::load(std::int64_t first, std::int64_t count,
                                   const DiagonalRows& rows) const {
  DiagonalInputs inputs{
      rowsOf(DiagonalSource::kQuery, first, count, shape_.keys, rows.queries, rows.key_stride),
      rowsOf(DiagonalSource::kKey, first, count, shape_.keys, rows.keys, rows.key_stride),
      rowsOf(DiagonalSource::kValue, first, count, shape_.values, rows.values, rows.value_stride)};
  if (source_.map == FeatureMap::identity) return inputs;
  inputs.queries = mappedRows(source_.map, inputs.queries, count, shape_.keys, rows.queries);
  inputs.keys = mappedRows(source_.map, inputs.keys, count, shape_.keys, rows.keys);
  return inputs;
}

RowsAt<const float> DiagonalViews::loadDecays(std::int64_t first, std::int64_t count, float* decays,
                                              std::ptrdiff_t stride) const {
  if (shape_.decay == Decay::channel) {
    return rowsOf(source_.decays, first, count, shape_.keys, decays, stride);
  }
  const StoredView& from = source_.call.inputs[source_.decays];
  for (std::int64_t i = 0; i < count; ++i) {
    decays[i] = from.at(source_.batch, source_.token(first + i), source_.head);
  }
  return {decays, 1};
}

void DiagonalViews::foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const {
  const auto expect = [&](const void* data, Storage storage, std::ptrdiff_t offset,
                          std::int64_t width) {
    const std::size_t size = storage == Storage::f32 ? sizeof(float) : sizeof(std::uint16_t);
    list.add(static_cast<const char*>(data) + offset * static_cast<std::ptrdiff_t>(size),
             static_cast<std::size_t>(width) * size);
  };
  const auto& call = source_.call;
  const auto& inputs = call.inputs;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t token = source_.token(first + i);
    const auto input = [&](std::size_t index, std::int64_t width) {
      const StoredView& from = inputs[index];
      expect(from.data, from.storage, from.offsetOf(source_.batch, token, source_.head), width);
    };
    if (shape_.decay == Decay::channel) input(source_.decays, shape_.keys);
    input(DiagonalSource::kQuery, shape_.keys);
    input(DiagonalSource::kKey, shape_.keys);
    input(DiagonalSource::kValue, shape_.values);
    expect(call.output.data, call.output.storage,
           call.output.offsetOf(source_.batch, token, source_.head), shape_.values);
  }
}

RowsAt<float> DiagonalViews::place(std::int64_t first, float* outputs,
                                   std::ptrdiff_t stride) const {
  const StoredTarget& to = source_.call.output;
  if (to.storage != Storage::f32 || !fillsTileRows(shape_.values)) return {outputs, stride};
  return {
      static_cast<float*>(to.data) + to.offsetOf(source_.batch, source_.token(first), source_.head),
      source_.reversed ? -to.stride[1] : to.stride[1]};
}

void DiagonalViews::store(std::int64_t first, std::int64_t count,
                          const RowsAt<float>& outputs) const {
  const StoredTarget& to = source_.call.output;
  if (to.storage == Storage::f32 && fillsTileRows(shape_.values)) return;  // they are in place
  for (std::int64_t i = 0; i < count; ++i) {
    to.store(outputs.row(static_cast<std::size_t>(i)), shape_.values, source_.batch,
             source_.token(first + i), source_.head);
  }
}

void DiagonalViewGradients::loadRows(const View<const float>& from, std::int64_t first,
                                     std::int64_t count, float* tile, std::ptrdiff_t stride) const {
  for (std::int64_t i = 0; i < count; ++i) {
    std::copy_n(from.row(source_.batch, source_.token(first + i), source_.head), shape_.values,
                tile + i * stride);
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
    float* sum = to.row(source_.batch, source_.token(first + i), source_.head);
    const float* row = tile + i * stride;
    for (std::int64_t c = 0; c < width; ++c) sum[c] += row[c];
  }
}

void DiagonalViewGradients::addMapped(std::size_t input, std::int64_t first, std::int64_t count,
                                      float* tile, std::ptrdiff_t stride) const {
  const View<float>& to = back_.input_gradients[input];
  if (!to) return;
  if (source_.map != FeatureMap::identity) {
    Workspace work;
    float* plain = work.tile(static_cast<std::size_t>(count), static_cast<std::size_t>(stride));
    for (std::int64_t i = 0; i < count; ++i) {
      float* row = plain + i * stride;
      const float* from = source_.call.inputs[input].row(row, shape_.keys, source_.batch,
                                                         source_.token(first + i), source_.head);
      if (from != row) std::copy_n(from, shape_.keys, row);
    }
    mapTileGradient(source_.map, plain, tile, static_cast<std::size_t>(count),
                    static_cast<std::size_t>(shape_.keys));
  }
  addRows(to, first, count, shape_.keys, tile, stride);
}

void DiagonalViewGradients::add(std::int64_t first, std::int64_t count,
                                const DiagonalRows& gradients) {
  addMapped(DiagonalSource::kQuery, first, count, gradients.queries, gradients.key_stride);
  addMapped(DiagonalSource::kKey, first, count, gradients.keys, gradients.key_stride);
  addRows(back_.input_gradients[DiagonalSource::kValue], first, count, shape_.values,
          gradients.values, gradients.value_stride);
}

bool DiagonalViewGradients::decaysWanted() const {
  return shape_.decay != Decay::none && source_.decays < back_.input_gradients.size() &&
         back_.input_gradients[source_.decays];
}

void DiagonalViewGradients::addDecays(std::int64_t first, std::int64_t count,
                                      const float* gradients, std::ptrdiff_t stride) {
  const View<float>& to = back_.input_gradients[source_.decays];
  if (shape_.decay == Decay::channel) {
    addRows(to, first, count, shape_.keys, gradients, stride);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    float& sum = shape_.decay == Decay::token
                     ? to(source_.batch, source_.token(first + i), source_.head)
                     : to(source_.head);
    sum += gradients[i];
  }
}

}  // namespace lineament::sequence
