// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/prepared_call.h"

namespace lineament::sequence {

bool isStoredNarrow(const OperandSpec& spec) {
  using Role = OperandSpec::Role;
  return spec.role == Role::query || spec.role == Role::key || spec.role == Role::value;
}

PreparedCall::PreparedCall(const Problem& problem, Storage storage)
    : mechanism_(problem.mechanism), sizes_(problem.sizes), options_(problem.options) {
  const auto& specs = mechanism_->description().inputs;
  wide_.resize(specs.size());
  narrow_.resize(specs.size());
  gradients_.resize(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const std::vector<double>& numbers = problem.inputs[i];
    const Storage kept = isStoredNarrow(specs[i]) ? storage : Storage::f32;
    const void* data = nullptr;
    if (!numbers.empty() && kept == Storage::f32) {
      wide_[i].assign(numbers.begin(), numbers.end());
      data = wide_[i].data();
    } else if (!numbers.empty()) {
      for (const double number : numbers) {
        narrow_[i].push_back(floatToBfloat16(static_cast<float>(number)));
      }
      data = narrow_[i].data();
    }
    inputs_.push_back({data, kept, contiguousStrides(specs[i].dims, sizes_)});
  }
  const auto count =
      static_cast<std::size_t>(sequence::elementsOf(mechanism_->description().output, sizes_));
  (storage == Storage::f32 ? output_.resize(count) : narrow_output_.resize(count));
  if (!problem.initial.empty()) {
    const State<double>& initial = problem.initial.front();
    initial_ = {{initial.values.begin(), initial.values.end()}, initial.tokens};
  }
}

Call<float> PreparedCall::call(const Context& context) {
  Call<float> call;
  call.sizes = sizes_;
  call.options = &options_;
  call.inputs = inputs_;
  const Strides strides = contiguousStrides(mechanism_->description().output, sizes_);
  call.output = output_.empty() ? StoredTarget{narrow_output_.data(), Storage::bf16, strides}
                                : StoredTarget{output_.data(), Storage::f32, strides};
  if (!initial_.values.empty()) call.initial = &initial_;
  call.kept = kept_;
  call.context = &context;
  return call;
}

void PreparedCall::forward(const Context& context) {
  Call<float> forward = call(context);
  if (mechanism_->description().has_state) forward.final = &state_;
  mechanism_->fast(forward);
}

void PreparedCall::backward(const Context& context) {
  const auto& specs = mechanism_->description().inputs;
  if (output_gradient_.empty()) {
    output_gradient_.assign(output_.size(), 1.0f);
    for (std::size_t i = 0; i < specs.size(); ++i) gradients_[i].assign(wide_[i].size(), 0.0f);
    kept_.resize(mechanism_->keptElements(sizes_, options_));
    mechanism_->fast(call(context));
  }
  std::vector<View<float>> gradients;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    gradients.push_back({gradients_[i].empty() ? nullptr : gradients_[i].data(),
                         contiguousStrides(specs[i].dims, sizes_)});
  }
  BackwardCall<float> back;
  back.forward = call(context);
  const Strides strides = contiguousStrides(mechanism_->description().output, sizes_);
  back.output = {output_.data(), strides};
  back.output_gradient = {output_gradient_.data(), strides};
  back.input_gradients = gradients;
  mechanism_->fastBackward(back);
}

void PreparedCall::step(const Context& context) {
  Call<float> one = call(context);
  one.sizes[Dim::token] = 1;
  one.initial = nullptr;
  one.kept = {};
  mechanism_->step(one, state_);
}

}  // namespace lineament::sequence
