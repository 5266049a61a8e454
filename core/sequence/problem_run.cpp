// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <functional>

#include "core/base/error.h"
#include "core/sequence/prepared_call.h"
#include "core/sequence/problem.h"
#include "core/sequence/sparse_reading.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kNoStep{"sequence.no_step", "Run '{mechanism}' token by token",
                            "its output depends on tokens to come", "",
                            "Choose the reference or the fast form"};

// Tokens [first, first + count) that are one sequence.
struct Segment {
  std::int64_t first = 0, count = 0;
  std::size_t index = 0;
};

std::vector<Segment> segmentsOf(const Problem& problem) {
  if (problem.starts.empty()) return {{0, problem.sizes.tokens(), 0}};
  std::vector<Segment> segments;
  for (std::size_t i = 0; i + 1 < problem.starts.size(); ++i) {
    segments.push_back({problem.starts[i], problem.starts[i + 1] - problem.starts[i], i});
  }
  return segments;
}

// How far the first token of a segment lies from the tensor's first element.
std::ptrdiff_t tokenOffset(const Dims& dims, const Strides& strides, std::int64_t first) {
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] == Dim::token) return static_cast<std::ptrdiff_t>(first) * strides[axis];
  }
  return 0;
}

template <class T>
State<T> convertedState(const State<double>& state) {
  return {std::vector<T>(state.values.begin(), state.values.end()), state.tokens};
}

// The memory of a call and the views of it.
template <class T>
class Memory;

template <>
class Memory<double> {
 public:
  Memory(const Problem& problem, Storage) {
    const auto& specs = problem.mechanism->description().inputs;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const auto& numbers = problem.inputs[i];
      views.push_back({numbers.empty() ? nullptr : numbers.data(),
                       contiguousStrides(specs[i].dims, problem.sizes)});
    }
    const Dims& dims = problem.mechanism->description().output;
    output.resize(static_cast<std::size_t>(sequence::elementsOf(dims, problem.sizes)));
    target = {output.data(), contiguousStrides(dims, problem.sizes)};
  }

  static View<const double> shifted(View<const double> view, std::ptrdiff_t offset) {
    if (view) view.data += offset;
    return view;
  }
  static View<double> shifted(View<double> view, std::ptrdiff_t offset) {
    view.data += offset;
    return view;
  }
  std::vector<double> takeOutput() { return std::move(output); }

  std::vector<View<const double>> views;
  View<double> target;

 private:
  std::vector<double> output;
};

template <>
class Memory<float> {
 public:
  Memory(const Problem& problem, Storage storage) {
    const auto& specs = problem.mechanism->description().inputs;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      addInput(problem.inputs[i], isStoredNarrow(specs[i]) ? storage : Storage::f32,
               contiguousStrides(specs[i].dims, problem.sizes));
    }
    const Dims& dims = problem.mechanism->description().output;
    const auto count = static_cast<std::size_t>(sequence::elementsOf(dims, problem.sizes));
    void* data = nullptr;
    if (storage == Storage::f32) {
      data = output_.emplace_back(count).data();
    } else {
      data = narrow_output_.emplace_back(count).data();
    }
    target = {data, storage, contiguousStrides(dims, problem.sizes)};
  }

  static StoredView shifted(StoredView view, std::ptrdiff_t offset) {
    if (view) {
      const std::ptrdiff_t bytes = offset * (view.storage == Storage::f32 ? 4 : 2);
      view.data = static_cast<const std::byte*>(view.data) + bytes;
    }
    return view;
  }
  static StoredTarget shifted(StoredTarget to, std::ptrdiff_t offset) {
    const std::ptrdiff_t bytes = offset * (to.storage == Storage::f32 ? 4 : 2);
    to.data = static_cast<std::byte*>(to.data) + bytes;
    return to;
  }
  std::vector<float> takeOutput() {
    if (target.storage == Storage::f32) return std::move(output_.front());
    std::vector<float> wide;
    for (const std::uint16_t bits : narrow_output_.front()) wide.push_back(bfloat16ToFloat(bits));
    return wide;
  }

  std::vector<StoredView> views;
  StoredTarget target;

 private:
  void addInput(const std::vector<double>& numbers, Storage storage, const Strides& strides) {
    const void* data = nullptr;
    if (numbers.empty()) {
      storage = Storage::f32;
    } else if (storage == Storage::f32) {
      data = wide_.emplace_back(numbers.begin(), numbers.end()).data();
    } else {
      auto& narrow = narrow_.emplace_back();
      narrow.reserve(numbers.size());
      for (const double value : numbers) {
        narrow.push_back(floatToBfloat16(static_cast<float>(value)));
      }
      data = narrow.data();
    }
    views.push_back({data, storage, strides});
  }

  std::vector<std::vector<float>> wide_, output_;
  std::vector<std::vector<std::uint16_t>> narrow_, narrow_output_;
};

