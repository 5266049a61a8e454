// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_views.h"

#include <algorithm>

#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

constexpr std::int64_t kLineFloats = 16;

void mapRows(FeatureMap map, float* tile, std::int64_t rows, std::int64_t width) {
  mapTile(map, tile, static_cast<std::size_t>(rows), static_cast<std::size_t>(width));
}

}  // namespace

void DiagonalViews::loadRows(std::size_t input, std::int64_t first, std::int64_t count,
                             std::int64_t width, float* tile, std::ptrdiff_t stride) const {
  const StoredView& from = source_.call.inputs[input];
  for (std::int64_t i = 0; i < count; ++i) {
    float* to = tile + i * stride;
    const float* row = from.row(to, width, source_.batch, source_.token(first + i), source_.head);
    if (row != to) std::copy_n(row, width, to);
  }
}

void DiagonalViews::load(std::int64_t first, std::int64_t count, const DiagonalRows& rows) const {
  loadRows(DiagonalSource::kQuery, first, count, shape_.keys, rows.queries, rows.key_stride);
  loadRows(DiagonalSource::kKey, first, count, shape_.keys, rows.keys, rows.key_stride);
  loadRows(DiagonalSource::kValue, first, count, shape_.values, rows.values, rows.value_stride);
  if (source_.map == FeatureMap::identity) return;
  mapRows(source_.map, rows.queries, count, shape_.keys);
  mapRows(source_.map, rows.keys, count, shape_.keys);
}

void DiagonalViews::loadDecays(std::int64_t first, std::int64_t count, float* decays,
                               std::ptrdiff_t stride) const {
  if (shape_.decay == Decay::channel) {
    loadRows(source_.decays, first, count, shape_.keys, decays, stride);
    return;
  }
  const StoredView& from = source_.call.inputs[source_.decays];
  for (std::int64_t i = 0; i < count; ++i) {
    decays[i] = from.at(source_.batch, source_.token(first + i), source_.head);
  }
}

void DiagonalViews::prefetch(std::int64_t first, std::int64_t count) const {
  const auto ask = [&](const StoredView& from, std::int64_t width) {
    if (from.storage != Storage::f32) return;
    for (std::int64_t i = 0; i < count; ++i) {
      const float* row = static_cast<const float*>(from.data) +
                         from.offsetOf(source_.batch, source_.token(first + i), source_.head);
      for (std::int64_t c = 0; c < width; c += kLineFloats) __builtin_prefetch(row + c);
    }
  };
  ask(source_.call.inputs[DiagonalSource::kQuery], shape_.keys);
  ask(source_.call.inputs[DiagonalSource::kKey], shape_.keys);
  ask(source_.call.inputs[DiagonalSource::kValue], shape_.values);
  if (shape_.decay == Decay::channel) ask(source_.call.inputs[source_.decays], shape_.keys);
}

void DiagonalViews::store(std::int64_t first, std::int64_t count, const float* outputs,
                          std::ptrdiff_t stride) const {
  for (std::int64_t i = 0; i < count; ++i) {
    source_.call.output.store(outputs + i * stride, shape_.values, source_.batch,
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
