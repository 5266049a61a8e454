// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/adam.h"

#include <cmath>

#include "core/autodiff/loops.h"

namespace lineament::autodiff {

template <class T>
Adam<T>::Adam(Parameters<T>& parameters, AdamSettings settings)
    : parameters_(parameters), settings_(settings) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    first_.emplace_back(parameters.values(i).size());
    second_.emplace_back(parameters.values(i).size());
  }
}

template <class T>
void adamStep(const AdamSettings& settings, std::size_t step, std::span<T> values,
              std::span<const T> gradients, std::span<T> first, std::span<T> second,
              double weight_decay) {
  const double power = static_cast<double>(step);
  const double first_correction = 1 - std::pow(settings.beta1, power);
  const double second_correction = 1 - std::pow(settings.beta2, power);
  const double corrected = settings.uncorrected_epsilon
                               ? settings.epsilon / std::sqrt(second_correction)
                               : settings.epsilon;
  const T b1 = T(settings.beta1), b2 = T(settings.beta2), epsilon = T(corrected);
  // 1 - 0.999 in single precision would be wrong in the fifth digit.
  const T fresh1 = T(1 - settings.beta1), fresh2 = T(1 - settings.beta2);
  const T root = T(1 / std::sqrt(second_correction));
  const T shrink = T(1 - settings.learning_rate * weight_decay);
  const T length = T(settings.learning_rate / first_correction);
  T* __restrict w = values.data();
  const T* __restrict g = gradients.data();
  T* __restrict m = first.data();
  T* __restrict v = second.data();
  for (std::size_t i = 0; i < values.size(); ++i) {
    m[i] = b1 * m[i] + fresh1 * g[i];
    v[i] = b2 * v[i] + fresh2 * g[i] * g[i];
    w[i] = shrink * w[i] - length * m[i] / (std::sqrt(v[i]) * root + epsilon);
  }
}

template <class T>
void Adam<T>::step() {
  ++steps_;
  for (std::size_t index = 0; index < parameters_.size(); ++index) {
    const ParameterGroup& group = parameters_.groupOf(index);
    AdamSettings settings = settings_;
    settings.learning_rate *= group.rate_factor;
    adamStep<T>(settings, steps_, parameters_.values(index), parameters_.gradients(index),
                first_[index], second_[index], group.weight_decay);
  }
}

template <class T>
double gradientNorm(Parameters<T>& parameters) {
  double total = 0;
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    const std::span<const T> g = parameters.gradients(index);
    total += laneSum(g.size(), [&](std::size_t i) {
      return static_cast<double>(g[i]) * static_cast<double>(g[i]);
    });
  }
  return std::sqrt(total);
}

template <class T>
double clipGradients(Parameters<T>& parameters, double limit) {
  const double norm = gradientNorm(parameters);
  if (!(norm > limit)) return norm;
  const T factor = T(limit / norm);
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    for (T& g : parameters.gradients(index)) g *= factor;
  }
  return norm;
}

template class Adam<float>;
template class Adam<double>;
template void adamStep(const AdamSettings&, std::size_t, std::span<float>, std::span<const float>,
                       std::span<float>, std::span<float>, double);
template void adamStep(const AdamSettings&, std::size_t, std::span<double>, std::span<const double>,
                       std::span<double>, std::span<double>, double);
template double gradientNorm(Parameters<float>&);
template double gradientNorm(Parameters<double>&);
template double clipGradients(Parameters<float>&, double);
template double clipGradients(Parameters<double>&, double);

}  // namespace lineament::autodiff