// Calls work(segment's call, segment) for each packed sequence.
template <class T, class Work>
void forSegments(const Problem& problem, Memory<T>& memory, const Context& context, Work work) {
  const Description& about = problem.mechanism->description();
  for (const Segment& segment : segmentsOf(problem)) {
    std::vector<typename InputOf<T>::type> inputs;
    for (std::size_t i = 0; i < about.inputs.size(); ++i) {
      const auto& view = memory.views[i];
      inputs.push_back(
          Memory<T>::shifted(view, tokenOffset(about.inputs[i].dims, view.stride, segment.first)));
    }
    Call<T> call;
    call.sizes = problem.sizes;
    call.sizes[Dim::token] = segment.count;
    call.options = &problem.options;
    call.inputs = inputs;
    call.output = Memory<T>::shifted(
        memory.target, tokenOffset(about.output, memory.target.stride, segment.first));
    call.context = &context;
    std::optional<State<T>> initial;
    if (!problem.initial.empty()) initial = convertedState<T>(problem.initial[segment.index]);
    if (initial) call.initial = &*initial;
    work(call, segment);
  }
}

template <class T, class Form>
Result<T> runForm(const Problem& problem, Storage storage, const Context& context, Form form) {
  Memory<T> memory(problem, storage);
  Result<T> result;
  forSegments<T>(problem, memory, context, [&](Call<T>& call, const Segment&) {
    if (problem.mechanism->description().has_state) call.final = &result.final.emplace_back();
    form(call);
  });
  result.output = memory.takeOutput();
  return result;
}

template <class T>
View<T> segmentView(T* data, const Dims& dims, const Sizes& sizes, std::int64_t first) {
  if (data == nullptr) return {};
  const Strides strides = contiguousStrides(dims, sizes);
  return {data + tokenOffset(dims, strides, first), strides};
}

template <class T, class Backward>
Gradients<T> runBackward(const Problem& problem, const std::vector<double>& weights,
                         const std::vector<State<double>>& state_weights, const Context& context,
                         Backward backward) {
  const Description& about = problem.mechanism->description();
  Memory<T> memory(problem, Storage::f32);
  const std::vector<T> above(weights.begin(), weights.end());
  Gradients<T> gradients;
  for (const auto& input : problem.inputs) gradients.inputs.emplace_back(input.size(), T{0});
  forSegments<T>(problem, memory, context, [&](Call<T>& call, const Segment& segment) {
    std::vector<T> kept(problem.mechanism->keptElements(call.sizes, problem.options));
    call.kept = kept;
    BackwardCall<T> back;
    if constexpr (std::is_same_v<T, float>) {
      problem.mechanism->fast(call);
      back.output = {static_cast<const float*>(call.output.data), call.output.stride};
    }
    back.forward = call;
    back.output_gradient = segmentView(above.data(), about.output, problem.sizes, segment.first);
    std::vector<View<T>> input_gradients;
    for (std::size_t i = 0; i < about.inputs.size(); ++i) {
      auto& gradient = gradients.inputs[i];
      input_gradients.push_back(segmentView(gradient.empty() ? nullptr : gradient.data(),
                                            about.inputs[i].dims, problem.sizes, segment.first));
    }
    back.input_gradients = input_gradients;
    std::optional<State<T>> final_gradient;
    if (!state_weights.empty()) {
      final_gradient = convertedState<T>(state_weights[segment.index]);
      back.final_gradient = &*final_gradient;
    }
    if (about.has_state) back.initial_gradient = &gradients.initial.emplace_back();
    backward(back);
  });
  return gradients;
}

}  // namespace

