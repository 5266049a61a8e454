// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace lineament::views {

// Values by how lately they were asked for: beyond the budget of bytes the one that has waited
// longest goes. `Value::bytes()` says what each one takes.
template <class Key, class Value>
class RecentCache {
 public:
  explicit RecentCache(std::size_t budget) : budget_(budget) {}

  void put(const Key& key, Value value) {
    if (const auto before = entries_.find(key); before != entries_.end()) remove(before);
    bytes_ += value.bytes();
    uses_.push_front(key);
    entries_.emplace(key, Entry{std::move(value), uses_.begin()});
    while (bytes_ > budget_ && entries_.size() > 1) remove(entries_.find(uses_.back()));
  }

  // Null: it is not here. Counted as a use.
  const Value* find(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    uses_.splice(uses_.begin(), uses_, found->second.use);
    return &found->second.value;
  }

  const Value* peek(const Key& key) const {  // the same, not counted
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second.value;
  }

  // Calls use(key, value) for all of them, the largest key first, until it returns false.
  template <class Use>
  void fromLargest(const Use& use) const {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
      if (!use(entry->first, entry->second.value)) return;
    }
  }

  void clear() {
    entries_.clear();
    uses_.clear();
    bytes_ = 0;
  }

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Value value;
    typename std::list<Key>::iterator use;
  };

  void remove(typename std::map<Key, Entry>::iterator entry) {
    bytes_ -= entry->second.value.bytes();
    uses_.erase(entry->second.use);
    entries_.erase(entry);
  }

  std::size_t budget_;
  std::size_t bytes_ = 0;
  std::map<Key, Entry> entries_;
  std::list<Key> uses_;  // the latest first
};

}  // namespace lineament::views
