// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace lineament {

// While it lives, this thread's arithmetic takes numbers under the smallest normal one (1e-38 in
// single precision) for 0: a state that fades away would otherwise take the processor's slow path,
// which costs a hundred times a product. For kernels; the former mode comes back at the end.
class FlushDenormals {
 public:
  FlushDenormals() : before_(mode()) { setMode(before_ | kFlush); }
  ~FlushDenormals() { setMode(before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE2__)
  using Mode = unsigned;
  static constexpr Mode kFlush = 0x8040;  // results and operands
  static Mode mode() {
    return _mm_getcsr();
  }
  static void setMode(Mode mode) {
    _mm_setcsr(mode);
  }
#elif defined(__aarch64__)
  using Mode = std::uint64_t;
  static constexpr Mode kFlush = Mode{1} << 24;
  static Mode mode() {
    Mode mode;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  static void setMode(Mode mode) {
    asm volatile("msr fpcr, %0" : : "r"(mode));
  }
#else
  using Mode = unsigned;
  static constexpr Mode kFlush = 0;
  static Mode mode() {
    return 0;
  }
  static void setMode(Mode) {}
#endif

  Mode before_;
};

}  // namespace lineament