Result<double> runReference(const Problem& problem, const Context& context) {
  return runForm<double>(problem, Storage::f32, context,
                         [&](const Call<double>& call) { problem.mechanism->reference(call); });
}

Result<float> runFast(const Problem& problem, Storage storage, const Context& context) {
  return runForm<float>(problem, storage, context,
                        [&](const Call<float>& call) { problem.mechanism->fast(call); });
}

Result<float> runSteps(const Problem& problem, const Context& context) {
  const Mechanism& mechanism = *problem.mechanism;
  const Description& about = mechanism.description();
  if (!about.causal || !about.has_state) {
    throw Error::usage(kNoStep, {{"mechanism", about.id}});
  }
  return runForm<float>(problem, Storage::f32, context, [&](const Call<float>& call) {
    State<float> state;
    if (call.initial != nullptr) {
      state = *call.initial;
    } else {
      state.values.resize(elementsOf(mechanism.state(call.sizes, problem.options, 0)));
    }
    Call<float> one = call;
    one.sizes[Dim::token] = 1;
    one.initial = nullptr;
    one.final = nullptr;
    std::vector<StoredView> inputs(call.inputs.size());
    one.inputs = inputs;
    for (std::int64_t token = 0; token < call.sizes.tokens(); ++token) {
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        inputs[i] = Memory<float>::shifted(
            call.inputs[i], tokenOffset(about.inputs[i].dims, call.inputs[i].stride, token));
      }
      one.output =
          Memory<float>::shifted(call.output, tokenOffset(about.output, call.output.stride, token));
      mechanism.step(one, state);
      context.checkpoint(static_cast<double>(token + 1) / static_cast<double>(call.sizes.tokens()));
    }
    if (call.final != nullptr) *call.final = std::move(state);
  });
}

Gradients<double> runReferenceBackward(const Problem& problem, const std::vector<double>& weights,
                                       const std::vector<State<double>>& state_weights,
                                       const Context& context) {
  return runBackward<double>(
      problem, weights, state_weights, context,
      [&](const BackwardCall<double>& call) { problem.mechanism->referenceBackward(call); });
}

Gradients<float> runFastBackward(const Problem& problem, const std::vector<double>& weights,
                                 const std::vector<State<double>>& state_weights,
                                 const Context& context) {
  return runBackward<float>(
      problem, weights, state_weights, context,
      [&](const BackwardCall<float>& call) { problem.mechanism->fastBackward(call); });
}

namespace {

// What `matrix` gives for the first sequence.
std::vector<double> matrixOf(
    const Problem& problem, const Context& context,
    const std::function<std::vector<double>(const Call<double>&)>& matrix) {
  Memory<double> memory(problem, Storage::f32);
  std::optional<std::vector<double>> weights;
  forSegments<double>(problem, memory, context, [&](const Call<double>& call, const Segment&) {
    if (!weights) weights = matrix(call);
  });
  return weights.value_or(std::vector<double>{});
}

}  // namespace

std::vector<double> impliedAttention(const Problem& problem, std::int64_t batch, std::int64_t head,
                                     const Context& context) {
  return matrixOf(problem, context, [&](const Call<double>& call) {
    return problem.mechanism->attention(call, batch, head);
  });
}

std::vector<double> attentionUnderMask(const Problem& problem, std::int64_t batch,
                                       std::int64_t head, const Context& context) {
  const auto* sparse = dynamic_cast<const SparseReading*>(problem.mechanism);
  if (!sparse) return {};
  return matrixOf(problem, context,
                  [&](const Call<double>& call) { return sparse->underMask(call, batch, head); });
}

}  // namespace lineament::sequence
