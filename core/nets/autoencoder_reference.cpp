// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/nets/autoencoder.h"

namespace lineament::nets {

namespace {

// Back from what the loss changes by for each output of the layer's activation (`above`) to what it
// changes by before it; y are the activations.
double beforeActivation(Layer::Type type, double y, double above) {
  if (type == Layer::Type::sigmoid) return above * y * (1 - y);
  if (type == Layer::Type::selu) return above * (y > 0 ? kSeluScale : y + kSeluScale * kSeluAlpha);
  return above;
}

double sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

}  // namespace

double autoencoderReference(const Autoencoder& network, const AutoencoderLoss& loss,
                            std::span<const float> rows, std::vector<double>& gradient) {
  const std::size_t width = network.inputs(), points = rows.size() / width;
  const std::size_t layers = network.layerCount();
  gradient.assign(network.parameters().size(), 0);
  double total = 0;
  for (std::size_t n = 0; n < points; ++n) {
    std::vector<std::vector<double>> values{
        {rows.begin() + static_cast<std::ptrdiff_t>(n * width),
         rows.begin() + static_cast<std::ptrdiff_t>((n + 1) * width)}};
    for (std::size_t l = 0; l < layers; ++l) {
      const std::size_t in = network.inputsOf(l);
      const float* row = network.parameters().data() + network.parametersAt(l);
      std::vector<double> y;
      for (std::size_t o = 0; o < network.outputsOf(l); ++o, row += in + 1) {
        double sum = static_cast<double>(row[in]);
        for (std::size_t i = 0; i < in; ++i) sum += static_cast<double>(row[i]) * values[l][i];
        y.push_back(sum);
      }
      activate(network.activationOf(l), y.data(), y.size());
      for (const double a : y) total += loss.penalty * std::abs(a);
      values.push_back(std::move(y));
    }
    std::vector<double> above(width);
    for (std::size_t i = 0; i < width; ++i) {
      const double difference = values[layers][i] - values[0][i];
      total += difference * difference / static_cast<double>(width);
      above[i] = 2 * difference / static_cast<double>(width);
    }
    for (std::size_t l = layers; l-- > 0;) {
      const std::size_t in = network.inputsOf(l);
      std::vector<double> below(in);
      for (std::size_t o = 0; o < network.outputsOf(l); ++o) {
        const double y = values[l + 1][o];
        const double slope =
            beforeActivation(network.activationOf(l), y, above[o] + loss.penalty * sign(y));
        const std::size_t at = network.parametersAt(l) + o * (in + 1);
        for (std::size_t i = 0; i < in; ++i) {
          gradient[at + i] += slope * values[l][i] / static_cast<double>(points);
          below[i] += slope * static_cast<double>(network.parameters()[at + i]);
        }
        gradient[at + in] += slope / static_cast<double>(points);
      }
      above = std::move(below);
    }
  }
  return total / static_cast<double>(points);
}

}  // namespace lineament::nets
