// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lineament {

// The share of the machine's memory that large steps may take together. A big step reserves what
// it is about to need and streams, or fails with an Error that says how much was missing, instead
// of driving the machine into swapping.
class MemoryReservation {
 public:
  MemoryReservation() = default;
  MemoryReservation(MemoryReservation&& other) noexcept;
  MemoryReservation& operator=(MemoryReservation&& other) noexcept;
  ~MemoryReservation();

 private:
  friend MemoryReservation reserveMemory(std::size_t bytes, std::string_view what);
  explicit MemoryReservation(std::size_t bytes) : bytes_(bytes) {}
  std::size_t bytes_ = 0;
};

// Throws Error "memory.budget" when `bytes` do not fit. `what` completes "Make room for ...".
[[nodiscard]] MemoryReservation reserveMemory(std::size_t bytes, std::string_view what);

std::size_t memoryBudget();               // bytes; three quarters of RAM unless set
std::size_t memoryReserved();             // bytes reserved now
void setMemoryBudget(std::size_t bytes);  // from the settings; 0: three quarters of RAM
std::string bytesText(double bytes);      // "1.3 GB", decimal units

}  // namespace lineament
