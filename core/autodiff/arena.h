// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace lineament::autodiff {

// Memory that is handed out in pieces and taken back all at once. Pieces never move, begin at cache
// lines, and hold zeros at first.
class Arena {
 public:
  template <class T>
  T* allocate(std::size_t count) {
    return static_cast<T*>(allocateBytes(count * sizeof(T)));
  }

  std::size_t bytes() const { return total_; }  // taken from the system

  void fillWithZeros();  // every piece handed out so far

 private:
  struct Release {
    void operator()(std::byte* block) const;
  };
  struct Block {
    std::unique_ptr<std::byte[], Release> memory;
    std::size_t size = 0;
    std::size_t used = 0;
  };

  void* allocateBytes(std::size_t bytes);
  std::vector<Block> blocks_;
  std::size_t total_ = 0;
};

}  // namespace lineament::autodiff
