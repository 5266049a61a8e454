// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lineament::sequence {

// Maps of single numbers that linear attention puts queries and keys through.
enum class FeatureMap : std::uint8_t {
  identity,
  relu,
  elu,           // x, or exp(x) - 1 where x < 0
  elu_plus_one,  // Katharopoulos et al. 2020, "Transformers are RNNs": always positive
  swish          // x sigmoid(x)
};

// The choices of an option, in the order of the enumeration.
const std::vector<std::string_view>& featureMapNames();

double mapped(FeatureMap map, double x);
double slope(FeatureMap map, double x);  // of mapped by x; 0 for relu at 0

// In place, on the rows of a tile (tile.h): `columns` numbers a row, the padding behind them set to
// 0, and for gradients *= slope at `inputs`, which lie like them.
void mapTile(FeatureMap map, float* tile, std::size_t rows, std::size_t columns);
void mapTileGradient(FeatureMap map, const float* inputs, float* gradients, std::size_t rows,
                     std::size_t columns);

}  // namespace lineament::sequence
