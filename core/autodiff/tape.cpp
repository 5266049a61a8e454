// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/tape.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"

namespace lineament::autodiff {

namespace {

constexpr ErrorText kBind{"autodiff.bind", "Bind the input '{name}'",
                          "it holds {expected} numbers, {found} were given", "",
                          "Give a batch of the recorded size"};
constexpr ErrorText kScalar{"autodiff.scalar", "Differentiate a loss",
                            "it has the shape {shape}, a loss is one number", "",
                            "Take its sum or its mean first"};
constexpr ErrorText kConstantLoss{"autodiff.constant_loss", "Differentiate a loss",
                                  "it depends on nothing that wants a gradient", "",
                                  "Record the loss from parameters of the network"};

// Elements a layout reaches: its last element's place plus one.
std::ptrdiff_t reach(const Layout& layout) {
  std::ptrdiff_t last = layout.offset;
  for (int axis = 0; axis < layout.shape.rank(); ++axis) {
    if (layout.shape[axis] == 0) return 0;
    last += static_cast<std::ptrdiff_t>(layout.shape[axis] - 1) * layout.stride(axis);
  }
  return last + 1;
}

}  // namespace

template <class T>
Value<T> Tape<T>::addValue(std::size_t storage, const Layout& layout) {
  values_.push_back({storage, layout});
  return {this, values_.size() - 1};
}

template <class T>
Value<T> Tape<T>::addLeaf(Storage storage, const Shape& shape) {
  storages_.push_back(std::move(storage));
  return addValue(storages_.size() - 1, Layout::contiguous(shape));
}

template <class T>
Value<T> Tape<T>::input(const Shape& shape, std::string name, Gradient wanted) {
  const std::size_t count = shape.elements();
  return addLeaf(
      {value_arena_.allocate<T>(count), nullptr, count, wanted == Gradient::yes, std::move(name)},
      shape);
}

template <class T>
Value<T> Tape<T>::constant(const Shape& shape, std::span<const T> values) {
  const Value<T> leaf = input(shape, "constant");
  bind(leaf, values);
  return leaf;
}

template <class T>
Value<T> Tape<T>::parameter(Parameters<T>& parameters, std::size_t index) {
  const std::span<T> values = parameters.values(index);
  return addLeaf({values.data(), parameters.gradients(index).data(), values.size(), true,
                  parameters.name(index)},
                 parameters.shape(index));
}

template <class T>
Indices Tape<T>::indices(std::size_t count) {
  indices_.emplace_back(count);
  return {indices_.size() - 1, count};
}

template <class T>
std::span<T> Tape<T>::storage(Value<T> input) {
  const Storage& storage = storages_[values_[input.index].storage];
  return {storage.values, storage.elements};
}

template <class T>
void Tape<T>::bind(Value<T> input, std::span<const T> values) {
  const std::span<T> place = storage(input);
  if (place.size() != values.size()) {
    throw Error(kBind, {{"name", storages_[values_[input.index].storage].leaf},
                        {"expected", place.size()},
                        {"found", values.size()}});
  }
  std::copy(values.begin(), values.end(), place.begin());
}

template <class T>
void Tape<T>::bind(Indices input, std::span<const std::int32_t> values) {
  std::vector<std::int32_t>& place = indices_[input.index];
  if (place.size() != values.size()) {
    throw Error(kBind, {{"name", "indices"}, {"expected", place.size()}, {"found", values.size()}});
  }
  std::copy(values.begin(), values.end(), place.begin());
}

template <class T>
std::vector<Value<T>> Tape<T>::record(std::unique_ptr<const Operation<T>> operation,
                                      std::initializer_list<Value<T>> inputs,
                                      std::optional<Indices> indices) {
  return record(std::move(operation), std::span(inputs.begin(), inputs.size()), indices);
}

template <class T>
std::vector<Value<T>> Tape<T>::record(std::unique_ptr<const Operation<T>> operation,
                                      std::span<const Value<T>> inputs,
                                      std::optional<Indices> indices) {
  std::vector<Layout> layouts;
  Node node;
  for (const Value<T>& input : inputs) {
    layouts.push_back(layout(input));
    node.inputs.push_back(input.index);
    node.wants_gradient |= storages_[values_[input.index].storage].wants_gradient;
  }
  const typename Operation<T>::Plan plan = operation->plan(layouts);
  std::vector<Value<T>> outputs;
  for (const Shape& shape : plan.outputs) {
    const std::size_t count = shape.elements();
    outputs.push_back(
        addLeaf({value_arena_.allocate<T>(count), nullptr, count, node.wants_gradient, {}}, shape));
    node.outputs.push_back(outputs.back().index);
  }
  node.workspace = {value_arena_.allocate<T>(plan.workspace), plan.workspace};
  if (indices) node.indices = indices->index;
  node.operation = std::move(operation);
  layOut(node);
  nodes_.push_back(std::move(node));
  return outputs;
}

template <class T>
Value<T> Tape<T>::view(Value<T> value, const Layout& layout) {
  const std::size_t storage = values_[value.index].storage;
  if (layout.offset < 0 ||
      reach(layout) > static_cast<std::ptrdiff_t>(storages_[storage].elements)) {
    shapeError("view", std::span(&layout, 1), "it reaches beyond the storage");
  }
  return addValue(storage, layout);
}

template <class T>
void Tape<T>::layOut(Node& node) {
  for (const std::size_t index : node.inputs) {
    const Entry& entry = values_[index];
    node.input_refs.push_back(
        {storages_[entry.storage].values + entry.layout.offset, &entry.layout});
  }
  for (const std::size_t index : node.outputs) {
    const Entry& entry = values_[index];
    node.output_refs.push_back({storages_[entry.storage].values, &entry.layout});
  }
}

// Gives every storage that wants one a gradient, then the nodes their references.
template <class T>
void Tape<T>::layOutGradients() {
  for (; gradients_laid_out_ < storages_.size(); ++gradients_laid_out_) {
    Storage& storage = storages_[gradients_laid_out_];
    if (storage.wants_gradient && !storage.gradients) {
      storage.gradients = gradient_arena_.allocate<T>(storage.elements);
    }
  }
  for (Node& node : nodes_) {
    node.input_gradient_refs.clear();
    node.output_gradient_refs.clear();
    for (const std::size_t index : node.inputs) {
      const Entry& entry = values_[index];
      T* gradients = storages_[entry.storage].gradients;
      node.input_gradient_refs.push_back(
          {gradients ? gradients + entry.layout.offset : nullptr, &entry.layout});
    }
    for (const std::size_t index : node.outputs) {
      const Entry& entry = values_[index];
      node.output_gradient_refs.push_back({storages_[entry.storage].gradients, &entry.layout});
    }
  }
}

template <class T>
Step<T> Tape<T>::stepOf(const Node& node, const Random& random, const Context& context) const {
  Step<T> step;
  step.inputs = node.input_refs;
  step.outputs = node.output_refs;
  step.input_gradients = node.input_gradient_refs;
  step.output_gradients = node.output_gradient_refs;
  step.workspace = node.workspace;
  if (node.indices) step.indices = indices_[*node.indices];
  step.training = training_;
  step.random = &random;
  step.context = &context;
  return step;
}

template <class T>
void Tape<T>::forward(const Context& context) {
  const Random of_step = Random(seed_).split(step_++);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (context.stopRequested()) throw Cancelled{};
    const Node& node = nodes_[i];
    node.operation->forward(stepOf(node, of_step.split(i), context));
  }
}

