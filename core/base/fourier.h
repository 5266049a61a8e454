// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <cstddef>
#include <memory>

namespace lineament {

// The least length of at least `least` that transforms go over quickly: even, without prime factors
// other than 2, 3 and 5.
std::size_t fourierLength(std::size_t least);

// Discrete Fourier transforms of real numbers, of one even length. Making one takes longer than
// using it; one object serves any number of threads at once. The same bytes every time.
// T is float or double.
template <class T>
class RealFourier {
 public:
  explicit RealFourier(std::size_t length);
  ~RealFourier();
  RealFourier(const RealFourier&) = delete;
  RealFourier& operator=(const RealFourier&) = delete;

  std::size_t length() const { return length_; }
  std::size_t spectrumLength() const { return length_ / 2 + 1; }

  // X_k = sum_t x_t exp(-2 pi i k t / length) for k <= length / 2. Both arrays begin at a multiple
  // of 16 bytes, as every allocation does.
  void forward(const T* numbers, std::complex<T>* spectrum) const;

  // x_t = 1 / length sum_k X_k exp(2 pi i k t / length). The spectrum is lost.
  void inverse(std::complex<T>* spectrum, T* numbers) const;

 private:
  struct Plans;
  std::size_t length_;
  std::unique_ptr<Plans> plans_;
};

}  // namespace lineament
