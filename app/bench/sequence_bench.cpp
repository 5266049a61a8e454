// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "app/bench/bench.h"
#include "app/bench/sequence_peer.h"
#include "core/sequence/inspection.h"
#include "core/sequence/prepared_call.h"
#include "core/sequence/registry.h"

namespace lineament::app {

namespace {

using sequence::Dim;
using sequence::Mechanism;
using sequence::PreparedCall;
using sequence::Problem;
using sequence::Sizes;
using sequence::Storage;

constexpr std::uint64_t kSeed = 7;
constexpr std::int64_t kErrorTokens = 1024;
// Softmax attention and what else grows with the square of the length stops here.
constexpr std::int64_t kQuadraticTokens = 8192;

struct Job {
  std::int64_t tokens, heads, width;
};

// Batch 1, single precision; keys and values of one width.
constexpr Job kJobs[] = {
    {1024, 8, 64}, {8192, 8, 64}, {65536, 8, 64}, {1024, 8, 128}, {8192, 8, 128}};

// Channels and states of a Mamba block of 130M parameters, where heads are channels.
constexpr std::int64_t kChannels = 1536, kStates = 16;

bool hasChannels(const Mechanism& mechanism) {
  Sizes wanted;
  wanted[Dim::value] = 64;
  return mechanism.suited(wanted).values() == 1;
}

Sizes sizesOf(const Mechanism& mechanism, const Job& job) {
  Sizes sizes;
  sizes[Dim::token] = job.tokens;
  sizes[Dim::head] = hasChannels(mechanism) ? kChannels : job.heads;
  sizes[Dim::key] = hasChannels(mechanism) ? kStates : job.width;
  sizes[Dim::value] = job.width;
  return mechanism.suited(sizes);
}

Problem problemOf(const Mechanism& mechanism, const Sizes& sizes) {
  Problem problem = sequence::drawProblem(
      mechanism, sizes, sequence::Options(mechanism.description().options), kSeed);
  sequence::checkProblem(problem);
  return problem;
}

// The least time that the machine's ceilings allow for a forward pass.
double floorSeconds(const Mechanism& mechanism, const Sizes& sizes, double fma_gflops,
                    const BenchSettings& settings) {
  const sequence::Options options(mechanism.description().options);
  return std::max(mechanism.flops(sizes, options) * 1e-9 / fma_gflops,
                  mechanism.bytes(sizes) * 1e-9 / settings.ceilings.read_gigabytes);
}

std::string nameOf(const Mechanism& mechanism, const char* what, const Sizes& sizes) {
  return fmt::format("sequence.{}.{}.t{}.h{}.d{}", mechanism.description().id, what, sizes.tokens(),
                     sizes.heads(), sizes.keys());
}

double medianSeconds(int runs, const std::function<void()>& work) {
  work();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(secondsOf(work));
  return median(times);
}

Measurement errorOf(const Mechanism& mechanism, const Job& job, const Context& context) {
  Job some = job;
  some.tokens = std::min(job.tokens, kErrorTokens);
  some.heads = 1;
  Sizes sizes = sizesOf(mechanism, some);
  if (hasChannels(mechanism)) sizes[Dim::head] = 64;
  const Problem problem = problemOf(mechanism, sizes);
  const auto reference = sequence::runReference(problem, context);
  const auto fast = sequence::runFast(problem, Storage::f32, context);
  return {nameOf(mechanism, "error", sizes), sequence::relativeError(fast.output, reference.output),
          "rms ratio"};
}

Measurement forward(const Mechanism& mechanism, const Sizes& sizes, PreparedCall& call,
                    SequencePeer* peer, const BenchSettings& settings, const Context& quiet) {
  Measurement measurement{nameOf(mechanism, "forward", sizes), 0, "s"};
  std::vector<double> times, shares;
  const auto ours = [&] {
    // The higher of what the processor gives before and behind the run is the stricter yardstick.
    const double before = fmaGflopsNow(quiet);
    times.push_back(secondsOf([&] { call.forward(quiet); }));
    const double peak = std::max(before, fmaGflopsNow(quiet));
    shares.push_back(floorSeconds(mechanism, sizes, peak, settings) / times.back());
    return times.back();
  };
  if (peer != nullptr) {
    comparePairs(measurement, peer->description(), settings.pairs, ours,
                 [&] { return peer->runOnce(); });
  } else {
    call.forward(quiet);
    for (int i = 0; i < settings.pairs; ++i) ours();
    measurement.value = median(times);
  }
  measurement.floor_share = median(shares);
  return measurement;
}

// Backward's time over forward's, of pairs run one after the other.
Measurement backward(const Mechanism& mechanism, const Sizes& sizes, PreparedCall& call,
                     const BenchSettings& settings, const Context& quiet) {
  call.backward(quiet);
  std::vector<double> ratios;
  for (int i = 0; i < settings.pairs; ++i) {
    const double there = secondsOf([&] { call.forward(quiet); });
    ratios.push_back(secondsOf([&] { call.backward(quiet); }) / there);
  }
  return {nameOf(mechanism, "backward", sizes), median(ratios), "times the forward's time"};
}

// The state is read and written once for each token; many sequences, so that it fits no cache.
std::optional<Measurement> decode(const Mechanism& mechanism, const Job& job,
                                  const BenchSettings& settings, const Context& quiet) {
  const sequence::Description& about = mechanism.description();
  if (!about.causal || !about.has_state) return std::nullopt;
  Sizes sizes = sizesOf(mechanism, job);
  sizes[Dim::token] = 1;
  const sequence::Options options(about.options);
  const auto numbers = [&](std::int64_t tokens) {
    return sequence::elementsOf(mechanism.state(sizes, options, tokens));
  };
  if (numbers(2) != numbers(1)) return std::nullopt;  // it grows, and would be another each time
  const double one = static_cast<double>(numbers(1) * sizeof(float));
  sizes[Dim::batch] = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(static_cast<double>(uncachedBytes()) / one));
  PreparedCall call(problemOf(mechanism, sizes), Storage::f32);
  call.forward(quiet);
  const double seconds = medianSeconds(settings.pairs, [&] { call.step(quiet); });
  Measurement measurement{nameOf(mechanism, "decode", sizes), seconds, "s"};
  const double bytes = 2 * static_cast<double>(call.stateBytes());
  measurement.floor_share = bytes * 1e-9 / settings.ceilings.update_gigabytes / seconds;
  return measurement;
}

bool isQuadratic(const Mechanism& mechanism) {
  const sequence::Options options(mechanism.description().options);
  Sizes sizes = sizesOf(mechanism, {1024, 1, 64});
  const double one = mechanism.flops(sizes, options);
  sizes[Dim::token] *= 4;
  return mechanism.flops(sizes, options) > 8 * one;
}

}  // namespace

