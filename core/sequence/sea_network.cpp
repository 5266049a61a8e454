// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/sea_network.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace lineament::sequence {

namespace {

using Layout = SeaLayout;

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

double normalBelow(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

double gelu(double x) {
  return x * normalBelow(x);
}

double geluSlope(double x) {
  return normalBelow(x) + x * std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

// The row before step 2's norm.
std::vector<double> encoded(const Call<double>& call, const std::vector<double>& context) {
  const Layout layout(call.sizes, *call.options);
  const auto& weights = call.inputs[Layout::kEncoder];
  std::vector<double> row;
  for (std::int64_t o = 0; o < layout.hidden; ++o) {
    double sum = call.inputs[Layout::kEncoderBias](o);
    for (std::int64_t i = 0; i < Layout::kParts * layout.values; ++i) {
      sum += context[index(i)] * weights(i / layout.values, i % layout.values, o);
    }
    row.push_back(sum);
  }
  return row;
}

}  // namespace

NormedRow::NormedRow(std::vector<double> row, const View<const double>& gain,
                     const View<const double>& shift)
    : normal(std::move(row)) {
  const auto count = static_cast<double>(normal.size());
  const double mean = std::accumulate(normal.begin(), normal.end(), 0.0) / count;
  double squares = 0;
  for (double& x : normal) {
    x -= mean;
    squares += x * x;
  }
  inverse_deviation = 1 / std::sqrt(squares / count + Layout::kNormEpsilon);
  for (std::size_t i = 0; i < normal.size(); ++i) {
    normal[i] *= inverse_deviation;
    out.push_back(normal[i] * gain(i) + shift(i));
  }
}

std::vector<double> NormedRow::pull(const std::vector<double>& above,
                                    const View<const double>& gain,
                                    const View<double>& gain_gradient,
                                    const View<double>& shift_gradient) const {
  const auto count = static_cast<double>(normal.size());
  std::vector<double> gradient;
  double mean = 0, along = 0;
  for (std::size_t i = 0; i < normal.size(); ++i) {
    if (gain_gradient) gain_gradient(i) += above[i] * normal[i];
    if (shift_gradient) shift_gradient(i) += above[i];
    gradient.push_back(above[i] * gain(i));
    mean += gradient[i] / count;
    along += gradient[i] * normal[i] / count;
  }
  for (std::size_t i = 0; i < normal.size(); ++i) {
    gradient[i] = inverse_deviation * (gradient[i] - mean - normal[i] * along);
  }
  return gradient;
}

SeaEncoder::SeaEncoder(const Call<double>& call, std::vector<double> context)
    : call_(call),
      context_(std::move(context)),
      normed_(encoded(call, context_), call.inputs[Layout::kEncoderGain],
              call.inputs[Layout::kEncoderShift]) {
  for (const double x : normed_.out) hidden_.push_back(gelu(x));
  for (std::int64_t g = 0; g < Layout::kSplits; ++g) {
    double sum = call.inputs[Layout::kGateBias](g);
    for (std::size_t o = 0; o < hidden_.size(); ++o) {
      sum += hidden_[o] * call.inputs[Layout::kGate](o, g);
    }
    gates_.push_back(sigmoid(sum));
  }
}

std::vector<double> SeaEncoder::pull(const BackwardCall<double>& back, double first_gate,
                                     double second_gate) const {
  const auto to = [&](std::size_t input) { return back.input_gradients[input]; };
  const Layout layout(call_.sizes, *call_.options);
  const double slopes[] = {first_gate * gates_[0] * (1 - gates_[0]),
                           second_gate * gates_[1] * (1 - gates_[1])};
  std::vector<double> above(hidden_.size());
  for (std::size_t g = 0; g < std::size(slopes); ++g) {
    if (to(Layout::kGateBias)) to(Layout::kGateBias)(g) += slopes[g];
    for (std::size_t o = 0; o < hidden_.size(); ++o) {
      above[o] += slopes[g] * call_.inputs[Layout::kGate](o, g);
      if (to(Layout::kGate)) to(Layout::kGate)(o, g) += slopes[g] * hidden_[o];
    }
  }
  for (std::size_t o = 0; o < above.size(); ++o) above[o] *= geluSlope(normed_.out[o]);
  const std::vector<double> row = normed_.pull(above, call_.inputs[Layout::kEncoderGain],
                                               to(Layout::kEncoderGain), to(Layout::kEncoderShift));
  std::vector<double> gradient(context_.size());
  for (std::size_t o = 0; o < row.size(); ++o) {
    if (to(Layout::kEncoderBias)) to(Layout::kEncoderBias)(o) += row[o];
    for (std::int64_t i = 0; i < Layout::kParts * layout.values; ++i) {
      const std::int64_t part = i / layout.values, e = i % layout.values;
      gradient[index(i)] += row[o] * call_.inputs[Layout::kEncoder](part, e, o);
      if (to(Layout::kEncoder)) to(Layout::kEncoder)(part, e, o) += row[o] * context_[index(i)];
    }
  }
  return gradient;
}

SeaImage::SeaImage(const Call<double>& call, std::int64_t batch)
    : call_(call),
      layout_(call.sizes, *call.options),
      batch_(batch),
      image_(index((Layout::kHistory + layout_.tokens) * layout_.channels * layout_.columns)),
      middle_(image_.size()) {
  if (call.initial == nullptr) return;
  const std::int64_t row = layout_.channels * layout_.columns;
  for (std::int64_t i = 0; i < Layout::kHistory; ++i) {
    const auto from = call.initial->values.begin();
    std::copy_n(from + layout_.rowOffset(0, i, batch), row, image_.begin() + i * row);
    std::copy_n(from + layout_.rowOffset(1, i, batch), row, middle_.begin() + i * row);
  }
}

double& SeaImage::at(std::vector<double>& stage, std::int64_t row, std::int64_t channel,
                     std::int64_t column) const {
  return stage[index(((Layout::kHistory + row) * layout_.channels + channel) * layout_.columns +
                     column)];
}

void SeaImage::decode(std::int64_t token, std::int64_t head, const std::vector<double>& hidden) {
  for (std::int64_t s = 0; s < Layout::kSplits; ++s) {
    std::vector<double> row;
    for (std::int64_t w = 0; w < layout_.columns; ++w) {
      double sum = call_.inputs[Layout::kDecoderBias](s, w);
      for (std::size_t o = 0; o < hidden.size(); ++o) {
        sum += hidden[o] * call_.inputs[Layout::kDecoder](o, s, w);
      }
      row.push_back(sum);
    }
    const NormedRow normed(std::move(row), call_.inputs[Layout::kRowGain],
                           call_.inputs[Layout::kRowShift]);
    std::copy(normed.out.begin(), normed.out.end(),
              &at(image_, token, head * Layout::kSplits + s, 0));
  }
}

void SeaImage::convolve(std::vector<double>& from, std::size_t weights, std::size_t bias,
                        std::int64_t row, std::vector<double>& to) const {
  const auto splits = Layout::kSplits;
  for (std::int64_t o = 0; o < layout_.channels; ++o) {
    for (std::int64_t w = 0; w < layout_.columns; ++w) {
      double sum = call_.inputs[bias](o / splits, o % splits);
      for (std::int64_t c = 0; c < layout_.channels; ++c) {
        for (std::int64_t a = 0; a < Layout::kTaps; ++a) {
          for (std::int64_t b = 0; b < Layout::kTaps; ++b) {
            const std::int64_t column = w + Layout::kDilation * (b - 1);
            if (column < 0 || column >= layout_.columns) continue;
            sum += call_.inputs[weights](o / splits, o % splits, c / splits, c % splits, a, b) *
                   at(from, row - Layout::kDilation * (Layout::kTaps - 1 - a), c, column);
          }
        }
      }
      at(to, row, o, w) = std::max(0.0, sum);
    }
  }
}

std::vector<double> SeaImage::map() {
  std::vector<double> last(image_.size()), map;
  for (std::int64_t t = 0; t < layout_.tokens; ++t) {
    convolve(image_, Layout::kFirstConvolution, Layout::kFirstBias, t, middle_);
    convolve(middle_, Layout::kSecondConvolution, Layout::kSecondBias, t, last);
    for (std::int64_t h = 0; h < layout_.heads; ++h) {
      const double bias = call_.inputs[Layout::kMixBias](h);
      std::vector<double> wide{bias};
      for (std::int64_t w = 0; w < layout_.columns; ++w) {
        double sum = bias;
        for (std::int64_t c = 0; c < layout_.channels; ++c) {
          sum += call_.inputs[Layout::kMix](h, c / Layout::kSplits, c % Layout::kSplits) *
                 at(last, t, c, w);
        }
        wide.insert(wide.end(), Layout::kRepeats, sum);
      }
      wide.push_back(bias);
      std::vector<double> pooled;
      for (std::int64_t m = 0; m < layout_.cells; ++m) {
        const std::int64_t from = layout_.firstColumn(m), to = layout_.lastColumn(m) + 1;
        pooled.push_back(std::accumulate(wide.begin() + from, wide.begin() + to, 0.0) /
                         static_cast<double>(to - from));
      }
      const NormedRow scores(std::move(pooled), call_.inputs[Layout::kMapGain],
                             call_.inputs[Layout::kMapShift]);
      const double highest = *std::max_element(scores.out.begin(), scores.out.end());
      double sum = 0;
      for (const double score : scores.out) sum += std::exp(score - highest);
      for (const double score : scores.out) map.push_back(std::exp(score - highest) / sum);
    }
  }
  return map;
}

void SeaImage::store(State<double>& made) const {
  const std::int64_t row = layout_.channels * layout_.columns;
  for (std::int64_t i = 0; i < Layout::kHistory; ++i) {
    const auto to = made.values.begin();
    std::copy_n(image_.begin() + (layout_.tokens + i) * row, row,
                to + layout_.rowOffset(0, i, batch_));
    std::copy_n(middle_.begin() + (layout_.tokens + i) * row, row,
                to + layout_.rowOffset(1, i, batch_));
  }
}

}  // namespace lineament::sequence
