// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fourier.h"

#include <fftw3.h>

#include <mutex>
#include <vector>

namespace lineament {

namespace {

// FFTW's planner keeps tables of its own that it does not guard; its transforms are safe.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

// Plans are made by estimate, not by trial, so that the same ones are used every time.
template <class T>
struct Fftw;

template <>
struct Fftw<float> {
  using Plan = fftwf_plan;
  static Plan forwardPlan(int n, float* x, std::complex<float>* s) {
    return fftwf_plan_dft_r2c_1d(n, x, reinterpret_cast<fftwf_complex*>(s), FFTW_ESTIMATE);
  }
  static Plan inversePlan(int n, std::complex<float>* s, float* x) {
    return fftwf_plan_dft_c2r_1d(n, reinterpret_cast<fftwf_complex*>(s), x, FFTW_ESTIMATE);
  }
  static void forward(Plan plan, float* x, std::complex<float>* s) {
    fftwf_execute_dft_r2c(plan, x, reinterpret_cast<fftwf_complex*>(s));
  }
  static void inverse(Plan plan, std::complex<float>* s, float* x) {
    fftwf_execute_dft_c2r(plan, reinterpret_cast<fftwf_complex*>(s), x);
  }
  static void destroy(Plan plan) { fftwf_destroy_plan(plan); }
};

template <>
struct Fftw<double> {
  using Plan = fftw_plan;
  static Plan forwardPlan(int n, double* x, std::complex<double>* s) {
    return fftw_plan_dft_r2c_1d(n, x, reinterpret_cast<fftw_complex*>(s), FFTW_ESTIMATE);
  }
  static Plan inversePlan(int n, std::complex<double>* s, double* x) {
    return fftw_plan_dft_c2r_1d(n, reinterpret_cast<fftw_complex*>(s), x, FFTW_ESTIMATE);
  }
  static void forward(Plan plan, double* x, std::complex<double>* s) {
    fftw_execute_dft_r2c(plan, x, reinterpret_cast<fftw_complex*>(s));
  }
  static void inverse(Plan plan, std::complex<double>* s, double* x) {
    fftw_execute_dft_c2r(plan, reinterpret_cast<fftw_complex*>(s), x);
  }
  static void destroy(Plan plan) { fftw_destroy_plan(plan); }
};

}  // namespace

std::size_t fourierLength(std::size_t least) {
  const auto isSmooth = [](std::size_t n) {
    for (const std::size_t factor : {2u, 3u, 5u}) {
      while (n % factor == 0) n /= factor;
    }
    return n == 1;
  };
  std::size_t length = least + least % 2;
  if (length == 0) length = 2;
  while (!isSmooth(length)) length += 2;
  return length;
}

template <class T>
struct RealFourier<T>::Plans {
  typename Fftw<T>::Plan forward, inverse;
};

template <class T>
RealFourier<T>::RealFourier(std::size_t length) : length_(length), plans_(new Plans) {
  std::vector<T> numbers(length);
  std::vector<std::complex<T>> spectrum(spectrumLength());
  const std::lock_guard lock(planner());
  plans_->forward = Fftw<T>::forwardPlan(static_cast<int>(length), numbers.data(), spectrum.data());
  plans_->inverse = Fftw<T>::inversePlan(static_cast<int>(length), spectrum.data(), numbers.data());
}

template <class T>
RealFourier<T>::~RealFourier() {
  const std::lock_guard lock(planner());
  Fftw<T>::destroy(plans_->forward);
  Fftw<T>::destroy(plans_->inverse);
}

template <class T>
void RealFourier<T>::forward(const T* numbers, std::complex<T>* spectrum) const {
  // Transforms between two arrays leave their input, whose type says otherwise.
  Fftw<T>::forward(plans_->forward, const_cast<T*>(numbers), spectrum);
}

template <class T>
void RealFourier<T>::inverse(std::complex<T>* spectrum, T* numbers) const {
  Fftw<T>::inverse(plans_->inverse, spectrum, numbers);
  const T factor = T{1} / static_cast<T>(length_);
  for (std::size_t t = 0; t < length_; ++t) numbers[t] *= factor;
}

template class RealFourier<float>;
template class RealFourier<double>;

}  // namespace lineament
