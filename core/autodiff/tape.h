// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/autodiff/arena.h"
#include "core/autodiff/operation.h"
#include "core/autodiff/parameters.h"
#include "core/autodiff/shape.h"
#include "core/base/context.h"

namespace lineament::autodiff {

template <class T>
class Tape;

// A tensor on a tape: a handle, free to copy, valid as long as its tape.
template <class T>
struct Value {
  Tape<T>* tape = nullptr;
  std::size_t index = 0;

  const Shape& shape() const;
};

// Whole numbers bound anew at each step: tokens, rows, classes.
struct Indices {
  std::size_t index = 0;
  std::size_t count = 0;
};

// Reverse-mode differentiation (Linnainmaa 1970; Griewank and Walther 2008). Operations are
// recorded once, which checks shapes and lays out all memory; then the plan is replayed: bind the
// inputs, forward(), backward(), again and again, without another allocation.
//
// Every value lies in a storage; views (reshape, transpose, slice, broadcast) are other layouts of
// the same storage and cost nothing. A storage's gradient has the same layout, so a view needs no
// backward of its own.
template <class T>
class Tape {
 public:
  enum class Gradient { no, yes };

  Tape() = default;
  Tape(const Tape&) = delete;  // values point to their tape
  Tape& operator=(const Tape&) = delete;

  // Leaves. `name` is for messages. The parameters have to outlive the tape.
  Value<T> input(const Shape& shape, std::string name = "input", Gradient wanted = Gradient::no);
  Value<T> constant(const Shape& shape, std::span<const T> values);
  Value<T> parameter(Parameters<T>& parameters, std::size_t index);
  Indices indices(std::size_t count);

  // Copies the numbers of this step in; an Error "autodiff.bind" when the count is another.
  void bind(Value<T> input, std::span<const T> values);
  void bind(Indices input, std::span<const std::int32_t> values);
  std::span<T> storage(Value<T> input);  // of a leaf, to be filled in place

  // Puts an operation on the tape and gives its outputs.
  std::vector<Value<T>> record(std::unique_ptr<const Operation<T>> operation,
                               std::initializer_list<Value<T>> inputs,
                               std::optional<Indices> indices = std::nullopt);
  std::vector<Value<T>> record(std::unique_ptr<const Operation<T>> operation,
                               std::span<const Value<T>> inputs,
                               std::optional<Indices> indices = std::nullopt);

  // The same storage under another layout, which has to stay inside it.
  Value<T> view(Value<T> value, const Layout& layout);

  // Dropout acts in training only, and draws from the seed and the step's number, which counts
  // forward runs unless it is set.
  void setTraining(bool training) { training_ = training; }
  void setSeed(std::uint64_t seed) { seed_ = seed; }
  void setStep(std::uint64_t step) { step_ = step; }

  void forward(const Context& context = {});

  // Gradients of `loss` (one element) by everything it depends on. Gradients of parameters are
  // added to what is there (Parameters::clearGradients), all others start from zero.
  void backward(Value<T> loss, const Context& context = {});

  const Layout& layout(Value<T> value) const { return values_[value.index].layout; }
  T scalar(Value<T> value) const;                     // of a value of one element
  std::vector<T> read(Value<T> value) const;          // a copy in row-major order
  std::vector<T> readGradient(Value<T> value) const;  // zeros where there is none
  // Without a copy; the value must be contiguous (every operation's output is).
  std::span<const T> values(Value<T> value) const;

  // The first operation (or leaf), in the order of computing, with a value or gradient that is NaN
  // or infinite; the gradients are looked at in the order of backward, after all values.
  struct NonFinite {
    std::string operation;     // "exp", or the leaf's name
    std::size_t position = 0;  // in the order of recording
    std::size_t element = 0;   // row-major
    bool in_gradient = false;
  };
  std::optional<NonFinite> firstNonFinite() const;

  std::size_t bytes() const { return value_arena_.bytes() + gradient_arena_.bytes(); }
  std::size_t operationCount() const { return nodes_.size(); }

 private:
  struct Storage {
    T* values = nullptr;
    T* gradients = nullptr;
    std::size_t elements = 0;
    bool wants_gradient = false;
    std::string leaf;  // the name of a leaf; empty for an operation's output
  };
  struct Entry {
    std::size_t storage = 0;
    Layout layout;
  };
  struct Node {
    std::unique_ptr<const Operation<T>> operation;
    std::vector<std::size_t> inputs, outputs;  // entries
    std::span<T> workspace;
    std::optional<std::size_t> indices;
    bool wants_gradient = false;
    std::vector<TensorRef<const T>> input_refs, output_gradient_refs;
    std::vector<TensorRef<T>> output_refs, input_gradient_refs;
  };

  Value<T> addLeaf(Storage storage, const Shape& shape);
  Value<T> addValue(std::size_t storage, const Layout& layout);
  void layOut(Node& node);
  void layOutGradients();
  void findPath(std::size_t loss);
  Step<T> stepOf(const Node& node, const Random& random, const Context& context) const;
  std::vector<T> gathered(const Layout& layout, const T* data) const;
  std::optional<NonFinite> searchStorage(std::size_t storage, bool in_gradient) const;

  Arena value_arena_, gradient_arena_;
  std::vector<Storage> storages_;
  std::deque<Entry> values_;  // nodes point to the layouts in it
  std::vector<Node> nodes_;
  std::vector<std::vector<std::int32_t>> indices_;
  std::size_t gradients_laid_out_ = 0;  // storages
  std::vector<std::size_t> path_;       // nodes that the loss depends on, in order
  std::size_t path_loss_ = SIZE_MAX;    // the loss that path_ is for
  std::size_t path_nodes_ = 0;          // how many nodes there were then
  bool training_ = true;
  std::uint64_t seed_ = 0;
  std::uint64_t step_ = 0;
};

template <class T>
const Shape& Value<T>::shape() const {
  return tape->layout(*this).shape;
}

// The only output of an operation with one.
template <class T, class... Inputs>
Value<T> recordOne(std::unique_ptr<const Operation<T>> operation, Value<T> first,
                   Inputs... inputs) {
  return first.tape->record(std::move(operation), {first, inputs...}).front();
}

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace lineament::autodiff
