// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/autodiff/arena.h"
#include "core/autodiff/shape.h"

namespace lineament::autodiff {

// Parameters that are trained alike.
struct ParameterGroup {
  std::string name;
  double rate_factor = 1;   // times the optimiser's learning rate
  double weight_decay = 0;  // decoupled, per step and unit of learning rate
};

// The numbers that training changes, with their gradients, apart from any tape: several tapes
// (one per batch size, one for validation) may read them and add to their gradients.
template <class T>
class Parameters {
 public:
  std::size_t addGroup(ParameterGroup group);
  std::size_t add(std::string name, const Shape& shape, std::size_t group = 0);

  std::size_t size() const { return entries_.size(); }
  std::size_t elements() const;  // of all of them
  const std::string& name(std::size_t index) const { return entries_[index].name; }
  const Shape& shape(std::size_t index) const { return entries_[index].shape; }
  const ParameterGroup& groupOf(std::size_t index) const { return groups_[entries_[index].group]; }
  std::vector<ParameterGroup>& groups() { return groups_; }

  std::span<T> values(std::size_t index) { return piece(index, entries_[index].values); }
  std::span<T> gradients(std::size_t index) { return piece(index, entries_[index].gradients); }
  void clearGradients() { gradient_arena_.fillWithZeros(); }

  // All values one after another, for keeping the best ones and coming back to them.
  void copyTo(std::vector<T>& kept) const;
  void restore(std::span<const T> kept);

 private:
  struct Entry {
    std::string name;
    Shape shape;
    std::size_t group = 0;
    T* values = nullptr;
    T* gradients = nullptr;
  };

  std::span<T> piece(std::size_t index, T* data) const {
    return {data, entries_[index].shape.elements()};
  }

  Arena value_arena_, gradient_arena_;
  std::vector<ParameterGroup> groups_{{"all", 1, 0}};
  std::vector<Entry> entries_;
};

extern template class Parameters<float>;
extern template class Parameters<double>;

}  // namespace lineament::autodiff
