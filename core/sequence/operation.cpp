// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/operation.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/autodiff/elementwise.h"

namespace lineament::sequence {

namespace {

constexpr std::size_t kMostInputs = 32;

Strides stridesOf(const autodiff::Layout& layout) {
  Strides strides{};
  for (int axis = 0; axis < layout.shape.rank(); ++axis) {
    strides[static_cast<std::size_t>(axis)] = layout.stride(axis);
  }
  return strides;
}

View<const double> inputView(const double* data, const Strides& strides) {
  return {data, strides};
}
StoredView inputView(const float* data, const Strides& strides) {
  return {data, Storage::f32, strides};
}

View<double> outputView(double* data, const Strides& strides) {
  return {data, strides};
}
StoredTarget outputView(float* data, const Strides& strides) {
  return {data, Storage::f32, strides};
}

template <class T>
class MechanismOperation : public autodiff::Operation<T> {
 public:
  // `given[i]` says which of the step's inputs is the description's input i; none: it is left out.
  MechanismOperation(const Mechanism& mechanism, const Options& options,
                     std::vector<std::optional<std::size_t>> given)
      : mechanism_(mechanism), options_(options), given_(std::move(given)) {}

  std::string_view name() const override { return mechanism_.description().id; }

  typename autodiff::Operation<T>::Plan plan(
      std::span<const autodiff::Layout> inputs) const override {
    const Sizes sizes = sizesOf(inputs);
    mechanism_.check(sizes, options_);
    autodiff::Shape shape;
    for (const Dim dim : mechanism_.description().output) {
      shape.append(static_cast<std::size_t>(sizes[dim]));
    }
    return {{shape}, mechanism_.keptElements(sizes, options_)};
  }

  void forward(const autodiff::Step<T>& step) const override {
    Inputs inputs;
    const Call<T> call = callOf(step, inputs);
    if constexpr (std::is_same_v<T, double>) {
      mechanism_.reference(call);
    } else {
      mechanism_.fast(call);
    }
  }

  void backward(const autodiff::Step<T>& step) const override {
    Inputs inputs;
    std::array<View<T>, kMostInputs> gradients{};
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (!given_[i]) continue;
      const autodiff::TensorRef<T>& gradient = step.input_gradients[*given_[i]];
      if (gradient) gradients[i] = {gradient.data, stridesOf(*gradient.layout)};
    }
    BackwardCall<T> back;
    back.forward = callOf(step, inputs);
    const Strides strides = stridesOf(*step.outputs[0].layout);
    back.output = {step.outputs[0].data, strides};
    back.output_gradient = {step.output_gradients[0].data,
                            stridesOf(*step.output_gradients[0].layout)};
    back.input_gradients = std::span(gradients).first(given_.size());
    if constexpr (std::is_same_v<T, double>) {
      mechanism_.referenceBackward(back);
    } else {
      mechanism_.fastBackward(back);
    }
  }

 private:
  using Inputs = std::array<typename InputOf<T>::type, kMostInputs>;

  Call<T> callOf(const autodiff::Step<T>& step, Inputs& inputs) const {
    Call<T> call;
    std::array<autodiff::Layout, kMostInputs> layouts;
    for (std::size_t i = 0; i < step.inputs.size(); ++i) layouts[i] = *step.inputs[i].layout;
    call.sizes = sizesOf(std::span(layouts).first(step.inputs.size()));
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (!given_[i]) continue;
      const auto& input = step.inputs[*given_[i]];
      inputs[i] = inputView(input.data, stridesOf(*input.layout));
    }
    call.options = &options_;
    call.inputs = std::span<const typename InputOf<T>::type>(inputs.data(), given_.size());
    call.output = outputView(step.outputs[0].data, stridesOf(*step.outputs[0].layout));
    call.kept = step.workspace;
    call.context = step.context;
    return call;
  }

  Sizes sizesOf(std::span<const autodiff::Layout> inputs) const {
    Sizes sizes;
    std::array<bool, kDims> known{};
    const auto& specs = mechanism_.description().inputs;
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (!given_[i]) continue;
      const autodiff::Shape& shape = inputs[*given_[i]].shape;
      const Dims& dims = specs[i].dims;
      if (shape.rank() != static_cast<int>(dims.size())) disagree(inputs, specs[i]);
      for (std::size_t axis = 0; axis < dims.size(); ++axis) {
        const auto size = static_cast<std::int64_t>(shape[static_cast<int>(axis)]);
        bool& fixed = known[static_cast<std::size_t>(dims[axis])];
        if (fixed && sizes[dims[axis]] != size) disagree(inputs, specs[i]);
        sizes[dims[axis]] = size;
        fixed = true;
      }
    }
    return sizes;
  }

  [[noreturn]] void disagree(std::span<const autodiff::Layout> inputs,
                             const OperandSpec& spec) const {
    std::string expected = fmt::format("{} needs the dimensions [", spec.name);
    for (const Dim dim : spec.dims) expected += fmt::format(" {}", sequence::name(dim));
    autodiff::shapeError(name(), inputs, expected + " ], of the same sizes in all inputs");
  }

  const Mechanism& mechanism_;
  Options options_;
  std::vector<std::optional<std::size_t>> given_;
};

}  // namespace

template <class T>
autodiff::Value<T> mix(const Mechanism& mechanism, const Options& options,
                       std::span<const std::optional<autodiff::Value<T>>> inputs) {
  std::vector<std::optional<std::size_t>> given;
  std::vector<autodiff::Value<T>> values;
  for (const auto& input : inputs) {
    given.push_back(input ? std::optional(values.size()) : std::nullopt);
    if (!input) continue;
    const autodiff::Layout& layout = input->tape->layout(*input);
    const int last = layout.shape.rank() - 1;
    const bool plain = last < 0 || layout.shape[last] <= 1 || layout.stride(last) == 1;
    values.push_back(plain ? *input : autodiff::contiguous(*input));
  }
  return values.front()
      .tape
      ->record(std::make_unique<MechanismOperation<T>>(mechanism, options, std::move(given)),
               std::span<const autodiff::Value<T>>(values))
      .front();
}

template autodiff::Value<float> mix(const Mechanism&, const Options&,
                                    std::span<const std::optional<autodiff::Value<float>>>);
template autodiff::Value<double> mix(const Mechanism&, const Options&,
                                     std::span<const std::optional<autodiff::Value<double>>>);

}  // namespace lineament::sequence