// Which nodes lie between the leaves that want a gradient and the loss.
template <class T>
void Tape<T>::findPath(std::size_t loss) {
  if (path_loss_ == loss && path_nodes_ == nodes_.size()) return;
  std::vector<bool> reached(storages_.size());
  reached[values_[loss].storage] = true;
  path_.clear();
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    const bool on_path = std::any_of(node.outputs.begin(), node.outputs.end(),
                                     [&](std::size_t k) { return reached[values_[k].storage]; });
    if (!on_path || !node.wants_gradient) continue;
    path_.push_back(i);
    for (const std::size_t k : node.inputs) reached[values_[k].storage] = true;
  }
  std::reverse(path_.begin(), path_.end());
  layOutGradients();
  path_loss_ = loss;
  path_nodes_ = nodes_.size();
}

template <class T>
void Tape<T>::backward(Value<T> loss, const Context& context) {
  const Entry& entry = values_[loss.index];
  if (entry.layout.shape.elements() != 1) {
    throw Error(kScalar, {{"shape", text(entry.layout.shape)}});
  }
  if (!storages_[entry.storage].wants_gradient) throw Error(kConstantLoss);
  findPath(loss.index);
  gradient_arena_.fillWithZeros();
  storages_[entry.storage].gradients[entry.layout.offset] = T{1};
  const Random unused(0);
  for (auto i = path_.rbegin(); i != path_.rend(); ++i) {
    if (context.stopRequested()) throw Cancelled{};
    const Node& node = nodes_[*i];
    node.operation->backward(stepOf(node, unused, context));
  }
}

