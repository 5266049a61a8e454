// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/layer_kernels.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/nets/layer_kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::nets::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Floor: each number is read and written once.
void rectifyAll(double* values, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto value = hn::LoadU(d, values + i);
    hn::StoreU(hn::IfThenElse(hn::Lt(value, zero), zero, value), d, values + i);
  }
  for (; i < count; ++i) values[i] = values[i] < 0 ? 0 : values[i];
}

// Floor: each number is read once, and its multiply-add is covered by the load; for short rows the
// sum over the lanes takes as long again.
void productsOfRows(const double* rows, std::size_t count, std::size_t width, const double* weights,
                    double bias, double* to) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < count; ++i, rows += width) {
    auto a = hn::Zero(d), b = hn::Zero(d);
    std::size_t k = 0;
    for (; k + 2 * lanes <= width; k += 2 * lanes) {
      a = hn::MulAdd(hn::LoadU(d, rows + k), hn::LoadU(d, weights + k), a);
      b = hn::MulAdd(hn::LoadU(d, rows + k + lanes), hn::LoadU(d, weights + k + lanes), b);
    }
    double sum = bias + hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
    for (; k < width; ++k) sum += rows[k] * weights[k];
    to[i] = sum;
  }
}

}  // namespace lineament::nets::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::nets {

HWY_EXPORT(rectifyAll);
HWY_EXPORT(productsOfRows);

void rectify(double* values, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(rectifyAll)(values, count);
}

void rowProducts(const double* rows, std::size_t count, std::size_t width, const double* weights,
                 double bias, double* to) {
  HWY_DYNAMIC_DISPATCH(productsOfRows)(rows, count, width, weights, bias, to);
}

}  // namespace lineament::nets
#endif
