// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory.h"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kOverBudget{
    "memory.budget", "Make room for {what}",
    "it needs {needed}, and {free} of the budget of {budget} are free", "",
    "Close other results, work on fewer rows, or raise the memory budget in the settings"};

std::size_t defaultBudget() {
  const auto pages = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
  return pages / 4 * 3 * page;
}

std::atomic<std::size_t>& budget() {
  static std::atomic<std::size_t> bytes{defaultBudget()};
  return bytes;
}

std::atomic<std::size_t> reserved{0};

}  // namespace

MemoryReservation::MemoryReservation(MemoryReservation&& other) noexcept
    : bytes_(std::exchange(other.bytes_, 0)) {}

MemoryReservation& MemoryReservation::operator=(MemoryReservation&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MemoryReservation::~MemoryReservation() {
  reserved -= bytes_;
}

MemoryReservation reserveMemory(std::size_t bytes, std::string_view what) {
  std::size_t taken = reserved.load();
  do {
    const std::size_t limit = budget();
    if (taken > limit || bytes > limit - taken) {
      const double free = taken > limit ? 0.0 : static_cast<double>(limit - taken);
      throw Error(kOverBudget, {{"what", what},
                                {"needed", bytesText(static_cast<double>(bytes))},
                                {"free", bytesText(free)},
                                {"budget", bytesText(static_cast<double>(limit))}});
    }
  } while (!reserved.compare_exchange_weak(taken, taken + bytes));
  return MemoryReservation(bytes);
}

std::size_t memoryBudget() {
  return budget();
}

std::size_t memoryReserved() {
  return reserved;
}

void setMemoryBudget(std::size_t bytes) {
  budget() = bytes == 0 ? defaultBudget() : bytes;
}

std::string bytesText(double bytes) {
  const char* const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(units)) {
    bytes /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f} {}", bytes, units[0]);
  return fmt::format("{:.{}f} {}", bytes, bytes < 9.95 ? 1 : 0, units[unit]);
}

}  // namespace lineament