template <class T>
T Tape<T>::scalar(Value<T> value) const {
  const Entry& entry = values_[value.index];
  return storages_[entry.storage].values[entry.layout.offset];
}

template <class T>
std::span<const T> Tape<T>::values(Value<T> value) const {
  const Entry& entry = values_[value.index];
  return {storages_[entry.storage].values + entry.layout.offset, entry.layout.shape.elements()};
}

template <class T>
std::vector<T> Tape<T>::gathered(const Layout& layout, const T* data) const {
  std::vector<T> all(layout.shape.elements());
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::size_t rest = i;
    std::ptrdiff_t place = layout.offset;
    for (int axis = layout.shape.rank() - 1; axis >= 0; --axis) {
      place += static_cast<std::ptrdiff_t>(rest % layout.shape[axis]) * layout.stride(axis);
      rest /= layout.shape[axis];
    }
    all[i] = data[place];
  }
  return all;
}

template <class T>
std::vector<T> Tape<T>::read(Value<T> value) const {
  const Entry& entry = values_[value.index];
  return gathered(entry.layout, storages_[entry.storage].values);
}

template <class T>
std::vector<T> Tape<T>::readGradient(Value<T> value) const {
  const Entry& entry = values_[value.index];
  const T* gradients = storages_[entry.storage].gradients;
  if (!gradients) return std::vector<T>(entry.layout.shape.elements());
  return gathered(entry.layout, gradients);
}

template <class T>
std::optional<typename Tape<T>::NonFinite> Tape<T>::searchStorage(std::size_t storage,
                                                                  bool in_gradient) const {
  const Storage& searched = storages_[storage];
  const T* data = in_gradient ? searched.gradients : searched.values;
  if (!data) return std::nullopt;
  for (std::size_t i = 0; i < searched.elements; ++i) {
    if (!std::isfinite(data[i])) return NonFinite{searched.leaf, 0, i, in_gradient};
  }
  return std::nullopt;
}

template <class T>
std::optional<typename Tape<T>::NonFinite> Tape<T>::firstNonFinite() const {
  for (std::size_t i = 0; i < storages_.size(); ++i) {
    if (storages_[i].leaf.empty()) continue;
    if (const auto found = searchStorage(i, false)) return found;
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::size_t output : nodes_[i].outputs) {
      if (auto found = searchStorage(values_[output].storage, false)) {
        found->operation = nodes_[i].operation->name();
        found->position = i;
        return found;
      }
    }
  }
  // The backward of an operation writes the gradients of its inputs.
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    for (const std::size_t input : nodes_[i].inputs) {
      if (auto found = searchStorage(values_[input].storage, true)) {
        found->operation = nodes_[i].operation->name();
        found->position = i;
        return found;
      }
    }
  }
  return std::nullopt;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace lineament::autodiff
