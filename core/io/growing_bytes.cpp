// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/growing_bytes.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace lineament::io {

namespace {

constexpr std::size_t kMapFrom = std::size_t{1} << 20;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kMostExpected = std::size_t{16} << 30;  // what a damaged file may claim

std::size_t wholePages(std::size_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

// An unused range of addresses that begins where a huge page can.
std::byte* freeRange(std::size_t bytes) {
  void* place = ::mmap(nullptr, bytes + kHugePage, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (place == MAP_FAILED) throw std::bad_alloc();
  auto* first = static_cast<std::byte*>(place);
  const std::size_t past = reinterpret_cast<std::uintptr_t>(place) % kHugePage;
  const std::size_t before = past == 0 ? 0 : kHugePage - past;
  if (before > 0) ::munmap(first, before);
  if (before < kHugePage) ::munmap(first + before + bytes, kHugePage - before);
  return first + before;
}

// Advice only: without huge pages all works as well. What is behind the last whole one gets small
// pages; to leave it out here would cut the mapping in two, which then could not move as one.
void adviseHuge(std::byte* place, std::size_t bytes) {
  if (bytes >= kHugePage) ::madvise(place, bytes, MADV_HUGEPAGE);
}

}  // namespace

GrowingBytes::GrowingBytes(GrowingBytes&& other) noexcept {
  *this = std::move(other);
}

GrowingBytes& GrowingBytes::operator=(GrowingBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(expected_, other.expected_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

GrowingBytes::~GrowingBytes() {
  release();
}

void GrowingBytes::release() {
  if (mapped_) {
    ::munmap(data_, capacity_);
  } else {
    std::free(data_);
  }
}

std::byte* GrowingBytes::extend(std::size_t count) {
  if (size_ + count > capacity_) {
    const std::size_t expected = std::min(expected_, kMostExpected);
    reserve(std::max({size_ + count, 2 * capacity_, expected}));
  }
  std::byte* place = data_ + size_;
  size_ += count;
  return place;
}

void GrowingBytes::reserve(std::size_t capacity) {
  if (capacity >= kMapFrom) {
    capacity = wholePages(capacity);
    return mapped_ ? remap(capacity) : map(capacity);
  }
  void* moved = std::realloc(data_, capacity);
  if (!moved) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(moved);
  capacity_ = capacity;
}

void GrowingBytes::map(std::size_t capacity) {
  std::byte* place = freeRange(capacity);
  if (::mprotect(place, capacity, PROT_READ | PROT_WRITE) != 0) {
    ::munmap(place, capacity);
    throw std::bad_alloc();
  }
  adviseHuge(place, capacity);
  if (size_ > 0) std::memcpy(place, data_, size_);
  std::free(data_);
  data_ = place;
  capacity_ = capacity;
  mapped_ = true;
}

// From one place where a huge page can begin to another, so that huge pages move as a whole.
void GrowingBytes::remap(std::size_t capacity) {
  std::byte* range = freeRange(capacity);
  void* place = ::mremap(data_, capacity_, capacity, MREMAP_MAYMOVE | MREMAP_FIXED,
                         static_cast<void*>(range));
  if (place == MAP_FAILED) {
    ::munmap(range, capacity);
    throw std::bad_alloc();
  }
  data_ = static_cast<std::byte*>(place);
  capacity_ = capacity;
  adviseHuge(data_, capacity);
}

void GrowingBytes::shrink() {
  if (size_ == 0) return;
  if (!mapped_) {
    if (void* moved = std::realloc(data_, size_)) data_ = static_cast<std::byte*>(moved);
    capacity_ = size_;
    return;
  }
  const std::size_t capacity = wholePages(size_);
  if (capacity == capacity_) return;
  void* place = ::mremap(data_, capacity_, capacity, 0);
  if (place == MAP_FAILED) return;
  data_ = static_cast<std::byte*>(place);
  capacity_ = capacity;
}

}  // namespace lineament::io
