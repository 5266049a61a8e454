// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/ceilings.h"

#include <hwy/aligned_allocator.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>

#include "app/bench/measurement.h"
#include "core/base/parallel.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "app/bench/ceilings.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::app::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Twelve chains hide the latency of the multiply-add and leave room for its operands in sixteen
// registers. Returns the operations done; `sink` keeps the compiler from leaving them out.
double fmaChains(std::size_t rounds, float* sink) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999999f);
  const auto term = hn::Set(d, 1e-6f);
  // Different starts: equal chains would be one chain to the compiler.
  const auto start = [&](float value) { return hn::Set(d, value); };
  auto a = start(1), b = start(2), c = start(3), e = start(4), f = start(5), g = start(6);
  auto h = start(7), i = start(8), j = start(9), k = start(10), l = start(11), m = start(12);
  for (std::size_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, factor, term);
    b = hn::MulAdd(b, factor, term);
    c = hn::MulAdd(c, factor, term);
    e = hn::MulAdd(e, factor, term);
    f = hn::MulAdd(f, factor, term);
    g = hn::MulAdd(g, factor, term);
    h = hn::MulAdd(h, factor, term);
    i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term);
    k = hn::MulAdd(k, factor, term);
    l = hn::MulAdd(l, factor, term);
    m = hn::MulAdd(m, factor, term);
  }
  const auto first = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(f, g));
  const auto second = hn::Add(hn::Add(hn::Add(h, i), hn::Add(j, k)), hn::Add(l, m));
  *sink = hn::GetLane(hn::Add(first, second));
  return 2.0 * 12 * static_cast<double>(hn::Lanes(d)) * static_cast<double>(rounds);
}

// Sums whole numbers; count is a multiple of four vectors.
std::uint64_t readAll(const std::uint64_t* values, std::size_t count) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t lanes = hn::Lanes(d);
  auto a = hn::Zero(d), b = a, c = a, e = a;
  for (std::size_t i = 0; i < count; i += 4 * lanes) {
    a = hn::Add(a, hn::Load(d, values + i));
    b = hn::Add(b, hn::Load(d, values + i + lanes));
    c = hn::Add(c, hn::Load(d, values + i + 2 * lanes));
    e = hn::Add(e, hn::Load(d, values + i + 3 * lanes));
  }
  return hn::GetLane(hn::Add(hn::Add(a, b), hn::Add(c, e)));
}

// Every number is read, changed and written; count is a multiple of four vectors.
void updateAll(std::uint64_t* values, std::size_t count) {
  const hn::ScalableTag<std::uint64_t> d;
  const auto term = hn::Set(d, std::uint64_t{3});
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(hn::Add(hn::Load(d, values + i), term), d, values + i);
  }
}

}  // namespace lineament::app::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::app {

HWY_EXPORT(fmaChains);
HWY_EXPORT(readAll);
HWY_EXPORT(updateAll);

namespace {

constexpr int kRepeats = 5, kFewRepeats = 3;
constexpr std::size_t kRounds = 4'000'000, kFewRounds = 400'000;
constexpr std::size_t kReadBlock = std::size_t{4} << 20 >> 3;

double fmaGflops(const Context& context, int threads, std::size_t rounds) {
  std::atomic<float> sink = 0;
  std::atomic<double> operations = 0;
  const double seconds = secondsOf([&] {
    forBlocks(static_cast<std::size_t>(threads) * 4, 1, context, [&](std::size_t, std::size_t) {
      float kept = 0;
      operations += HWY_DYNAMIC_DISPATCH(fmaChains)(rounds, &kept);
      sink = kept;
    });
  });
  return operations.load() / seconds * 1e-9;
}

double bestOf(int repeats, const std::function<double()>& measure) {
  double best = 0;
  for (int repeat = 0; repeat < repeats; ++repeat) best = std::max(best, measure());
  return best;
}

void measureMemory(const Context& context, Ceilings& ceilings) {
  const std::size_t words = uncachedBytes() >> 3;
  const auto buffer = hwy::AllocateAligned<std::uint64_t>(words);
  const auto inBlocks = [&](const std::function<void(std::size_t, std::size_t)>& work) {
    return static_cast<double>(words) * 8e-9 /
           secondsOf([&] { forBlocks(words, kReadBlock, context, work); });
  };
  inBlocks([&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) buffer[i] = i * 0x9E3779B97F4A7C15u;
  });
  std::atomic<std::uint64_t> sink = 0;
  ceilings.read_gigabytes = bestOf(kRepeats, [&] {
    return inBlocks([&](std::size_t begin, std::size_t end) {
      sink += HWY_DYNAMIC_DISPATCH(readAll)(buffer.get() + begin, end - begin);
    });
  });
  ceilings.update_gigabytes = bestOf(kRepeats, [&] {
    return 2 * inBlocks([&](std::size_t begin, std::size_t end) {
             HWY_DYNAMIC_DISPATCH(updateAll)(buffer.get() + begin, end - begin);
           });
  });
}

int threadsOf(const Context& context) {
  return context.threads > 0 ? context.threads : hardwareThreads();
}

}  // namespace

std::size_t uncachedBytes() {
  constexpr std::size_t kLeast = std::size_t{512} << 20, kStep = std::size_t{1} << 20;
  const long last = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
  return std::max(kLeast, 4 * static_cast<std::size_t>(std::max(0L, last))) / kStep * kStep;
}

double fmaGflopsNow(const Context& context) {
  return bestOf(kFewRepeats, [&] { return fmaGflops(context, threadsOf(context), kFewRounds); });
}

Ceilings measureCeilings(const Context& context) {
  const int threads = threadsOf(context);
  const ThreadLimit limit(threads);
  Ceilings ceilings;
  ceilings.fma_gflops = bestOf(kRepeats, [&] { return fmaGflops(context, threads, kRounds); });
  measureMemory(context, ceilings);
  return ceilings;
}

}  // namespace lineament::app
#endif
