// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mechanism.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace lineament::sequence {

void Mechanism::step(const Call<float>& call, State<float>& state) const {
  Call<float> one = call;
  one.initial = &state;
  one.final = &state;
  fast(one);
}

std::vector<double> Mechanism::attention(const Call<double>& call, std::int64_t batch,
                                         std::int64_t head) const {
  const Description& about = description();
  const std::int64_t tokens = call.sizes.tokens();
  std::vector<double> unit(static_cast<std::size_t>(tokens * tokens), 0.0);
  for (std::int64_t t = 0; t < tokens; ++t) unit[static_cast<std::size_t>(t * tokens + t)] = 1;

  Call<double> one = call;
  one.sizes[Dim::batch] = one.sizes[Dim::head] = one.sizes[Dim::group] = 1;
  one.sizes[Dim::value] = tokens;
  one.initial = nullptr;
  one.final = nullptr;
  one.kept = {};
  std::vector<View<const double>> inputs(call.inputs.begin(), call.inputs.end());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const OperandSpec& spec = about.inputs[i];
    if (spec.role == OperandSpec::Role::value) {
      inputs[i] = {unit.data(), {}};
      for (std::size_t axis = 0; axis < spec.dims.size(); ++axis) {
        if (spec.dims[axis] == Dim::token) inputs[i].stride[axis] = tokens;
        if (spec.dims[axis] == Dim::value) inputs[i].stride[axis] = 1;
      }
      continue;
    }
    if (!inputs[i]) continue;
    for (std::size_t axis = 0; axis < spec.dims.size(); ++axis) {
      const std::int64_t index = spec.dims[axis] == Dim::batch  ? batch
                                 : spec.dims[axis] == Dim::head ? head
                                 : spec.dims[axis] == Dim::group
                                     ? head * call.sizes[Dim::group] / call.sizes.heads()
                                     : 0;
      inputs[i].data += index * inputs[i].stride[axis];
    }
  }
  std::vector<double> weights(unit.size());
  one.inputs = inputs;
  one.output = {weights.data(), contiguousStrides(about.output, one.sizes)};
  reference(one);
  return weights;
}

std::vector<std::complex<double>> Mechanism::transition(const Call<double>&, std::int64_t,
                                                        std::int64_t, std::int64_t) const {
  return {};
}

double Mechanism::bytes(const Sizes& sizes) const {
  double elements = static_cast<double>(elementsOf(description().output, sizes));
  for (const OperandSpec& input : description().inputs) {
    if (!input.optional) elements += static_cast<double>(elementsOf(input.dims, sizes));
  }
  return elements * sizeof(float);
}

std::size_t Mechanism::indexOf(std::string_view name) const {
  const auto& inputs = description().inputs;
  const auto found = std::find_if(inputs.begin(), inputs.end(),
                                  [&](const OperandSpec& spec) { return spec.name == name; });
  return static_cast<std::size_t>(found - inputs.begin());
}

std::size_t elementsOf(const std::vector<StatePart>& parts) {
  std::size_t sum = 0;
  for (const StatePart& part : parts) {
    sum += std::accumulate(part.shape.begin(), part.shape.end(), std::size_t{1},
                           std::multiplies<std::size_t>());
  }
  return sum;
}

}  // namespace lineament::sequence
