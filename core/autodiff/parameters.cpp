// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/parameters.h"

#include <algorithm>
#include <utility>

namespace lineament::autodiff {

template <class T>
std::size_t Parameters<T>::addGroup(ParameterGroup group) {
  groups_.push_back(std::move(group));
  return groups_.size() - 1;
}

template <class T>
std::size_t Parameters<T>::add(std::string name, const Shape& shape, std::size_t group) {
  const std::size_t count = shape.elements();
  entries_.push_back({std::move(name), shape, group, value_arena_.allocate<T>(count),
                      gradient_arena_.allocate<T>(count)});
  return entries_.size() - 1;
}

template <class T>
std::size_t Parameters<T>::elements() const {
  std::size_t count = 0;
  for (const Entry& entry : entries_) count += entry.shape.elements();
  return count;
}

template <class T>
void Parameters<T>::copyTo(std::vector<T>& kept) const {
  kept.resize(elements());
  auto to = kept.begin();
  for (const Entry& entry : entries_) {
    to = std::copy_n(entry.values, entry.shape.elements(), to);
  }
}

template <class T>
void Parameters<T>::restore(std::span<const T> kept) {
  auto from = kept.begin();
  for (const Entry& entry : entries_) {
    const auto count = static_cast<std::ptrdiff_t>(entry.shape.elements());
    std::copy_n(from, count, entry.values);
    from += count;
  }
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace lineament::autodiff
