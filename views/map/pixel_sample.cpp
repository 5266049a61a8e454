// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/pixel_sample.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/random.h"

namespace lineament::views {

namespace {

constexpr std::int64_t kBlock = 128;
constexpr std::uint64_t kSeed = 1;

std::vector<RasterWindow> shuffledBlocks(const Raster& raster) {
  std::vector<RasterWindow> blocks;
  for (std::int64_t row = 0; row < raster.rows(); row += kBlock) {
    for (std::int64_t column = 0; column < raster.columns(); column += kBlock) {
      blocks.push_back({column, row, std::min(kBlock, raster.columns() - column),
                        std::min(kBlock, raster.rows() - row)});
    }
  }
  Random random(kSeed);
  for (std::size_t i = blocks.size(); i > 1; --i) std::swap(blocks[i - 1], blocks[random.below(i)]);
  return blocks;
}

}  // namespace

PixelSample samplePixels(const Raster& raster, std::array<std::size_t, 2> bands,
                         const Context& context) {
  PixelSample sample;
  sample.bands = bands;
  const std::vector<RasterWindow> blocks = shuffledBlocks(raster);
  std::vector<float> values;
  std::int64_t looked = 0;
  for (const RasterWindow& block : blocks) {
    if (looked >= kSampledPixels) {
      sample.all = false;
      break;
    }
    context.checkpoint(static_cast<double>(looked) / static_cast<double>(kSampledPixels),
                       "Reading the pixels");
    const auto count = static_cast<std::size_t>(block.columns * block.rows);
    looked += block.columns * block.rows;
    values.resize(2 * count);
    raster.read(block, bands, block.columns, block.rows, values);
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isfinite(values[i]) || !std::isfinite(values[count + i])) continue;
      const auto within = static_cast<std::int64_t>(i);
      const std::int64_t row = block.row + within / block.columns;
      const std::int64_t column = block.column + within % block.columns;
      sample.pixels.push_back(static_cast<std::size_t>(row * raster.columns() + column));
      sample.x.push_back(values[i]);
      sample.y.push_back(values[count + i]);
    }
  }
  return sample;
}

}  // namespace lineament::views
