// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/add_row.h"

#include <cstddef>

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/add_row.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

void addAll(const float* from, std::size_t count, float* to) {
  HWY_NAMESPACE::addRow(from, count, to);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(addAll);

void addRow(const float* from, std::int64_t count, float* to) {
  HWY_DYNAMIC_DISPATCH(addAll)(from, static_cast<std::size_t>(count), to);
}

}  // namespace lineament::sequence
#endif