std::vector<Measurement> benchMechanism(const Mechanism& mechanism, const BenchSettings& settings) {
  const Context& context = settings.context;
  Context quiet = context;
  quiet.progress = nullptr;
  std::vector<Measurement> all{errorOf(mechanism, kJobs[0], quiet)};
  for (std::size_t i = 0; i < std::size(kJobs); ++i) {
    const Job& job = kJobs[i];
    context.checkpoint(static_cast<double>(i) / std::size(kJobs), mechanism.description().title);
    if (job.tokens > kQuadraticTokens && isQuadratic(mechanism)) continue;
    if (hasChannels(mechanism) && (job.width != kJobs[0].width || job.tokens > kQuadraticTokens)) {
      continue;  // the channels are the same for every width
    }
    const Sizes sizes = sizesOf(mechanism, job);
    PreparedCall call(problemOf(mechanism, sizes), Storage::f32);
    const auto peer = makeSequencePeer(mechanism, sizes, settings);
    all.push_back(forward(mechanism, sizes, call, peer.get(), settings, quiet));
    if (job.tokens <= kQuadraticTokens) {
      all.push_back(backward(mechanism, sizes, call, settings, quiet));
    }
  }
  if (auto measured = decode(mechanism, kJobs[3], settings, quiet)) all.push_back(*measured);
  return all;
}

}  // namespace lineament::app
