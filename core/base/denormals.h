// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace lineament {

// While it lives, this thread's arithmetic takes numbers too small for full precision
// (under 1.2e-38 in single precision) for 0, in operands and results: a state that fades away would
// otherwise cost a hundred times its arithmetic. Says nothing about what other threads do.
class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : before_(_mm_getcsr()) {
    _mm_setcsr(before_ | kFlushResults | kZeroOperands);
  }
  ~FlushDenormals() {
    _mm_setcsr(before_);
  }
#elif defined(__aarch64__)
  FlushDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" : : "r"(before_ | kFlush));
  }
  ~FlushDenormals() {
    asm volatile("msr fpcr, %0" : : "r"(before_));
  }
#else
  FlushDenormals() = default;
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__x86_64__)
  static constexpr unsigned kFlushResults = 0x8000, kZeroOperands = 0x0040;
  unsigned before_;
#elif defined(__aarch64__)
  static constexpr unsigned long kFlush = 1ul << 24;
  unsigned long before_ = 0;
#endif
};

}  // namespace lineament
